//! Readers that read nothing.

use chat_tests::{Closed, Narrow, Socket};

use crate::ground::{CHARACTERS, Ground, TIMES, hear, known};

/// What one may cost, with what the writing itself takes: in KiB.
const MEMORY: u64 = 24 * 1_024;
/// How often something is written for it: far more than that.
const MANY: u32 = 10_000;
/// So that a reader that does not read is given up soon.
const FLAGS: [&str; 2] = ["--heartbeat", "1s"];

/// The reader is cut off, has cost little, and comes back to what it has missed.
async fn ends(ground: &Ground, mut socket: Socket, narrow: &Narrow, before: u64) {
    narrow.given_up().await;
    let peak = ground.server.peak_memory_kib();
    assert!(peak < before + MEMORY, "{before} KiB before, {peak} KiB at most");
    narrow.set(None);
    let end = socket.closed().await;
    assert!([Closed(Some(4_100)), Closed(None)].contains(&end), "{end:?}");
    println!("{before} KiB before, {peak} KiB at most, {end:?}");
    // What it has read is in order, and it comes back to the rest.
    let last = ground.last().await;
    let has: Vec<_> = last.iter().map(|(room, _)| (room.clone(), socket.last(room).expect("a room"))).collect();
    let mut again = Socket::connect(&ground.server, &ground.bob).await;
    again.hello_with(known(&has)).await;
    hear(&mut again, &last).await;
    again.settle().await;
}

#[tokio::test]
async fn r_msg_08_a_reader_that_reads_nothing_costs_little_and_is_cut_off_and_comes_back_whole() {
    let ground = Ground::with(1, &FLAGS).await;
    let mut writer = ground.writer().await;
    writer.write(&ground.rooms[0], 200, CHARACTERS).await;
    let before = ground.server.memory_kib();
    let narrow = Narrow::to(ground.server.base(), Some(64 * 1024)).await;
    let mut socket = Socket::connect_at(narrow.base(), &ground.bob).await;
    socket.hello().await;
    narrow.set(Some(0));
    writer.write(&ground.rooms[0], MANY, CHARACTERS).await;
    ends(&ground, socket, &narrow, before).await;
}

#[tokio::test]
async fn r_msg_08_a_reader_that_stops_while_it_catches_up_costs_little_and_is_cut_off_and_comes_back_whole() {
    let ground = Ground::with(5, &FLAGS).await;
    let has = ground.last().await;
    ground.say(TIMES, CHARACTERS).await;
    let before = ground.server.memory_kib();
    let narrow = Narrow::to(ground.server.base(), Some(64 * 1024)).await;
    let mut socket = Socket::connect_at(narrow.base(), &ground.bob).await;
    socket.hello_with(known(&has)).await;
    narrow.set(Some(0));
    ground.writer().await.write(&ground.rooms[0], MANY / 4, CHARACTERS).await;
    ends(&ground, socket, &narrow, before).await;
}
