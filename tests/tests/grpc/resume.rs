//! Coming back.

use std::collections::HashMap;

use chat_grpc::v1::{self, room_removed::Reason, server_frame::Frame};

use crate::ground::{Person, server};
use crate::live::two;

#[tokio::test]
async fn who_was_cut_off_comes_back_without_hole() {
    let server = server().await;
    let (alice, bob, room) = two(&server).await;
    let mut bobs = bob.open().await;
    alice.write(&room, "heard").await;
    let heard = bobs.message(&room, "heard").await.seq;
    // Without a word: the connection is gone with all its streams.
    drop(bobs);
    for number in 0..5 {
        alice.write(&room, &format!("missed {number}")).await;
    }
    let mut again = bob.connect().await.expect("a stream");
    again.hello(HashMap::from([(room.clone(), heard)])).await;
    alice.write(&room, "live").await;
    again.message(&room, "live").await;
    assert_eq!(again.seqs(&room), (heard + 1..heard + 6).collect::<Vec<_>>());
}

#[tokio::test]
async fn of_a_room_that_is_not_ones_own_is_told_that_it_is_gone_and_of_one_too_far_back_a_reset() {
    let server = server().await;
    let (alice, bob, room) = two(&server).await;
    let carol = Person::register(&server, "carol", 0).await;
    let mut talk = carol.connect().await.expect("a stream");
    talk.hello(HashMap::from([(room.clone(), 1), ("no room at all".to_owned(), 1)])).await;
    for gone in [room.as_str(), "no room at all"] {
        let is_gone = |frame: &Frame| matches!(frame, Frame::RoomRemoved(removed) if removed.room_id == gone && removed.reason() == Reason::Left);
        talk.until(gone, is_gone).await;
    }
    let mut ahead = bob.connect().await.expect("a stream");
    ahead.hello(HashMap::from([(room.clone(), 1_000)])).await;
    let is_reset = |frame: &Frame| matches!(frame, Frame::Reset(reset) if reset.room_id == room && reset.last_seq == 2);
    ahead.until("the reset", is_reset).await;
    alice.write(&room, "after it").await;
    assert_eq!(ahead.message(&room, "after it").await.seq, 3);
}

#[tokio::test]
async fn a_seat_is_told_when_it_is_taken_and_when_it_is_lost() {
    let server = server().await;
    let (alice, _, room) = two(&server).await;
    let carol = Person::register(&server, "carol", 0).await;
    let mut talk = carol.open().await;
    carol.join(&room).await.expect("a seat");
    let is_added = |frame: &Frame| matches!(frame, Frame::RoomAdded(added) if added.room.as_ref().is_some_and(|seen| seen.last_seq == 3));
    talk.until("the room", is_added).await;
    let mut bans = v1::bans_client::BansClient::new(alice.signed());
    bans.ban_user(v1::BanUserRequest { room_id: room.clone(), user_id: "carol".into() }).await.expect("banned");
    let is_removed = |frame: &Frame| matches!(frame, Frame::RoomRemoved(removed) if removed.room_id == room && removed.reason() == Reason::Banned);
    talk.until("the ban", is_removed).await;
    assert_eq!(talk.seqs(&room), [4], "one's own removal is the last event");
}
