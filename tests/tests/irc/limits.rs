//! What is had of clients: lines of a length, at a pace, and signs of life.

use std::time::{Duration, Instant};

use chat_core::policy::Policy;
use chat_tests::{PATIENCE, ROOM_PASSWORD};
use tokio::time::timeout;

use crate::ground::{House, SOON};

#[tokio::test]
async fn a_line_of_512_bytes_is_whole_and_of_a_longer_one_nothing_is_done() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut irc = house.irc("alice").await;
    let head = format!("PRIVMSG #{room} :");
    let body = "x".repeat(510 - head.len());
    assert_eq!(irc.ask(&format!("{head}{body}")).await, [""; 0]);
    for more in [1, 5_000, 100_000] {
        let told = irc.ask(&format!("{head}{body}{}", "y".repeat(more))).await;
        assert!(told.len() == 1 && told[0].starts_with(":chat 417 alice :"), "{told:?}");
    }
    let log = alice.log(&room).await;
    let bodies: Vec<_> = log.iter().filter_map(|event| event["body"].as_str()).collect();
    assert_eq!(bodies, [body.as_str()]);
}

#[tokio::test]
async fn of_a_line_that_is_no_utf_8_nothing_is_done() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut irc = house.irc("alice").await;
    irc.send(&[format!("PRIVMSG #{room} :").as_bytes(), b"caf\xe9\r\n"].concat()).await;
    let told = irc.settle().await;
    assert!(told.len() == 1 && told[0].contains(":INVALID_UTF8: "), "{told:?}");
    assert_eq!(alice.log(&room).await.len(), 1);
}

#[tokio::test]
async fn who_says_much_at_once_is_heard_whole_and_slowly() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut irc = house.irc("alice").await;
    let begun = Instant::now();
    let lines: Vec<String> = (0..12).map(|number| format!("PRIVMSG #{room} :{number}")).collect();
    assert_eq!(irc.ask(&lines.join("\r\n")).await, [""; 0]);
    assert!(begun.elapsed() > Duration::from_secs(2), "at once: {:?}", begun.elapsed());
    assert_eq!(alice.log(&room).await.len(), 13);
}

#[tokio::test]
async fn who_is_silent_is_asked_for_a_sign_of_life_and_then_given_up() {
    let house = House::with(SOON, Policy::default()).await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    for _ in 0..3 {
        irc.line("a ping", |line| line == "PING :chat").await;
        irc.say("PONG :chat").await;
    }
    irc.line("a ping", |line| line == "PING :chat").await;
    assert_eq!(irc.end().await, "ERROR :nothing was heard of you");
    let mut stranger = house.connect().await;
    stranger.say("NICK bob").await;
    assert_eq!(stranger.end().await, "ERROR :sign in sooner");
}

#[tokio::test]
async fn r_msg_08_who_reads_nothing_is_cut_off_and_holds_up_nobody() {
    let house = House::with(Duration::from_secs(5), Policy::default()).await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    irc.join(&room, ROOM_PASSWORD).await;
    let body = "👍".repeat(4_000);
    // More than the system keeps for a reader, and the chat beyond that.
    for _ in 0..1_200 {
        alice.write(&room, &body).await;
    }
    house.chat.drain();
    timeout(PATIENCE, house.chat.drained()).await.expect("nobody is waited for who does not read");
    let read = irc.rest().await;
    assert!(read < 1_200 * body.len(), "not all was kept for the reader: {read}");
}
