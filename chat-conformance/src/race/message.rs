use chat_core::{
    api::{CreateRoom, Messages, Rooms, SendMessage},
    model::{
        message::MessageBody,
        room::{Capacity, RoomPassword},
        session::Caller,
    },
};

use super::nodes::{Nodes, at_once, by_password};
use crate::{
    Fixture,
    build::{client_id, log, name, user},
};

pub(crate) async fn r_msg_04_the_same_client_id_from_sixteen_tasks_is_one_message(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    nodes.users(&["owner"], 0).await;
    let room = nodes.rooms("owner", 1).await[0];
    let answers = at_once((0..16).map(|n| {
        let chat = nodes.of(n);
        async move {
            let body = MessageBody::parse("hi".to_owned()).unwrap();
            let message = SendMessage { room, body, client_id: Some(client_id("k")), reply_to: None };
            chat.send_message(&Caller::user(user("owner")), message).await.unwrap()
        }
    }))
    .await;
    assert!(answers.iter().all(|sent| sent.event == answers[0].event), "{answers:?}");
    assert_eq!(answers.iter().filter(|sent| !sent.repeated).count(), 1, "{answers:?}");
    assert_eq!(log(&*nodes.store, room).await, ["1 joined owner", "2 message owner"]);
}

/// What each of them is answered stands in the log, once, in the order in which they sent it.
pub(crate) async fn r_msg_03_senders_on_two_nodes_are_logged_once_and_in_their_order(fixture: &dyn Fixture) {
    const MESSAGES: usize = 20;
    let nodes = Nodes::start(fixture).await;
    let ids = ["alice", "bob", "carol", "dave"];
    nodes.users(&["owner"], 0).await;
    nodes.users(&ids, 0).await;
    let room = nodes.rooms("owner", 1).await[0];
    for id in ids {
        nodes.of(0).join_room(&Caller::user(user(id)), by_password(room)).await.unwrap();
    }
    let answers = at_once(ids.into_iter().enumerate().map(|(n, id)| {
        let chat = nodes.of(n);
        async move {
            let mut numbers = Vec::new();
            for n in 0..MESSAGES {
                let body = MessageBody::parse(format!("message {n}")).unwrap();
                let message = SendMessage { room, body, client_id: None, reply_to: None };
                let sent = chat.send_message(&Caller::user(user(id)), message).await.unwrap();
                numbers.push(sent.event.seq.get());
            }
            numbers
        }
    }))
    .await;
    assert!(answers.iter().all(|numbers| numbers.is_sorted()), "{answers:?}");
    let mut all: Vec<u64> = answers.concat();
    all.sort_unstable();
    assert_eq!(all, (6..=85).collect::<Vec<_>>(), "the owner and four joined before");
    assert_eq!(nodes.members(room).await.len(), 5);
    assert_eq!(log(&*nodes.store, room).await.len(), 85);
}

pub(crate) async fn a_room_that_is_made_at_once_under_one_client_id_is_made_once(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    nodes.users(&["owner"], 0).await;
    nodes.rooms("owner", 1).await;
    let made = at_once((0..8).map(|n| {
        let chat = nodes.of(n);
        async move {
            let create = CreateRoom {
                name: name("Room"),
                password: RoomPassword::parse("sesame").unwrap(),
                capacity: Capacity::MAX,
                client_id: Some(client_id("k")),
            };
            chat.create_room(&Caller::user(user("owner")), create).await.unwrap()
        }
    }))
    .await;
    assert!(made.iter().all(|made_too| made_too.room.room.id == made[0].room.room.id));
    assert_eq!(made.iter().filter(|made| !made.repeated).count(), 1);
    assert_eq!(nodes.store.rooms_of(&user("owner")).await.unwrap().len(), 2);
}
