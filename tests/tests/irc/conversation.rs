//! Talking: what a client is shown, and what others are.

use chat_core::policy::Policy;
use chat_tests::{PATIENCE, ROOM_PASSWORD, Socket};
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};

use crate::ground::{House, assert_refused};

#[tokio::test]
async fn who_joins_by_id_and_password_sees_the_room_its_people_and_its_past() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    alice.write(&room, "who is there?").await;
    let carol = house.user("carol", 0).await;
    carol.join(&room).await;
    let role = json!({"role": "moderator"});
    alice.put(&format!("/api/chatrooms/{room}/members/carol/role"), role).await.is(200);
    house.user("bob", 0).await;
    let shown = house.irc("bob").await.join(&room, ROOM_PASSWORD).await;
    assert_eq!(shown[0], format!(":bob!bob@chat JOIN #{room}"));
    assert_eq!(shown[1], format!(":chat 332 bob #{room} :Tea"));
    let names: Vec<&str> = shown.iter().filter(|line| line.contains(" 353 ")).map(|line| name_of(line)).collect();
    assert_eq!(names, ["@alice", "+carol", "bob"]);
    let past = shown.last().expect("a message");
    assert!(past.starts_with(&format!(":alice!alice@chat PRIVMSG #{room} :[20")), "{past}");
    assert!(past.ends_with("Z] who is there?") || past.ends_with("] who is there?"), "{past}");
}

fn name_of(line: &str) -> &str {
    line.rsplit(':').next().expect("a name")
}

#[tokio::test]
async fn r_msg_02_users_of_irc_websocket_and_rest_hear_each_other_in_one_order() {
    const EACH: usize = 40;
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let (mut ircs, mut sockets) = (Vec::new(), Vec::new());
    for name in ["bob", "carol"] {
        house.user(name, 0).await;
        let mut irc = house.irc(name).await;
        irc.join(&room, ROOM_PASSWORD).await;
        ircs.push((name, irc));
    }
    for name in ["dave", "erin"] {
        let client = house.user(name, 0).await;
        client.join(&room).await;
        let mut socket = Socket::connect_at(&house.base, &client).await;
        socket.hello().await;
        sockets.push((name, socket));
    }
    let by_irc = join_all(ircs.iter_mut().map(async |(name, irc)| {
        for number in 0..EACH {
            irc.say(&format!("PRIVMSG #{room} :{name} {number}")).await;
        }
    }));
    let by_socket = join_all(sockets.iter_mut().map(async |(name, socket)| {
        for number in 0..EACH {
            socket.begin(json!({"type": "send", "roomId": room, "body": format!("{name} {number}")})).await;
        }
    }));
    let by_rest = async {
        for number in 0..EACH {
            alice.write(&room, &format!("alice {number}")).await;
        }
    };
    tokio::join!(by_irc, by_socket, by_rest);
    for (_, irc) in &mut ircs {
        irc.settle().await;
    }
    alice.write(&room, "the last").await;
    let log = alice.log_after(&room, 0).await;
    let said: Vec<(String, String)> = log.iter().filter(|event| event["kind"] == "message").map(spoken).collect();
    assert_eq!(said.len(), 5 * EACH + 1);
    for (name, irc) in &mut ircs {
        irc.has(":the last").await;
        let others = said.iter().filter(|(sender, _)| sender != name);
        let expected: Vec<String> = others.map(|(sender, body)| format!("{sender}: {body}")).collect();
        assert_eq!(irc.heard(&room), expected, "what {name} heard");
        let own: Vec<&String> = said.iter().filter(|(sender, _)| sender == name).map(|(_, body)| body).collect();
        assert_eq!(
            own,
            (0..EACH).map(|number| format!("{name} {number}")).collect::<Vec<_>>().iter().collect::<Vec<_>>()
        );
    }
    for (_, socket) in &mut sockets {
        socket.message(&room, "the last").await;
        let heard: Vec<(String, String)> =
            socket.events(&room).iter().filter(|event| event["kind"] == "message").map(spoken).collect();
        assert_eq!(heard, said);
    }
}

fn spoken(event: &Value) -> (String, String) {
    let text = |member: &str| event[member].as_str().expect("text").to_owned();
    (text("senderId"), text("body"))
}

#[tokio::test]
async fn nothing_is_lost_or_told_twice_between_the_past_and_what_follows() {
    const ROUNDS: usize = 12;
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    for round in 0..ROUNDS {
        let name = format!("bob-{round}");
        let bob = house.user(&name, 0).await;
        let mut irc = house.irc(&name).await;
        let writing = async {
            for number in 0..20 {
                alice.write(&room, &format!("{round} {number}")).await;
            }
        };
        let join = format!("JOIN #{room} {ROOM_PASSWORD}");
        tokio::join!(irc.say(&join), writing);
        alice.write(&room, &format!("{round} last")).await;
        irc.has(&format!("{round} last")).await;
        let heard = irc.heard(&room).into_iter().map(|line| line.rsplit("] ").next().unwrap_or_default().to_owned());
        let heard: Vec<String> = heard.map(|line| line.trim_start_matches("alice: ").to_owned()).collect();
        let expected: Vec<String> = (0..20).map(|number| format!("{round} {number}")).collect();
        let this_round: Vec<String> = heard.into_iter().filter(|line| line.starts_with(&format!("{round} "))).collect();
        assert_eq!(this_round, [expected, vec![format!("{round} last")]].concat());
        bob.leave(&room).await;
    }
}

#[tokio::test]
async fn what_happens_in_a_room_is_told_in_the_words_of_irc() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut irc = house.irc("alice").await;
    irc.join(&room, "").await;
    let carol = house.user("carol", 0).await;
    carol.join(&room).await;
    irc.has(&format!(":carol!carol@chat JOIN #{room}")).await;
    let message = carol.write(&room, "helo").await;
    irc.has(&format!(":carol!carol@chat PRIVMSG #{room} :helo")).await;
    carol.edit(&room, &message["seq"], "hello\nyou").await;
    let notice = format!(":carol!carol@chat NOTICE #{room} :");
    irc.has(&format!("{notice}edited message {}: hello", message["seq"])).await;
    irc.has(&format!("{notice}you")).await;
    carol.react(&room, &message["seq"], "👍").await;
    irc.has(&format!("{notice}reacts with 👍 to message {}", message["seq"])).await;
    carol.unreact(&room, &message["seq"], "👍").await;
    irc.has(&format!("{notice}takes 👍 back from message {}", message["seq"])).await;
    carol.delete_message(&room, &message["seq"]).await;
    irc.has(&format!("{notice}deleted message {}", message["seq"])).await;
    let path = format!("/api/chatrooms/{room}");
    alice.put(&format!("{path}/members/carol/role"), json!({"role": "moderator"})).await.is(200);
    irc.has(&format!(":alice!alice@chat MODE #{room} -o+v carol carol")).await;
    alice.patch(&path, json!({"name": "Coffee", "capacity": 5})).await.is(200);
    irc.has(&format!(":alice!alice@chat TOPIC #{room} :Coffee")).await;
    irc.has("the room has 5 seats").await;
    alice.patch(&path, json!({"password": "another-password"})).await.is(200);
    irc.has("the room has another password").await;
    alice.send(alice.request(Method::DELETE, &format!("{path}/members/carol"))).await.is(204);
    irc.has(&format!(":alice!alice@chat KICK #{room} carol :removed")).await;
    alice.ban(&room, "carol").await;
    let dave = house.user("dave", 0).await;
    dave.post("/api/joinroom", json!({"roomId": room, "password": "another-password"})).await.is(200);
    alice.ban(&room, "dave").await;
    irc.has(&format!(":alice!alice@chat KICK #{room} dave :banned")).await;
    alice.delete(&path).await.is(204);
    irc.has("the room is closed").await;
}

#[tokio::test]
async fn who_is_removed_hears_it_and_nothing_after_it() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    irc.join(&room, ROOM_PASSWORD).await;
    alice.delete(&format!("/api/chatrooms/{room}/members/bob")).await.is(204);
    irc.has(&format!(":alice!alice@chat KICK #{room} bob :removed")).await;
    alice.write(&room, "between us").await;
    assert_eq!(irc.settle().await, [""; 0]);
}

#[tokio::test]
async fn what_somebody_does_is_an_action_on_both_sides() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    irc.join(&room, ROOM_PASSWORD).await;
    irc.ask(&format!("PRIVMSG #{room} :\u{1}ACTION pours tea\u{1}")).await;
    assert_eq!(alice.log(&room).await.last().expect("a message")["body"], "/me pours tea");
    alice.write(&room, "/me thanks bob").await;
    irc.has(&format!(":alice!alice@chat PRIVMSG #{room} :\u{1}ACTION thanks bob\u{1}")).await;
    for request in ["\u{1}VERSION\u{1}", "\u{1}DCC SEND file 2130706433 1 1\u{1}"] {
        assert_refused(&irc.ask(&format!("PRIVMSG #{room} :{request}")).await, "477", "invalid_request");
    }
    assert_eq!(irc.ask(&format!("PRIVMSG #{room} :\u{1}ACTION was cut off")).await, [""; 0]);
    assert_eq!(alice.log(&room).await.last().expect("a message")["body"], "/me was cut off");
}

#[tokio::test]
async fn r_adm_08_parting_keeps_the_seat_and_leaving_gives_it_up() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    irc.join(&room, ROOM_PASSWORD).await;
    let parted = irc.ask(&format!("PART #{room} :bye")).await;
    assert!(parted[0].starts_with(&format!(":bob!bob@chat PART #{room} :you keep your seat")), "{parted:?}");
    alice.write(&room, "while you are away").await;
    assert_eq!(irc.settle().await, [""; 0], "a room that is not shown is silent");
    assert_eq!(alice.room(&room).await["memberCount"], 2);
    let shown = irc.join(&room, "").await;
    assert!(shown.last().expect("the past").ends_with("while you are away"), "{shown:?}");
    let left = irc.ask(&format!("LEAVE #{room}")).await;
    assert!(left[0].starts_with(&format!(":bob!bob@chat PART #{room} :you have given up")), "{left:?}");
    assert_eq!(alice.room(&room).await["memberCount"], 1);
    assert_refused(&irc.ask(&format!("JOIN #{room}")).await, "442", "not_a_member");
}

#[tokio::test]
async fn a_long_body_comes_whole_in_lines_and_one_of_too_many_lines_says_so() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    irc.join(&room, ROOM_PASSWORD).await;
    let long: String = "tea ä 👍🏽 ".chars().cycle().take(3_999).chain(['.']).collect();
    alice.write(&room, &long).await;
    alice.write(&room, "end").await;
    irc.has(":end").await;
    let heard: Vec<String> = irc.heard(&room).iter().map(|line| line.replacen("alice: ", "", 1)).collect();
    assert_eq!(heard[..heard.len() - 1].concat(), long);
    let lines: Vec<String> = (0..80).map(|number| format!("line {number}")).collect();
    alice.write(&room, &lines.join("\n")).await;
    irc.has(":line 49").await;
    assert_eq!(irc.has("more").await, format!(":alice!alice@chat PRIVMSG #{room} :[and 30 lines more]"));
}

#[tokio::test]
async fn a_client_finds_its_rooms_and_what_it_asks_by_itself_is_answered() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea time").await;
    let mut irc = house.irc("alice").await;
    assert_eq!(
        irc.ask("LIST").await,
        [format!(":chat 322 alice #{room} 1 :Tea time"), ":chat 323 alice :these are all your rooms".into()]
    );
    assert_eq!(irc.ask(&format!("NAMES #{room}")).await[0], format!(":chat 353 alice = #{room} :@alice"));
    let asked = [
        (format!("MODE #{room}"), "324"),
        (format!("MODE #{room} b"), "324"),
        ("MODE alice".into(), "221"),
        (format!("WHO #{room}"), "315"),
        ("MODE alice +i".into(), "221"),
        (format!("TOPIC #{room} :Coffee"), "421"),
        ("NICK bob".into(), "421"),
        ("PRIVMSG".into(), "421"),
        ("DANCE".into(), "421"),
    ];
    for (line, numeric) in asked {
        let told = irc.ask(&line).await;
        assert!(told.len() == 1 && told[0].starts_with(&format!(":chat {numeric} alice ")), "{line}: {told:?}");
    }
}

#[tokio::test]
async fn a_sign_in_is_renewed_for_as_long_as_the_client_stays() {
    let access_ttl = std::time::Duration::from_secs(2);
    let policy = Policy { access_ttl, ..Policy::default() };
    let house = House::with(PATIENCE, policy).await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut irc = house.irc("alice").await;
    irc.join(&room, "").await;
    let begun = std::time::Instant::now();
    while begun.elapsed() < 3 * access_ttl {
        irc.settle().await;
    }
    assert_eq!(irc.ask(&format!("PRIVMSG #{room} :still here")).await, [""; 0]);
    let alice = house.login("alice").await;
    assert_eq!(alice.log(&room).await.last().expect("a message")["body"], "still here");
}

#[tokio::test]
async fn a_seat_that_is_given_up_and_taken_again_at_once_is_heard_on() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    irc.join(&room, ROOM_PASSWORD).await;
    for round in 0..10 {
        let again = format!("LEAVE #{room}\r\nJOIN #{room} {ROOM_PASSWORD}\r\nPRIVMSG #{room} :{round}");
        irc.say(&again).await;
        irc.has(" PART ").await;
        irc.has(" 366 ").await;
        alice.write(&room, &format!("heard {round}")).await;
        irc.has(&format!("heard {round}")).await;
    }
    let heard = irc.heard(&room);
    assert!(
        (0..10).all(|round| heard.iter().filter(|said| said.ends_with(&format!("alice: heard {round}"))).count() == 1)
    );
}
