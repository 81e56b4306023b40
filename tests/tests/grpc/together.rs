//! One server with all its doors: alice comes by REST and WebSocket, bob by gRPC, carol by IRC, and the first evening of
//! tests/tests/scenario.rs is the same for each of them.

use chat_grpc::v1::{self, client_frame::Command, friends_client::FriendsClient, ok, server_frame::Frame};
use chat_tests::{Client, Irc, PASSWORD, ROOM_PASSWORD, Server, Socket};
use serde_json::{Value, json};
use tonic_types::StatusExt;

use crate::ground::{Person, Talk, body, message, reason, server_with};

/// How many messages each of them writes at once with the others.
const EACH: usize = 40;

async fn carol_by_irc(server: &Server) -> Irc {
    let mut carol = Irc::connect(server.listens("irc").parse().expect("an address")).await;
    carol.sign_in("carol", PASSWORD).await;
    carol.has(" 422 ").await;
    carol
}

#[tokio::test]
async fn r_msg_02_an_evening_by_rest_websocket_grpc_and_irc_at_the_same_time() {
    let mut server = server_with(&["--irc-listen", "127.0.0.1:0"]).await;
    let alice = server.register_with_coins("alice", 300).await;
    alice
        .post("/api/chatrooms", json!({"name": "Tea", "password": ROOM_PASSWORD}))
        .await
        .refused(403, "prime_required");
    server.make_prime("alice", true).await;
    let bob = Person::prime(&server, "bob").await;
    let carols = server.register_with_coins("carol", 150).await;
    let mut carol = carol_by_irc(&server).await;
    let tea = alice.create_room("Tea").await;

    // The invite that alice gives by REST lets bob in by gRPC, and nobody else.
    let invite = alice.invite(&tea, "bob").await;
    let invite_token = Some(invite["inviteToken"].as_str().expect("a token").to_owned());
    let by_invite = v1::JoinRoomRequest { invite_token, ..v1::JoinRoomRequest::default() };
    let stranger = Person::login(&server, "carol", "tablet").await.expect("signed in");
    let refused = stranger.rooms().join_room(by_invite.clone()).await.expect_err("somebody else's");
    assert_eq!(reason(&refused), "invite_not_found");
    bob.rooms().join_room(by_invite).await.expect("invited");
    // Carol's first room is free; she pays for the second by IRC, and each door tells what is left of her coins.
    carol.join(&tea, ROOM_PASSWORD).await;
    let (coffee, cocoa) = (bob.create_room("Coffee").await, bob.create_room("Cocoa").await);
    carol.join(&coffee, &format!("{ROOM_PASSWORD} 150")).await;
    let broke = carol.ask(&format!("JOIN #{cocoa} {ROOM_PASSWORD} 150")).await;
    assert!(broke.iter().any(|line| line.contains(":insufficient_coins: ")), "{broke:?}");
    let broke = stranger.join(&cocoa).await.expect_err("not paid");
    assert_eq!(broke.get_details_error_info().map(|info| info.reason).as_deref(), Some("insufficient_coins"));
    assert_eq!(carols.coins().await, 0);

    let mut alices = Socket::connect(&server, &alice).await;
    alices.hello().await;
    let mut bobs = bob.open().await;
    let log = talk_at_once(&tea, &alice, &mut alices, &mut bobs, &mut carol).await;

    befriend(&alice, &mut alices, &bob, &mut bobs).await;
    server.kill();
    server.restart().await;
    after_the_night(&server, &tea, &log).await;
}

/// All write at once, and hear one order: that of the log, which is the answer.
async fn talk_at_once(tea: &str, alice: &Client, alices: &mut Socket, bobs: &mut Talk, carol: &mut Irc) -> Vec<String> {
    let by_rest = async {
        for number in 0..EACH {
            alice.write(tea, &format!("alice by REST {number}")).await;
        }
    };
    let by_socket = async {
        for number in 0..EACH {
            alices.begin(json!({"type": "send", "roomId": tea, "body": format!("alice {number}")})).await;
        }
    };
    let by_grpc = async {
        let mut sent = Vec::new();
        for number in 0..EACH {
            sent.push(bobs.begin(Command::Send(message(tea, &format!("bob {number}")))).await);
        }
        let mut own = Vec::new();
        for number in sent {
            let Ok(Some(ok::Result::Event(event))) = bobs.reply(number).await else { panic!("sent") };
            own.push(event);
        }
        own
    };
    let by_irc = async {
        for number in 0..EACH {
            carol.say(&format!("PRIVMSG #{tea} :carol {number}")).await;
        }
        carol.settle().await;
    };
    let ((), (), own, ()) = tokio::join!(by_rest, by_socket, by_grpc, by_irc);
    alice.write(tea, "the last").await;

    let log = alice.log_after(tea, 0).await;
    let log: Vec<String> = log.iter().filter(|event| event["kind"] == "message").map(line).collect();
    assert_eq!(log.len(), 4 * EACH + 1);
    alices.message(tea, "the last").await;
    let heard: Vec<String> = alices.events(tea).iter().filter(|event| event["kind"] == "message").map(line).collect();
    assert_eq!(heard, log, "by WebSocket, her own in their places");
    bobs.message(tea, "the last").await;
    let mut heard: Vec<_> = bobs.events(tea).chain(&own).filter(|event| body(event).is_some()).collect();
    let others: Vec<_> = bobs.seqs(tea);
    assert!(others.is_sorted() && own.is_sorted_by_key(|event| event.seq), "each in the order of the log");
    heard.sort_by_key(|event| event.seq);
    let heard: Vec<String> = heard.iter().map(|event| line_of(event)).collect();
    assert_eq!(heard, log[..log.len() - 1], "by gRPC, with his own, which are answers");
    carol.has(":the last").await;
    let others: Vec<&String> = log.iter().filter(|line| !line.starts_with("carol: ")).collect();
    assert_eq!(carol.heard(tea).iter().collect::<Vec<_>>(), others, "by IRC, where one's own are not told");
    log
}

fn line(event: &Value) -> String {
    format!("{}: {}", event["senderId"].as_str().expect("who"), event["body"].as_str().expect("what"))
}

fn line_of(event: &v1::Event) -> String {
    format!("{}: {}", event.sender_id, body(event).expect("what"))
}

async fn befriend(alice: &Client, alices: &mut Socket, bob: &Person, bobs: &mut Talk) {
    let ask = v1::RequestFriendRequest { user_id: "alice".into() };
    let asked = FriendsClient::new(bob.signed()).request_friend(ask).await.expect("asked").into_inner();
    let request = asked.request.expect("the request").request_id;
    alices.until("bob's wish", |frame| frame["type"] == "friend" && frame["requestId"] == request.as_str()).await;
    alice.post(&format!("/api/friend-requests/{request}/accept"), Value::Null).await.is(200);
    let is_yes = |frame: &Frame| matches!(frame, Frame::Friend(friend) if friend.change() == v1::friend_changed::Change::Accepted);
    bobs.until("alice's yes", is_yes).await;
}

/// After a kill and a start each door shows the same log.
async fn after_the_night(server: &Server, tea: &str, log: &[String]) {
    let alice = server.login("alice", "phone").await;
    let seen = alice.log_after(tea, 0).await;
    assert_eq!(seen.iter().filter(|event| event["kind"] == "message").map(line).collect::<Vec<_>>(), log);
    let bob = Person::login(server, "bob", "phone").await.expect("signed in");
    let seen = bob.log(tea).await;
    assert_eq!(seen.iter().filter(|event| body(event).is_some()).map(line_of).collect::<Vec<_>>(), log);
    let mut carol = carol_by_irc(server).await;
    let shown = carol.join(tea, "").await;
    let past: Vec<&str> = shown.iter().filter_map(|line| line.split_once("] ").map(|(_, text)| text)).collect();
    let newest: Vec<&str> =
        log[log.len() - past.len()..].iter().filter_map(|line| line.split_once(": ").map(|(_, text)| text)).collect();
    assert!(past.len() >= 40, "{past:?}");
    assert_eq!(past, newest);
}
