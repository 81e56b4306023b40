//! How much was missed.

use chat_proofs::scale::scaled;
use chat_tests::Socket;
use serde_json::{Value, json};

use crate::ground::{Ground, hear, known};

/// What a client is told of a room of which it has all but the last `missed` events.
async fn come_back(ground: &Ground, missed: i64) -> Socket {
    let last = ground.last().await;
    let has: Vec<_> = last.iter().map(|(room, seq)| (room.clone(), seq - missed)).collect();
    let mut socket = Socket::connect(&ground.server, &ground.bob).await;
    socket.hello_with(known(&has)).await;
    hear(&mut socket, &last).await;
    socket.settle().await;
    socket
}

fn resets(socket: &Socket) -> Vec<Value> {
    socket.seen().iter().filter(|frame| frame["type"] == "reset").cloned().collect()
}

#[tokio::test]
async fn r_msg_09_up_to_500_missed_events_come_whole_and_oldest_first() {
    let ground = Ground::with(1, &[]).await;
    ground.say(501, 20).await;
    let room = &ground.rooms[0];
    for missed in [0, 1, 499, 500] {
        let mut socket = come_back(&ground, missed).await;
        let log = ground.alice.log_after(room, 0).await;
        assert_eq!(socket.events(room), &log[log.len() - usize::try_from(missed).expect("few")..], "{missed}");
        assert_eq!(resets(&socket), [json!(null); 0], "{missed}");
        let next = ground.alice.write(room, &format!("after {missed}")).await;
        assert_eq!(socket.message(room, &format!("after {missed}")).await, next);
    }
}

#[tokio::test]
async fn r_msg_09_who_has_missed_more_than_500_is_told_so_and_pages_through_the_rest() {
    let ground = Ground::with(1, &[]).await;
    let room = &ground.rooms[0];
    let many = scaled(2_000).min(100_000);
    ground.say(many, 20).await;
    let last = ground.last().await[0].1;
    for missed in [501, i64::from(many)] {
        let socket = come_back(&ground, missed).await;
        assert_eq!(resets(&socket), [json!({"type": "reset", "roomId": room, "lastSeq": last})], "{missed}");
        assert_eq!(socket.events(room), [json!(null); 0], "what comes next comes after that number");
        let page = ground.bob.log_after(room, usize::try_from(last - missed).expect("few")).await;
        let numbers: Vec<_> = page.iter().map(|event| event["seq"].as_i64().expect("a number")).collect();
        assert_eq!(numbers, (last - missed + 1..=last).collect::<Vec<_>>(), "the whole");
    }
    let mut beyond = Socket::connect(&ground.server, &ground.bob).await;
    beyond.hello_with(known(&[(room.clone(), last + 1)])).await;
    let reset = beyond.until("that the room starts anew", |frame| frame["type"] == "reset").await;
    assert_eq!(reset["lastSeq"], last, "the client is beyond the log");
    let next = ground.alice.write(room, "and on").await;
    assert_eq!(beyond.message(room, "and on").await, next);
    println!("{many} missed events, of which a client was told that there are too many, paged whole");
}
