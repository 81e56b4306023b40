//! Changes of messages, as an application that speaks to clients by itself asks for them.

use chat_core::{
    api::{Friends, MessageId, Messages, React},
    model::{emoji::Emoji, event::EventKind, message::MessageBody, room::Role, time::Timestamp},
    ports::store::{Attempt, AttemptId},
    realtime::delivery::Delivery,
};

use super::{connect, join, message, next, on, room, secrets, store, users};

#[tokio::test]
async fn r_msg_06_a_moderator_deletes_any_message_and_edits_none_of_others() {
    let store = store().await;
    let chat = on(store.clone(), &secrets()).build().await.expect("a chat");
    let users = users(&chat, 3).await;
    let [owner, moderator, member] = [&users[0], &users[1], &users[2]];
    let room = room(&chat, owner).await;
    join(&chat, moderator, room).await;
    join(&chat, member, room).await;
    let attempt = Attempt { id: AttemptId::new(), at: Timestamp::from_millis(0) };
    let mut tx = store.begin(attempt).await.expect("a transaction");
    tx.lock_room(room).await.expect("the room");
    tx.set_role(room, &moderator.user, Role::Moderator).await.expect("a role");
    tx.commit().await.expect("it is committed");
    let body = MessageBody::parse("other words".to_owned()).expect("a body");
    for sender in [owner, member, moderator] {
        let sent = chat.send_message(sender, message(room, "words")).await.expect("sent").event;
        let id = MessageId { room, seq: sent.seq };
        if sender.user != moderator.user {
            let refused = chat.edit_message(moderator, id, body.clone(), None).await.expect_err("not the moderator's");
            assert_eq!(refused.rejection().map(|refused| refused.kind_and_code().1), Some("not_allowed"));
        }
        let deleted = chat.delete_message(moderator, id, None).await.expect("a moderator may");
        assert_eq!(deleted.message.sender, sender.user);
        assert!(deleted.event.is_some_and(|event| event.sender == moderator.user));
    }
}

#[tokio::test]
async fn r_msg_08_a_change_is_answered_in_the_place_of_its_event_on_the_connection_that_caused_it() {
    let chat = on(store().await, &secrets()).build().await.expect("a chat");
    let users = users(&chat, 2).await;
    let room = room(&chat, &users[0]).await;
    join(&chat, &users[1], room).await;
    let seq = chat.send_message(&users[0], message(room, "words")).await.expect("sent").event.seq;
    let id = MessageId { room, seq };
    let (mut one, mut other) = (connect(&chat, &users[0]).await, connect(&chat, &users[0]).await);
    let react = React::With(Emoji::parse("\u{1F44D}").expect("an emoji"));
    chat.send_message(&users[1], message(room, "before")).await.expect("sent");
    let origin = one.connection.origin(7);
    let changed = chat.react(&users[0], id, react, Some(origin)).await.expect("it is set");
    chat.send_message(&users[1], message(room, "after")).await.expect("sent");

    let heard = next(&mut one.connection).await;
    assert!(matches!(&heard, Delivery::Event(event) if matches!(event.event.kind, EventKind::Message(_))), "{heard:?}");
    let Delivery::Sent { command: 7, event } = next(&mut one.connection).await else { panic!("the answer comes next") };
    assert_eq!((Some(&event.event), event.message.as_ref()), (changed.event.as_ref(), Some(&changed.message)));
    let heard = next(&mut one.connection).await;
    assert!(matches!(&heard, Delivery::Event(event) if event.event.seq.get() == seq.get() + 3), "{heard:?}");
    for number in 1..=3 {
        let heard = next(&mut other.connection).await;
        assert!(matches!(&heard, Delivery::Event(event) if event.event.seq.get() == seq.get() + number), "{heard:?}");
    }

    let origin = one.connection.origin(8);
    let unchanged = chat.react(&users[0], id, react, Some(origin)).await.expect("it is set already");
    assert_eq!((unchanged.event, unchanged.message), (None, changed.message));
    chat.send_message(&users[1], message(room, "next")).await.expect("sent");
    let heard = next(&mut one.connection).await;
    assert!(matches!(&heard, Delivery::Event(event) if event.event.seq.get() == seq.get() + 4), "{heard:?}");
}

#[tokio::test]
async fn r_msg_08_a_mark_is_told_when_all_that_waited_is_behind_the_reader() {
    let chat = on(store().await, &secrets()).build().await.expect("a chat");
    let users = users(&chat, 2).await;
    let room = room(&chat, &users[0]).await;
    join(&chat, &users[1], room).await;
    let mut reader = connect(&chat, &users[0]).await;
    chat.send_message(&users[1], message(room, "before")).await.expect("sent");
    chat.request_friend(&users[1], Some(users[0].user.clone())).await.expect("asked");
    reader.connection.mark(7);
    chat.send_message(&users[1], message(room, "after")).await.expect("sent");
    let mut heard = Vec::new();
    while heard.len() < 4 {
        heard.push(match next(&mut reader.connection).await {
            Delivery::Event(_) => "event",
            Delivery::Friend { .. } => "friend",
            Delivery::Marked { command: 7 } => "mark",
            Delivery::Presence { .. } => continue,
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(heard, ["event", "friend", "mark", "event"]);
}
