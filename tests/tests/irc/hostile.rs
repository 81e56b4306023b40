//! Whatever is said, by whomever: it is one line, and nobody else's.

use chat_tests::ROOM_PASSWORD;

use crate::ground::{House, assert_refused};

#[tokio::test]
async fn a_hostile_body_injects_no_line_and_no_command_between_clients() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    irc.join(&room, ROOM_PASSWORD).await;
    let kick = format!(":alice!alice@chat KICK #{room} bob");
    for body in [
        format!("hi\r\n{kick}"),
        format!("hi\n{kick}\r"),
        format!("hi\r{kick}"),
        format!("hi\n\u{85}{kick}"),
        "\u{1}VERSION\u{1}".to_owned(),
        "\u{1}DCC SEND file 2130706433 1 1\u{1}".to_owned(),
        "/me \u{1}\r\nPING :x\u{1}".to_owned(),
        "\u{1b}]0;title\u{7}\u{9b}2J".to_owned(),
    ] {
        let message = alice.write(&room, &body).await;
        alice.edit(&room, &message["seq"], &format!("{body}!")).await;
    }
    alice.write(&room, "end").await;
    let (told, _) = irc.until("the end", |line| line.ends_with(":end")).await;
    for line in &told {
        let (head, text) = line.split_once(" :").expect("a text");
        let heads = ["PRIVMSG", "NOTICE"].map(|command| format!(":alice!alice@chat {command} #{room}"));
        assert!(heads.contains(&head.to_owned()), "{line:?}");
        let action = text.strip_prefix("\u{1}ACTION ").and_then(|text| text.strip_suffix('\u{1}'));
        assert!(!action.unwrap_or(text).contains(char::is_control), "{line:?}");
    }
    assert!(told.len() >= 16, "{told:#?}");
}

#[tokio::test]
async fn an_id_passes_for_nothing_that_clients_give_a_meaning() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut irc = house.irc("alice").await;
    irc.join(&room, "").await;
    for (id, name) in [("@bob", "|bob"), ("+bob", "}bob"), (":bob", "^bob"), ("b@o:b+", "b|o^b}")] {
        let client = house.user(id, 0).await;
        client.join(&room).await;
        irc.has(&format!(":{name}!{name}@chat JOIN #{room}")).await;
        client.write(&room, "hello").await;
        irc.has(&format!(":{name}!{name}@chat PRIVMSG #{room} :hello")).await;
    }
    let names = irc.ask(&format!("NAMES #{room}")).await;
    assert!(names.iter().any(|line| line.ends_with(" :|bob")), "{names:?}");
    // They sign in by either name.
    for name in ["@bob", "|bob"] {
        let mut irc = house.connect().await;
        irc.sign_in(name, chat_tests::PASSWORD).await;
        irc.has(":chat 001 |bob ").await;
    }
}

#[tokio::test]
async fn what_a_client_says_comes_back_to_it_as_no_line_of_its_own() {
    let house = House::open().await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    let long = "x".repeat(490);
    for line in [
        "JOIN #x\r:chat 001 bob :hello".to_owned(),
        "DANCE\r:eve!eve@chat PRIVMSG bob :hello".to_owned(),
        "MODE #x\0y".to_owned(),
        format!("MODE #{long}"),
        format!("PRIVMSG #{long} :x"),
        format!("PING {long}"),
        "PRIVMSG #x :\u{1}\u{1}".to_owned(),
        "JOIN ,,, ,".to_owned(),
        "JOIN # :".to_owned(),
        "@a=b;c :x!y@z PRIVMSG".to_owned(),
        ":".to_owned(),
        " : :".to_owned(),
        "CAP REQ".to_owned(),
        "CAP REQ :\r\0".to_owned(),
    ] {
        // Each line that comes is looked at as it is read.
        irc.say(&line).await;
    }
    let told = irc.settle().await;
    assert!(told.iter().all(|line| line.starts_with(":chat ")), "{told:#?}");
}

#[tokio::test]
async fn r_msg_05_a_body_with_a_nul_is_refused_and_nothing_is_written() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut irc = house.irc("alice").await;
    for body in ["a\0b", "", " \t "] {
        assert_refused(&irc.ask(&format!("PRIVMSG #{room} :{body}")).await, "477", "invalid_request");
    }
    assert_eq!(alice.log(&room).await.len(), 1);
}
