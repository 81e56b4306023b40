use chat_core::{
    model::{
        event::{Event, EventKind},
        message::{Message, MessageBody},
        room::{Role, RoomId},
    },
    ports::store::{EventRange, Store, StoreError},
    rules::message::{Draft, Planned},
};

use crate::builders::{
    NOON, append, at, attempt, begin, client_id, draft, event, keyed_draft, log, new_room_of, room_of, seq, user, users,
};

pub(crate) async fn r_msg_02_a_batch_is_numbered_on_in_each_room(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let drafts = [draft(room, "alice", "a"), draft(other, "alice", "b"), draft(room, "bob", "c")];
    assert_eq!(append(store, &drafts).await, ["new 3", "new 2", "new 4"]);
    assert_eq!(append(store, &drafts[..1]).await, ["new 5"]);
    assert_eq!(
        log(store, room).await,
        ["1 joined alice", "2 joined bob", "3 message alice", "4 message bob", "5 message alice"]
    );
    assert_eq!(store.room(room).await.unwrap().unwrap().room.last_seq, seq(5));
    assert_eq!(store.room(other).await.unwrap().unwrap().room.last_seq, seq(2));
}

pub(crate) async fn r_msg_04_a_client_id_is_answered_with_the_first_message(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let first = keyed_draft(room, "alice", "hi", "k");
    let batch = [first.clone(), first.clone(), keyed_draft(room, "bob", "hi", "k")];
    assert_eq!(append(store, &batch).await, ["new 3", "repeats 3", "new 4"]);
    let other = keyed_draft(room, "alice", "other", "k");
    assert_eq!(
        append(store, &[first.clone(), other, draft(room, "bob", "x")]).await,
        ["repeats 3", "idempotency_conflict", "new 5"]
    );
    let repeated = store.append(&[first], attempt()).await.unwrap();
    let stored = store.events(room, EventRange::After(seq(2)), 1).await.unwrap();
    assert_eq!(repeated, [Planned::Repeated(stored[0].clone())]);
}

pub(crate) async fn r_msg_01_strangers_and_unknown_rooms_are_refused_and_nothing_is_written(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    users(store, &["eve"]).await;
    let mut tx = begin(store).await;
    tx.unseat_member(room, &user("bob"), at(1)).await.unwrap();
    tx.commit().await.unwrap();
    let drafts = [draft(room, "eve", "a"), draft(room, "bob", "b"), draft(RoomId::new(), "alice", "c")];
    assert_eq!(append(store, &drafts).await, ["not_a_member", "not_a_member", "room_not_found"]);
    assert_eq!(store.room(room).await.unwrap().unwrap().room.last_seq, seq(2));
}

pub(crate) async fn r_msg_04_a_reply_answers_a_message_of_its_room(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let other = room_of(store, &["alice"]).await;
    append(store, &[draft(room, "alice", "2"), draft(room, "alice", "3")]).await;
    let reply = |room, target| Draft { reply_to: Some(seq(target)), ..draft(room, "alice", "re") };
    let drafts = [reply(room, 3), reply(room, 1), reply(other, 3), reply(room, u64::MAX), reply(room, 0)];
    let not_found = "message_not_found";
    assert_eq!(append(store, &drafts).await, ["new 4", not_found, not_found, not_found, not_found]);
    let events = store.events(room, EventRange::Newest, 1).await.unwrap();
    assert!(matches!(&events[0].kind, EventKind::Message(message) if message.reply_to == Some(seq(3))), "{events:?}");
}

pub(crate) async fn a_closed_room_takes_no_message_but_answers_repeats(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let first = keyed_draft(room, "alice", "hi", "k");
    append(store, std::slice::from_ref(&first)).await;
    let mut tx = begin(store).await;
    tx.close_room(room, NOON).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(append(store, &[first, draft(room, "alice", "no")]).await, ["repeats 2", "room_closed"]);
}

pub(crate) async fn r_msg_05_a_body_comes_back_byte_for_byte(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let bodies = [
        "\"quoted\" \\ back\\\\slash \\u0041 'single' ?1 %s",
        "e\u{301} \u{202e}\u{1F600}\u{10FFFF}\u{feff} \r\n\t \u{1}\u{7f}\u{2028}",
        "{\"json\": [1, null]}",
        "12345",
        "null",
    ];
    let drafts: Vec<Draft> = bodies.iter().map(|body| draft(room, "alice", body)).collect();
    append(store, &drafts).await;
    let events = store.events(room, EventRange::After(seq(1)), 10).await.unwrap();
    let stored: Vec<_> = events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Message(message) => message.body.as_ref().unwrap().as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(stored, bodies);
}

pub(crate) async fn an_empty_batch_is_answered_with_nothing(store: &dyn Store) {
    assert_eq!(append(store, &[]).await, [""; 0]);
}

pub(crate) async fn a_batch_of_512_over_100_rooms_has_no_hole(store: &dyn Store) {
    users(store, &["alice"]).await;
    let mut rooms = Vec::new();
    for _ in 0..100 {
        rooms.push(room_of(store, &["alice"]).await);
    }
    let drafts: Vec<Draft> = rooms.iter().cycle().take(512).map(|room| draft(*room, "alice", "hi")).collect();
    let planned = store.append(&drafts, attempt()).await.unwrap();
    assert!(planned.iter().all(|planned| matches!(planned, Planned::New(_))));
    for room in rooms {
        let events = store.events(room, EventRange::After(seq(0)), 100).await.unwrap();
        let numbers: Vec<u64> = events.iter().map(|event| event.seq.get()).collect();
        let last = store.room(room).await.unwrap().unwrap().room.last_seq.get();
        assert_eq!(numbers, (1..=last).collect::<Vec<_>>());
    }
}

pub(crate) async fn batches_that_race_leave_no_hole(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let send = async |sender: &str| {
        for batch in 0..10 {
            let drafts: Vec<Draft> = (0..3).map(|n| keyed_draft(room, sender, "hi", &format!("{batch}-{n}"))).collect();
            let planned = append(store, &drafts).await;
            assert!(planned.iter().all(|planned| planned.starts_with("new")), "{planned:?}");
        }
    };
    tokio::join!(send("alice"), send("bob"));
    let events = store.events(room, EventRange::After(seq(0)), 1_000).await.unwrap();
    let numbers: Vec<u64> = events.iter().map(|event| event.seq.get()).collect();
    assert_eq!(numbers, (1..=62).collect::<Vec<_>>());
}

pub(crate) async fn every_kind_of_event_comes_back_as_it_was(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let role = EventKind::RoleChanged { user: user("bob"), role: Role::Moderator };
    let kinds = [
        EventKind::Joined,
        EventKind::Left,
        role,
        EventKind::RoomClosed { by_operator: false },
        EventKind::RoomClosed { by_operator: true },
    ];
    let mut written: Vec<Event> =
        kinds.into_iter().zip(2..).map(|(kind, number)| event(room, number, "alice", kind)).collect();
    let mut tx = begin(store).await;
    for event in &written {
        tx.append_event(event).await.unwrap();
    }
    tx.commit().await.unwrap();
    append(store, &[keyed_draft(room, "alice", "hi", "k")]).await;
    let message = Message {
        body: MessageBody::parse("hi".to_owned()).ok(),
        client_id: Some(client_id("k")),
        reply_to: None,
        edited_at: None,
        deleted_at: None,
    };
    written.push(Event { at: NOON, ..event(room, 7, "alice", EventKind::Message(message)) });
    assert_eq!(store.events(room, EventRange::After(seq(1)), 10).await.unwrap(), written);
}

pub(crate) async fn an_event_out_of_turn_is_corrupt(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    for number in [1, 3] {
        let mut tx = begin(store).await;
        let appended = tx.append_event(&event(room, number, "alice", EventKind::Left)).await;
        assert!(matches!(appended, Err(StoreError::Corrupt(_))), "{number}: {appended:?}");
    }
}

pub(crate) async fn a_message_is_not_appended_as_a_single_event(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let message = Message { body: None, client_id: None, reply_to: None, edited_at: None, deleted_at: Some(NOON) };
    let mut tx = begin(store).await;
    let appended = tx.append_event(&event(room, 2, "alice", EventKind::Message(message))).await;
    assert!(matches!(appended, Err(StoreError::Corrupt(_))), "{appended:?}");
}

pub(crate) async fn the_log_is_paged_both_ways(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let drafts: Vec<Draft> = (0..4).map(|_| draft(room, "alice", "hi")).collect();
    append(store, &drafts).await;
    let page = async |range, limit| {
        let events = store.events(room, range, limit).await.unwrap();
        events.iter().map(|event| event.seq.get()).collect::<Vec<_>>()
    };
    assert_eq!(page(EventRange::Newest, 2).await, [4, 5]);
    assert_eq!(page(EventRange::Before(seq(4)), 2).await, [2, 3]);
    assert_eq!(page(EventRange::Before(seq(1)), 2).await, [0; 0]);
    assert_eq!(page(EventRange::After(seq(3)), 9).await, [4, 5]);
    assert_eq!(page(EventRange::After(seq(0)), 2).await, [1, 2]);
    assert_eq!(page(EventRange::After(seq(u64::MAX)), 2).await, [0; 0]);
    assert_eq!(page(EventRange::Before(seq(u64::MAX)), usize::MAX).await, [1, 2, 3, 4, 5]);
    assert_eq!(page(EventRange::Newest, 0).await, [0; 0]);
}

pub(crate) async fn r_msg_07_a_read_position_is_kept_for_its_member(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    append(store, &[draft(room, "bob", "hi")]).await;
    let mut tx = begin(store).await;
    let (locked, last) = tx.lock_member(room, &user("alice")).await.unwrap().unwrap();
    assert_eq!((locked.read_seq, last), (seq(1), seq(3)));
    tx.set_read(room, &user("alice"), seq(3)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = begin(store).await;
    assert_eq!(tx.member_in(room, &user("alice")).await.unwrap().unwrap().read_seq, seq(3));
    assert_eq!(tx.member_in(room, &user("bob")).await.unwrap().unwrap().read_seq, seq(2));
    assert_eq!(tx.lock_member(RoomId::new(), &user("alice")).await.unwrap(), None);
}
