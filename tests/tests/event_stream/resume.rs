//! Coming back with the last id.

use std::collections::HashSet;

use chat_tests::{Client, Listener, Server};

/// Alice's rooms, and Bob in all of them.
async fn rooms(server: &Server, count: usize) -> (Client, Client, Vec<String>) {
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let mut rooms = Vec::new();
    for number in 0..count {
        let room = alice.create_room(&format!("Room {number}")).await;
        bob.join(&room).await;
        rooms.push(room);
    }
    (alice, bob, rooms)
}

async fn say(alice: &Client, rooms: &[String], times: usize) {
    for number in 0..times {
        for room in rooms {
            alice.write(room, &format!("{number}")).await;
        }
    }
}

#[tokio::test]
async fn r_msg_09_who_comes_back_from_the_middle_hears_all_rooms_whole() {
    let server = Server::start().await;
    let (alice, bob, rooms) = rooms(&server, 20).await;
    let mut listener = Listener::open(&bob).await;
    say(&alice, &rooms, 5).await;
    // Wherever it is cut off, it goes on there.
    for cut in [1, 30, 50] {
        for _ in 0..cut {
            listener.until("a frame", |_| true).await;
        }
        listener = listener.again(&bob).await;
    }
    say(&alice, &rooms, 5).await;
    listener = listener.again(&bob).await;
    for room in &rooms {
        listener.heard(room, 12).await;
        assert_eq!(listener.events(room), alice.log_after(room, 2).await, "each once, in the order of the log");
    }
    assert!(listener.seen().iter().all(|frame| frame["type"] != "reset"));
}

#[tokio::test]
async fn r_msg_09_who_has_heard_the_welcome_alone_misses_nothing_after_it() {
    let server = Server::start().await;
    let (alice, bob, rooms) = rooms(&server, 2).await;
    let listener = Listener::open(&bob).await;
    say(&alice, &rooms, 3).await;
    let mut listener = listener.again(&bob).await;
    for room in &rooms {
        listener.heard(room, 5).await;
        assert_eq!(listener.events(room).len(), 3);
    }
}

#[tokio::test]
async fn r_msg_09_rooms_that_were_joined_left_or_too_long_are_told() {
    let server = Server::start().await;
    let (alice, bob, rooms) = rooms(&server, 3).await;
    let [left, again, long] = &rooms[..] else { panic!("three rooms") };
    let listener = Listener::open(&bob).await;
    bob.leave(left).await;
    bob.leave(again).await;
    say(&alice, &rooms, 1).await;
    bob.join(again).await;
    say(&alice, std::slice::from_ref(long), 510).await;
    let joined = alice.create_room("Another").await;
    bob.join(&joined).await;
    let mut listener = listener.again(&bob).await;
    let reset = listener.until("that it starts anew", |frame| frame["type"] == "reset").await;
    assert_eq!((&reset["roomId"], &reset["lastSeq"]), (&long.as_str().into(), &513.into()));
    say(&alice, &[again.clone(), long.clone(), joined.clone()], 1).await;
    for (room, last) in [(again, 6), (long, 514), (&joined, 3)] {
        listener.heard(room, last).await;
    }
    assert_eq!(listener.last(left), None, "the room is gone");
    // All of that stands in its id.
    let mut listener = listener.again(&bob).await;
    say(&alice, &[again.clone(), long.clone(), joined.clone()], 1).await;
    for (room, last) in [(again, 7), (long, 515), (&joined, 4)] {
        listener.heard(room, last).await;
    }
    assert!(listener.seen().iter().all(|frame| frame["type"] == "welcome" || frame["type"] == "event"));
}

#[tokio::test]
async fn r_msg_09_with_more_rooms_than_an_id_holds_the_liveliest_resume_and_the_others_start_anew() {
    let server = Server::start().await;
    let (alice, bob, rooms) = rooms(&server, 220).await;
    let (lively, quiet) = rooms.split_at(60);
    let mut listener = Listener::open(&bob).await;
    say(&alice, lively, 1).await;
    for room in lively {
        listener.heard(room, 3).await;
    }
    say(&alice, &rooms, 1).await;
    let mut listener = listener.again(&bob).await;
    for room in lively {
        listener.heard(room, 4).await;
        assert_eq!(listener.events(room).len(), 2, "nothing is left out of a lively room");
    }
    for room in quiet {
        listener.heard(room, 3).await;
    }
    let resets = listener.seen().iter().filter(|frame| frame["type"] == "reset");
    let reset: HashSet<_> = resets.map(|frame| frame["roomId"].as_str().expect("an id").to_owned()).collect();
    assert!(lively.iter().all(|room| !reset.contains(room)), "{reset:?}");
    assert!(20 < reset.len() && reset.len() < quiet.len(), "{} start anew", reset.len());
    for room in quiet.iter().filter(|room| !reset.contains(*room)) {
        assert_eq!(listener.events(room).len(), 1, "whoever does not start anew is whole");
    }
    say(&alice, &rooms, 1).await;
    for room in &rooms {
        listener.heard(room, if lively.contains(room) { 5 } else { 4 }).await;
    }
}
