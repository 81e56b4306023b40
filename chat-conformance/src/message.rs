use chat_core::{
    model::{
        emoji::Emoji,
        event::{Event, EventKind},
        message::{ClientId, ContentMac, Message, MessageBody},
        room::{Capacity, Role, RoomId},
    },
    ports::store::{EventRange, Store, StoreError},
    rules::message::{Draft, Planned},
};

use crate::{
    Fixture,
    build::{
        NOON, append, attempt, begin, client_id, draft, event, keyed_draft, leaving, log, name, new_room_of, room_of,
        seq, user, users,
    },
    race::at_once,
    refusal::{AWKWARD, must_not_be},
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
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 1)).await.unwrap();
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

/// What the messages of a room say, from the second event on.
async fn bodies(store: &dyn Store, room: RoomId) -> Vec<String> {
    let events = store.events(room, EventRange::After(seq(1)), usize::MAX).await.unwrap();
    events.iter().map(said).collect()
}

fn said(event: &Event) -> String {
    match &event.kind {
        EventKind::Message(message) => message.body.as_ref().unwrap().as_str().to_owned(),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn r_msg_05_a_body_comes_back_byte_for_byte(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let unseen: String = ('\u{1}'..='\u{9F}').filter(|c| c.is_control()).collect();
    let mut sent: Vec<String> = AWKWARD.into_iter().map(str::to_owned).collect();
    sent.extend([
        format!("controls {unseen}"),
        "e\u{301} \u{E9} \u{202E}turned\u{feff} \u{2028}".to_owned(),
        "\u{feff}begins with a mark".to_owned(),
        " \tspaces around\r\n ".to_owned(),
        "ends in a line\n".to_owned(),
        "x".to_owned(),
    ]);
    let drafts: Vec<Draft> = sent.iter().map(|body| draft(room, "alice", body)).collect();
    append(store, &drafts).await;
    assert_eq!(bodies(store, room).await, sent);
}

pub(crate) async fn r_msg_05_the_longest_bodies_come_back(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let longest = ["x", "\u{E9}", "\u{20AC}", "\u{1F600}", "\u{10FFFF}", "\"", "\\", "'", "\u{1}"];
    let sent: Vec<String> = longest.iter().map(|character| character.repeat(MessageBody::MAX)).collect();
    let drafts: Vec<Draft> = sent.iter().map(|body| draft(room, "alice", body)).collect();
    append(store, &drafts).await;
    assert!(bodies(store, room).await == sent, "a body of 4,000 characters came back otherwise");
}

/// The greatest batch that the chat hands over, of the longest messages: 16 MB.
pub(crate) async fn r_msg_05_a_full_batch_of_the_longest_bodies_is_taken(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let longest = "\u{1F600}".repeat(MessageBody::MAX);
    let drafts = vec![draft(room, "alice", &longest); 1_024];
    let planned = store.append(&drafts, attempt()).await.unwrap();
    assert!(matches!(&planned[1_023], Planned::New(event) if event.seq == seq(1_025)));
    let stored = bodies(store, room).await;
    assert!(stored.len() == 1_024 && stored.iter().all(|body| *body == longest), "a body came back otherwise");
}

/// What a store can be given holds no NUL, at which some databases end a text: no value can be made of it.
pub(crate) async fn r_msg_05_no_text_with_nul_can_reach_a_store(_: &dyn Store) {
    use chat_core::model::{
        coin::{CoinKey, Reason},
        session::DeviceId,
        text::Name,
        user::{Phone, UserId},
    };
    for text in ["\0", "a\0", "\0a", "a\0b", "+1555\x000100"] {
        assert!(MessageBody::parse(text.to_owned()).is_err());
        assert!(ClientId::parse(text).is_err() && CoinKey::parse(text).is_err() && Reason::parse(text).is_err());
        assert!(UserId::parse(text).is_err() && DeviceId::parse(text).is_err() && Phone::parse(text).is_err());
        assert!(Name::parse(text).is_err());
    }
}

pub(crate) async fn r_msg_04_client_ids_that_differ_in_case_or_a_space_are_different(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let longest = ["y", "Y", " "].map(|last| format!("{}{last}", "x".repeat(ClientId::MAX - 1)));
    let printable: String = (' '..='~').collect();
    let mut keys = vec!["k", "K", "k ", "k  ", " k", " ", "'", "\"", "\\", "%", "_", "?", "12", "012", "1e1", "null"];
    keys.extend(longest.iter().map(String::as_str));
    keys.extend([&printable[..ClientId::MAX], &printable[printable.len() - ClientId::MAX..]]);
    let drafts: Vec<Draft> = keys.iter().map(|key| keyed_draft(room, "alice", "hi", key)).collect();
    let new: Vec<String> = (2..).take(keys.len()).map(|number| format!("new {number}")).collect();
    let repeats: Vec<String> = (2..).take(keys.len()).map(|number| format!("repeats {number}")).collect();
    assert_eq!(append(store, &drafts).await, new);
    assert_eq!(append(store, &drafts).await, repeats);
    let events = store.events(room, EventRange::After(seq(1)), 100).await.unwrap();
    for (event, key) in events.iter().zip(keys) {
        assert!(matches!(&event.kind, EventKind::Message(message) if message.client_id == Some(client_id(key))));
    }
}

pub(crate) async fn r_msg_04_a_client_id_counts_for_its_room_and_sender(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice"]).await;
    let drafts = [(room, "alice"), (room, "bob"), (other, "alice")].map(|(room, id)| keyed_draft(room, id, "hi", "k"));
    assert_eq!(append(store, &drafts).await, ["new 3", "new 4", "new 2"]);
    assert_eq!(append(store, &drafts).await, ["repeats 3", "repeats 4", "repeats 2"]);
}

pub(crate) async fn r_msg_04_content_is_told_apart_by_every_byte(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let mut contents = vec![[0; 16], [0xFF; 16], [b'\''; 16], [b'\\'; 16], [b' '; 16]];
    contents.push(std::array::from_fn(|index| u8::try_from(index * 16).unwrap()));
    for (content, number) in contents.into_iter().zip(2..) {
        let keyed = |content| Draft {
            client_id: Some((client_id(&number.to_string()), ContentMac::from_bytes(content))),
            ..draft(room, "alice", "hi")
        };
        let mut other = content;
        other[15] ^= 1;
        assert_eq!(append(store, &[keyed(content)]).await, [format!("new {number}")]);
        let again = append(store, &[keyed(content), keyed(other)]).await;
        assert_eq!(again, [format!("repeats {number}"), "idempotency_conflict".to_owned()]);
    }
}

pub(crate) async fn r_msg_02_what_is_answered_is_what_is_read(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let reply = Draft { reply_to: Some(seq(3)), ..keyed_draft(room, "bob", "re", "k") };
    let planned = store.append(&[draft(room, "alice", "hi"), reply], attempt()).await.unwrap();
    let read = store.events(room, EventRange::After(seq(2)), 10).await.unwrap();
    assert_eq!(planned, read.into_iter().map(Planned::New).collect::<Vec<_>>());
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

pub(crate) async fn r_msg_03_a_batch_of_1024_stands_in_its_order(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let sent: Vec<String> = (0..1_024).map(|n| format!("message {n}")).collect();
    let drafts: Vec<Draft> = sent.iter().map(|body| keyed_draft(room, "alice", body, body)).collect();
    let new: Vec<String> = (2..1_026).map(|number| format!("new {number}")).collect();
    assert_eq!(append(store, &drafts).await, new);
    assert_eq!(bodies(store, room).await, sent);
    let repeats: Vec<String> = (2..1_026).map(|number| format!("repeats {number}")).collect();
    assert_eq!(append(store, &drafts).await, repeats);
}

pub(crate) async fn r_msg_02_batches_that_race_leave_no_hole_and_no_double(fixture: &dyn Fixture) {
    let nodes = [fixture.store(), fixture.another_node().await];
    let ids = ["alice", "bob", "carol", "dave"];
    let room = new_room_of(&*nodes[0], &ids).await;
    let answers = at_once(ids.into_iter().zip(nodes.iter().cycle().cloned()).map(|(sender, store)| async move {
        let mut answers = Vec::new();
        for batch in 0..10 {
            let drafts: Vec<Draft> = (0..3).map(|n| keyed_draft(room, sender, "hi", &format!("{batch}-{n}"))).collect();
            answers.extend(append_patiently(&*store, &drafts).await);
        }
        answers
    }))
    .await;
    let mut numbers: Vec<u64> = answers
        .into_iter()
        .flatten()
        .map(|planned| match planned {
            Planned::New(event) => event.seq.get(),
            other => panic!("{other:?}"),
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (5..=124).collect::<Vec<_>>(), "what was answered");
    let events = nodes[0].events(room, EventRange::After(seq(0)), 1_000).await.unwrap();
    let numbers: Vec<u64> = events.iter().map(|event| event.seq.get()).collect();
    assert_eq!(numbers, (1..=124).collect::<Vec<_>>(), "what is read");
}

/// One at a time, without client ids: what is answered as not done must not have been done.
pub(crate) async fn r_msg_03_what_is_sent_without_a_client_id_is_logged_once(fixture: &dyn Fixture) {
    let nodes = [fixture.store(), fixture.another_node().await];
    let room = new_room_of(&*nodes[0], &["alice", "bob"]).await;
    at_once(["alice", "bob"].into_iter().zip(nodes.clone()).map(|(sender, store)| async move {
        for number in 0..20 {
            append_patiently(&*store, &[draft(room, sender, &format!("{sender} {number}"))]).await;
        }
    }))
    .await;
    let events = nodes[0].events(room, EventRange::After(seq(2)), 1_000).await.unwrap();
    for sender in ["alice", "bob"] {
        let sent: Vec<String> = events.iter().filter(|event| event.sender == user(sender)).map(said).collect();
        let expected: Vec<String> = (0..20).map(|number| format!("{sender} {number}")).collect();
        assert_eq!(sent, expected);
    }
}

/// Appends, and again where the store gave the transaction up: then it has changed nothing.
async fn append_patiently(store: &dyn Store, drafts: &[Draft]) -> Vec<Planned> {
    for _ in 0..50 {
        match store.append(drafts, attempt()).await {
            Err(StoreError::Transient(_)) => tokio::task::yield_now().await,
            answered => return answered.unwrap(),
        }
    }
    panic!("given up by the database 50 times");
}

pub(crate) async fn every_kind_of_event_comes_back_as_it_was(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let role = EventKind::RoleChanged { user: user("bob"), role: Role::Moderator };
    let body = MessageBody::parse("\u{E9}dited, \u{1F600}".to_owned()).ok();
    let emoji = Emoji::parse("\u{1F468}\u{1F3FB}\u{200D}\u{1F9B0}").unwrap();
    let kinds = [
        EventKind::Joined,
        EventKind::Left,
        role,
        EventKind::Removed { user: user("bob"), banned: false },
        EventKind::Removed { user: user("bob"), banned: true },
        EventKind::RoomChanged { name: Some(name("D\u{E9}n of \u{1F600}")), capacity: None },
        EventKind::RoomChanged { name: None, capacity: Some(Capacity::MIN) },
        EventKind::RoomChanged { name: Some(name("4")), capacity: Some(Capacity::MAX) },
        EventKind::RoomChanged { name: None, capacity: None },
        EventKind::MessageEdited { target: seq(1), body, mentions: vec![user("bob"), user("alice")] },
        EventKind::MessageEdited { target: seq(1), body: None, mentions: Vec::new() },
        EventKind::MessageDeleted { target: seq(1) },
        EventKind::ReactionAdded { target: seq(1), emoji },
        EventKind::ReactionRemoved { target: seq(1), emoji },
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
        mentions: Vec::new(),
        edited_at: None,
        deleted_at: None,
        reactions: Vec::new(),
    };
    written.push(Event { at: NOON, ..event(room, 2 + written.len() as u64, "alice", EventKind::Message(message)) });
    assert_eq!(store.events(room, EventRange::After(seq(1)), 99).await.unwrap(), written);
}

pub(crate) async fn r_msg_02_an_event_out_of_turn_must_not_be(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    for number in [0, 1, 3, 1_000] {
        let mut tx = begin(store).await;
        let appended = tx.append_event(&event(room, number, "alice", EventKind::Left)).await;
        must_not_be(tx, appended).await;
    }
    let mut tx = begin(store).await;
    let appended = tx.append_event(&event(RoomId::new(), 1, "alice", EventKind::Joined)).await;
    must_not_be(tx, appended).await;
    assert_eq!(log(store, room).await, ["1 joined alice"]);
}

pub(crate) async fn a_message_appended_as_a_single_event_must_not_be(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let message = Message {
        body: None,
        client_id: None,
        reply_to: None,
        mentions: Vec::new(),
        edited_at: None,
        deleted_at: Some(NOON),
        reactions: Vec::new(),
    };
    let mut tx = begin(store).await;
    let appended = tx.append_event(&event(room, 2, "alice", EventKind::Message(message))).await;
    must_not_be(tx, appended).await;
    assert_eq!(log(store, room).await, ["1 joined alice"]);
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
    assert_eq!(store.events(RoomId::new(), EventRange::Newest, 2).await.unwrap(), []);
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
