//! Rooms that are left and joined while one catches up with them.

use chat_tests::{Narrow, Socket};
use serde_json::{Value, json};

use crate::ground::{CHARACTERS, Ground, TIMES, hear, known};

/// Bob comes back to more than is on the way, of which he reads nothing yet.
async fn hold(ground: &Ground) -> (Narrow, Socket) {
    let has = ground.last().await;
    ground.say(TIMES, CHARACTERS).await;
    let narrow = Narrow::to(ground.server.base(), Some(64 * 1024)).await;
    let mut socket = Socket::connect_at(narrow.base(), &ground.bob).await;
    socket.hello_with(known(&has)).await;
    narrow.set(Some(0));
    (narrow, socket)
}

fn of_room<'a>(socket: &'a Socket, kind: &str, room: &str) -> Vec<&'a Value> {
    let is_of = |frame: &&Value| {
        let place = if kind == "room_added" { &frame["room"] } else { &frame["event"] };
        frame["type"] == *kind && (frame["roomId"] == *room || place["roomId"] == *room)
    };
    socket.seen().iter().filter(is_of).collect()
}

#[tokio::test]
async fn r_msg_01_who_leaves_while_they_catch_up_hears_nothing_that_came_after() {
    let ground = Ground::with(5, &[]).await;
    let (narrow, mut socket) = hold(&ground).await;
    let (left, stayed) = ground.rooms.split_first().expect("rooms");
    ground.bob.leave(left).await;
    ground.say(2, 20).await;
    // What they have not read yet is changed: they see it neither as it was nor as it is.
    let edited = format!("/api/chatrooms/{left}/messages/300");
    ground.alice.patch(&edited, json!({"body": "not for Bob"})).await.is(200);
    narrow.set(None);
    let removed = socket.until("the room gone", |frame| frame["type"] == "room_removed").await;
    assert_eq!((removed["roomId"].as_str(), removed["reason"].as_str()), (Some(left.as_str()), Some("left")));
    let last: Vec<_> = ground.last().await.into_iter().filter(|(room, _)| stayed.contains(room)).collect();
    hear(&mut socket, &last).await;
    socket.settle().await;
    let heard = of_room(&socket, "event", left);
    let last = heard.iter().filter_map(|frame| frame["event"]["seq"].as_i64()).max();
    assert!(last <= Some(i64::from(TIMES) + 3), "their `left` is the last: {last:?}");
    assert!(heard.iter().all(|frame| frame["event"]["body"] != "not for Bob"));
    assert_eq!(of_room(&socket, "room_added", left), [&Value::Null; 0]);
}

#[tokio::test]
async fn r_msg_09_who_leaves_and_comes_back_while_they_catch_up_hears_the_room_again() {
    let ground = Ground::with(5, &[]).await;
    let (narrow, mut socket) = hold(&ground).await;
    let room = &ground.rooms[0];
    for _ in 0..3 {
        ground.bob.leave(room).await;
        ground.say(2, 20).await;
        ground.bob.join(room).await;
    }
    ground.say(2, 20).await;
    narrow.set(None);
    socket.until("the room again", |frame| frame["type"] == "room_added").await;
    let last = ground.last().await;
    hear(&mut socket, &last).await;
    let next = ground.alice.write(room, "welcome back").await;
    assert_eq!(socket.message(room, "welcome back").await, next);
    let (added, removed) = (of_room(&socket, "room_added", room), of_room(&socket, "room_removed", room));
    assert_eq!(added.len(), removed.len());
}

#[tokio::test]
async fn r_msg_09_a_room_that_is_joined_while_they_catch_up_with_others_is_heard() {
    let ground = Ground::with(4, &[]).await;
    let (narrow, mut socket) = hold(&ground).await;
    let room = ground.alice.create_room("Another").await;
    ground.bob.join(&room).await;
    let mut writer = ground.writer().await;
    writer.write(&room, 600, 20).await;
    narrow.set(None);
    socket.until("the room", |frame| frame["type"] == "room_added").await;
    let last = [ground.last().await, vec![(room, 602)]].concat();
    hear(&mut socket, &last).await;
}

#[tokio::test]
async fn r_msg_09_rooms_that_were_joined_and_left_while_away_are_told() {
    let ground = Ground::with(3, &[]).await;
    let has = ground.last().await;
    let [left, again, stayed] = &ground.rooms[..] else { panic!("three rooms") };
    for room in [left, again] {
        ground.bob.leave(room).await;
    }
    ground.say(3, 20).await;
    ground.bob.join(again).await;
    let joined = ground.alice.create_room("Another").await;
    ground.bob.join(&joined).await;
    let mut socket = Socket::connect(&ground.server, &ground.bob).await;
    let welcome = socket.hello_with(known(&has)).await;
    let rooms: Vec<_> = welcome["rooms"].as_array().expect("rooms").iter().map(|room| &room["roomId"]).collect();
    assert!(
        rooms.len() == 3 && [again, stayed, &joined].iter().all(|room| rooms.contains(&&Value::from(room.as_str())))
    );
    socket.until("the room gone", |frame| frame["type"] == "room_removed" && frame["roomId"] == **left).await;
    socket.until("the room again", |frame| frame["type"] == "room_added" && frame["room"]["roomId"] == **again).await;
    let last: Vec<_> = ground.last().await.into_iter().filter(|(room, _)| room != left).collect();
    hear(&mut socket, &last).await;
    assert_eq!(socket.events(stayed), ground.alice.log_after(stayed, 2).await);
}
