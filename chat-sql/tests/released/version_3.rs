//! The rows of a store at version 3, and what every later release must read of them. Both stores' tests include it.

use chat_conformance::build::{begin, user};
use chat_core::{
    model::{
        block::Block,
        emoji::Emoji,
        event::{EventKind, Seq},
        message::{MessageBody, Reaction},
        room::{Capacity, RoomId},
        text::Name,
        time::Timestamp,
    },
    ports::store::{EventRange, Store},
};

/// Reads every row of `rows/0003.sql`, and goes on from there.
pub(crate) async fn reads_the_rows_of_version_3(store: &dyn Store) {
    let mut room = [0; 16];
    room[15] = 9;
    let room = RoomId::from_bytes(room);
    let events = store.events(room, EventRange::After(Seq::new(1)), 9).await.unwrap();
    let kinds: Vec<EventKind> = events.into_iter().map(|event| event.kind).collect();
    let [EventKind::Message(edited), EventKind::Message(deleted), rest @ ..] = kinds.as_slice() else {
        panic!("{kinds:?}")
    };
    let (thumb, heart) = (Emoji::parse("\u{1F44D}").unwrap(), Emoji::parse("\u{2764}\u{FE0F}").unwrap());
    let body = MessageBody::parse("hi @bob".to_owned()).ok();
    assert_eq!((&edited.body, &edited.mentions), (&body, &vec![user("bob")]));
    assert!(edited.edited_at.is_some());
    let both = Reaction { emoji: thumb, users: vec![user("bob"), user("Alice")] };
    assert_eq!(edited.reactions, [both, Reaction { emoji: heart, users: vec![user("bob")] }]);
    assert_eq!((&deleted.body, deleted.reactions.len()), (&None, 0));
    let target = Seq::new(2);
    let expected = [
        EventKind::MessageEdited { target, body, mentions: vec![user("bob")] },
        EventKind::MessageDeleted { target: Seq::new(3) },
        EventKind::ReactionAdded { target, emoji: thumb },
        EventKind::ReactionRemoved { target, emoji: thumb },
        EventKind::RoomChanged { name: Name::parse("Den 4").ok(), capacity: Capacity::parse(4).ok() },
        EventKind::Removed { user: user("bob"), banned: true },
    ];
    assert_eq!(rest, expected);
    let blocked = Block { id: user("bob"), at: Timestamp::from_millis(9) };
    assert_eq!(store.blocks(&user("Alice")).await.unwrap(), [blocked]);

    // And it goes on: a block that came with the rows ends.
    assert!(!store.acquaintances(&user("Alice")).await.unwrap().contains(&user("bob")));
    let mut tx = begin(store).await;
    tx.lock_users(&[&user("Alice"), &user("bob")]).await.unwrap();
    tx.delete_block(&user("Alice"), &user("bob")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.blocks(&user("Alice")).await.unwrap(), []);
    assert!(store.acquaintances(&user("Alice")).await.unwrap().contains(&user("bob")));
}
