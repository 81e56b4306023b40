//! Readers that take their time.

use std::time::Duration;

use chat_proofs::scale::scaled;
use chat_tests::{Narrow, Socket};
use serde_json::json;
use tokio::time::{MissedTickBehavior, interval};

use crate::ground::{CHARACTERS, Ground, TIMES, hear, known};

/// What a slow reader takes in a second.
const SLOW: usize = 64 * 1024;

/// A reader that was away and reads at this pace.
async fn come_back(ground: &Ground, has: &[(String, i64)]) -> (Narrow, Socket) {
    let narrow = Narrow::to(ground.server.base(), Some(SLOW)).await;
    let mut socket = Socket::connect_at(narrow.base(), &ground.bob).await;
    socket.hello_with(known(has)).await;
    (narrow, socket)
}

#[tokio::test]
async fn r_msg_09_a_slow_reader_hears_all_that_it_missed_and_is_not_cut_off_for_what_comes_meanwhile() {
    let ground = Ground::with(5, &[]).await;
    let has = ground.last().await;
    // More than what is on the way, so that none of it has caught up before the others have written.
    ground.say(TIMES, CHARACTERS).await;
    let (narrow, mut socket) = come_back(&ground, &has).await;
    // More than may wait for a reader.
    let writing = async {
        ground.say(300, 20).await;
        narrow.set(None);
        ground.last().await
    };
    let reading = async {
        let last: Vec<_> = has.iter().map(|(room, seq)| (room.clone(), seq + 700)).collect();
        hear(&mut socket, &last).await;
    };
    let (last, ()) = tokio::join!(writing, reading);
    socket.settle().await;
    for (room, seq) in &last {
        assert_eq!((socket.last(room), socket.events(room).len()), (Some(*seq), 700), "of {room}");
    }
    assert!(socket.seen().iter().all(|frame| frame["type"] != "reset"));
}

#[tokio::test]
async fn r_msg_09_fifty_rooms_are_heard_at_64_kib_a_second_while_others_write_in_them() {
    let (rooms, each) = (scaled(5).min(50), scaled(200).min(500));
    let ground = Ground::with(rooms, &[]).await;
    let has = ground.last().await;
    ground.say(each, 20).await;
    let (_narrow, mut socket) = come_back(&ground, &has).await;
    let mut writer = ground.writer().await;
    let mut pace = interval(Duration::from_millis(500).div_f64(f64::from(rooms)));
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let missed: Vec<_> = has.iter().map(|(room, seq)| (room.clone(), seq + i64::from(each))).collect();
    let mut written = 0;
    let writing = async {
        loop {
            for room in &ground.rooms {
                pace.tick().await;
                writer.write(room, 1, 20).await;
                written += 1;
            }
        }
    };
    tokio::select! {
        () = hear(&mut socket, &missed) => {}
        () = writing => {}
    }
    let last = ground.last().await;
    hear(&mut socket, &last).await;
    assert!(socket.seen().iter().all(|frame| frame["type"] != "reset"));
    let heard: usize = last.iter().map(|(room, _)| socket.events(room).len()).sum();
    println!("{rooms} rooms with {each} missed each, {written} written meanwhile: {heard} events heard, none left out");
}

#[tokio::test]
async fn r_msg_03_what_one_sends_while_one_catches_up_is_answered_in_its_place() {
    let ground = Ground::with(4, &[]).await;
    let has = ground.last().await;
    ground.say(TIMES, CHARACTERS).await;
    let (narrow, mut socket) = come_back(&ground, &has).await;
    let mut asked = Vec::new();
    for number in 0..28 {
        let room = &ground.rooms[number % 4];
        let client_id = (number % 3 == 0).then(|| format!("c-{number}"));
        asked.push(
            socket.begin(json!({"type": "send", "roomId": room, "body": "of mine", "clientId": client_id})).await,
        );
    }
    ground.say(20, 20).await;
    narrow.set(None);
    // That each stands in the place of its event is seen by the socket itself.
    for id in asked {
        assert_eq!(socket.reply(id).await["type"], "ok");
    }
    let last = ground.last().await;
    hear(&mut socket, &last).await;
    for (room, _) in &has {
        let log = ground.alice.log_after(room, 2).await;
        assert_eq!(socket.events(room), log);
        assert_eq!(log.len(), 400 + 7 + 20, "of {room}");
    }
}
