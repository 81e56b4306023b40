use chat_core::{
    model::{
        emoji::Emoji,
        event::{Event, EventKind, Seq},
        message::{Message, MessageBody, Reaction},
        room::RoomId,
    },
    ports::store::{EventRange, Store, StoreTx},
};

use crate::{
    Fixture,
    build::{append, at, begin, draft, event, keyed_draft, leaving, log, new_room_of, room_of, seq, user, users},
    refusal::{AWKWARD, must_not_be},
    second::Second,
};

fn body(text: &str) -> Option<MessageBody> {
    MessageBody::parse(text.to_owned()).ok()
}

fn emoji(text: &str) -> Emoji {
    Emoji::parse(text).unwrap()
}

/// Of every kind of sequence that there is, the longest among them.
const EMOJIS: [&str; 6] = [
    "\u{1F44D}",
    "\u{2764}\u{FE0F}",
    "\u{1F44D}\u{1F3FD}",
    "#\u{FE0F}\u{20E3}",
    "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{1F468}\u{1F3FB}\u{200D}\u{2764}\u{FE0F}\u{200D}\u{1F48B}\u{200D}\u{1F468}\u{1F3FF}",
];

fn message_of(event: &Event) -> Message {
    match &event.kind {
        EventKind::Message(message) => message.clone(),
        other => panic!("{other:?}"),
    }
}

/// The message of that number as it is read from the log.
async fn read(store: &dyn Store, room: RoomId, number: u64) -> Message {
    message_of(&store.events(room, EventRange::After(seq(number - 1)), 1).await.unwrap()[0])
}

fn tombstone(message: Message) -> Message {
    let (mentions, reactions) = (Vec::new(), Vec::new());
    Message { body: None, mentions, reactions, deleted_at: Some(at(9)), ..message }
}

/// Rewrites the message, and logs that as the next event, as the chat does.
async fn change(tx: &mut dyn StoreTx, room: RoomId, target: Seq, message: &Message, kind: EventKind) {
    let number = tx.lock_room(room).await.unwrap().unwrap().room.last_seq.next().get();
    tx.rewrite_message(room, target, message).await.unwrap();
    tx.append_event(&event(room, number, "alice", kind)).await.unwrap();
}

async fn edit(store: &dyn Store, room: RoomId, number: u64, text: &str) -> Message {
    let target = seq(number);
    let mentions = vec![user("bob")];
    let before = read(store, room, number).await;
    let edited = Message { body: body(text), mentions: mentions.clone(), edited_at: Some(at(7)), ..before };
    let mut tx = begin(store).await;
    change(&mut *tx, room, target, &edited, EventKind::MessageEdited { target, body: body(text), mentions }).await;
    tx.commit().await.unwrap();
    edited
}

async fn delete(store: &dyn Store, room: RoomId, number: u64) {
    let target = seq(number);
    let deleted = tombstone(read(store, room, number).await);
    let mut tx = begin(store).await;
    change(&mut *tx, room, target, &deleted, EventKind::MessageDeleted { target }).await;
    tx.erase_edits(room, target).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn r_msg_06_a_message_is_read_as_it_was_written_last(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    append(store, &[keyed_draft(room, "alice", "hi", "k"), draft(room, "bob", "beside it")]).await;
    let mut texts: Vec<String> = AWKWARD.into_iter().map(str::to_owned).collect();
    texts.extend(["\u{10FFFF}".repeat(MessageBody::MAX), " spaces around\r\n ".to_owned(), "x".to_owned()]);
    for text in texts {
        let edited = edit(store, room, 3, &text).await;
        assert!(read(store, room, 3).await == edited, "came back otherwise: {text:.80}");
        let mut tx = begin(store).await;
        let found = tx.message_in(room, seq(3)).await.unwrap().unwrap();
        tx.rollback().await.unwrap();
        assert!(message_of(&found) == edited && found.sender == user("alice"), "found otherwise: {text:.80}");
    }
    assert_eq!(read(store, room, 4).await.body, body("beside it"));
    assert_eq!(
        append(store, &[keyed_draft(room, "alice", "hi", "k")]).await,
        ["repeats 3"],
        "the first content counts"
    );
}

pub(crate) async fn r_msg_11_reactions_come_back_in_their_order(store: &dyn Store) {
    // As many as can be: six members whose ids are as long as they may be, with 20 of the longest emojis.
    let ids: Vec<String> = (0..6).map(|number| format!("{number}{}", "x".repeat(63))).collect();
    let room = new_room_of(store, &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    append(store, &[draft(room, &ids[0], "hi")]).await;
    let users = |from: usize| ids.iter().cycle().skip(from).take(6).map(|id| user(id)).collect();
    let kinds = EMOJIS.iter().cycle().take(20).enumerate();
    let reactions = kinds.map(|(at, text)| Reaction { emoji: emoji(text), users: users(at) }).collect();
    let reacted = Message { reactions, ..read(store, room, 7).await };
    let mut tx = begin(store).await;
    let added = EventKind::ReactionAdded { target: seq(7), emoji: emoji(EMOJIS[5]) };
    change(&mut *tx, room, seq(7), &reacted, added).await;
    tx.commit().await.unwrap();
    assert_eq!(read(store, room, 7).await, reacted);
}

/// A room seats few, one after the other many, and what they have reacted with stays.
pub(crate) async fn r_msg_11_reactions_of_all_who_ever_were_members_come_back(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    append(store, &[draft(room, "alice", "hi")]).await;
    let users = (0..2_000).map(|number| user(&format!("{number:0>64}"))).collect();
    let reactions = vec![Reaction { emoji: emoji(EMOJIS[0]), users }];
    let reacted = Message { reactions, ..read(store, room, 2).await };
    let mut tx = begin(store).await;
    let added = EventKind::ReactionAdded { target: seq(2), emoji: emoji(EMOJIS[0]) };
    change(&mut *tx, room, seq(2), &reacted, added).await;
    tx.commit().await.unwrap();
    assert!(read(store, room, 2).await == reacted, "2,000 reactions came back otherwise");
}

pub(crate) async fn r_msg_06_the_edits_of_a_deleted_message_say_nothing_any_more(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let other = room_of(store, &["alice", "bob"]).await;
    for room in [room, other] {
        append(store, &[draft(room, "alice", "first"), draft(room, "alice", "second")]).await;
        for (number, text) in [(3, "one @bob"), (4, "kept @bob"), (3, "two @bob")] {
            edit(store, room, number, text).await;
        }
    }
    delete(store, room, 3).await;
    let edits = async |room| {
        let events = store.events(room, EventRange::After(seq(4)), 3).await.unwrap();
        let said = events.into_iter().map(|event| match event.kind {
            EventKind::MessageEdited { target, body, mentions } => {
                (target.get(), body.map(|body| body.as_str().to_owned()), mentions.len())
            }
            other => panic!("{other:?}"),
        });
        said.collect::<Vec<_>>()
    };
    let kept = |text: &str| Some(text.to_owned());
    assert_eq!(edits(room).await, [(3, None, 0), (4, kept("kept @bob"), 1), (3, None, 0)]);
    assert_eq!(edits(other).await, [(3, kept("one @bob"), 1), (4, kept("kept @bob"), 1), (3, kept("two @bob"), 1)]);
    let deleted = read(store, room, 3).await;
    assert_eq!((deleted.body, deleted.mentions, deleted.deleted_at), (None, Vec::new(), Some(at(9))));
    assert_eq!(log(store, room).await.len(), 8, "its place and those of its edits stay");
}

pub(crate) async fn r_msg_04_a_deleted_message_answers_its_client_id_whatever_is_sent(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let (same, other) = (keyed_draft(room, "alice", "hi", "k"), keyed_draft(room, "alice", "other", "k"));
    append(store, std::slice::from_ref(&same)).await;
    assert_eq!(append(store, std::slice::from_ref(&other)).await, ["idempotency_conflict"]);
    delete(store, room, 3).await;
    assert_eq!(append(store, &[same, other]).await, ["repeats 3", "repeats 3"]);
}

pub(crate) async fn r_msg_07_a_deleted_message_is_not_unread(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    append(store, &[draft(room, "alice", "one"), draft(room, "alice", "two")]).await;
    let unread = async || {
        let view = store.room_view(room, &user("bob")).await.unwrap().unwrap();
        let listed = store.rooms_of(&user("bob")).await.unwrap();
        assert_eq!(view.unread, listed[0].unread);
        view.unread
    };
    edit(store, room, 3, "one, edited").await;
    assert_eq!(unread().await, 2, "an edit is not unread");
    delete(store, room, 3).await;
    assert_eq!(unread().await, 1);
    delete(store, room, 4).await;
    assert_eq!(unread().await, 0);
}

pub(crate) async fn r_msg_10_a_batch_keeps_whom_its_messages_mention(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob", "x@y.z"]).await;
    users(store, &["eve"]).await;
    let other = room_of(store, &["eve"]).await;
    let mut tx = begin(store).await;
    tx.lock_room(room).await.unwrap();
    tx.append_event(&event(room, 4, "bob", EventKind::Left)).await.unwrap();
    tx.unseat_member(&user("bob"), &leaving(room, "bob", 4)).await.unwrap();
    tx.commit().await.unwrap();
    let drafts = [
        draft(room, "alice", "@x@y.z @eve @bob @alice"),
        draft(room, "alice", "nobody"),
        draft(other, "eve", "@eve @alice"),
        keyed_draft(room, "x@y.z", "@alice", "k"),
    ];
    assert_eq!(append(store, &drafts).await, ["new 5", "new 6", "new 2", "new 7"]);
    let mentions = async |room, number| read(store, room, number).await.mentions;
    assert_eq!(mentions(room, 5).await, [user("x@y.z"), user("alice")], "of the room, and present");
    assert_eq!(mentions(room, 6).await, []);
    assert_eq!(mentions(other, 2).await, [user("eve")]);
    assert_eq!(mentions(room, 7).await, [user("alice")]);
}

pub(crate) async fn r_msg_06_what_is_no_message_is_not_found_and_must_not_be_rewritten(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    append(store, &[draft(room, "alice", "hi")]).await;
    let message = read(store, room, 3).await;
    for (room, number) in [(room, 0), (room, 2), (room, 4), (room, u64::MAX), (RoomId::new(), 3)] {
        let mut tx = begin(store).await;
        assert_eq!(tx.message_in(room, seq(number)).await.unwrap(), None, "{number}");
        tx.rollback().await.unwrap();
        let mut tx = begin(store).await;
        let rewritten = tx.rewrite_message(room, seq(number), &message).await;
        must_not_be(tx, rewritten).await;
    }
}

pub(crate) async fn every_event_of_a_change_comes_back_as_it_was(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    append(store, &[draft(room, "alice", "hi")]).await;
    let target = seq(3);
    let mut kinds = vec![
        EventKind::MessageEdited { target, body: body("hi @bob @alice"), mentions: vec![user("bob"), user("alice")] },
        EventKind::MessageEdited { target, body: body("nobody"), mentions: Vec::new() },
        EventKind::MessageDeleted { target },
    ];
    for text in EMOJIS {
        kinds.push(EventKind::ReactionAdded { target, emoji: emoji(text) });
        kinds.push(EventKind::ReactionRemoved { target, emoji: emoji(text) });
    }
    let written: Vec<Event> =
        kinds.into_iter().zip(4..).map(|(kind, number)| event(room, number, "alice", kind)).collect();
    let mut tx = begin(store).await;
    for event in &written {
        tx.append_event(event).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(store.events(room, EventRange::After(target), 100).await.unwrap(), written);
}

pub(crate) async fn a_change_that_is_undone_leaves_the_message_as_it_was(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    append(store, &[draft(room, "alice", "hi")]).await;
    edit(store, room, 3, "edited").await;
    let before = store.events(room, EventRange::After(seq(0)), 10).await.unwrap();
    for dropped in [true, false] {
        let mut tx = begin(store).await;
        let deleted = tombstone(message_of(&before[2]));
        change(&mut *tx, room, seq(3), &deleted, EventKind::MessageDeleted { target: seq(3) }).await;
        tx.erase_edits(room, seq(3)).await.unwrap();
        // The writes may have waited for this read.
        assert_eq!(message_of(&tx.message_in(room, seq(3)).await.unwrap().unwrap()), deleted);
        if dropped {
            drop(tx)
        } else {
            tx.rollback().await.unwrap()
        }
        assert_eq!(store.events(room, EventRange::After(seq(0)), 10).await.unwrap(), before);
    }
}

pub(crate) async fn a_message_under_the_lock_of_its_room_is_as_the_last_commit_left_it(fixture: &dyn Fixture) {
    let (store, other) = (fixture.store(), fixture.another_node().await);
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    append(&*store, &[draft(room, "alice", "hi")]).await;
    let deleted = tombstone(read(&*store, room, 3).await);
    let mut tx = begin(&*store).await;
    tx.lock_room(room).await.unwrap();
    let mut asking = Second::start(async move {
        let mut tx = begin(&*other).await;
        tx.lock_room(room).await.unwrap();
        let found = tx.message_in(room, seq(3)).await.unwrap().unwrap();
        tx.rollback().await.unwrap();
        message_of(&found)
    });
    asking.gets_its_chance(&mut *tx).await;
    change(&mut *tx, room, seq(3), &deleted, EventKind::MessageDeleted { target: seq(3) }).await;
    tx.commit().await.unwrap();
    assert_eq!(asking.comes_to().await, deleted);
}
