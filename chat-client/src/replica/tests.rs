//! The same log, cut and read in whatever way, folds into the same room.

use proptest::{collection::vec, prelude::*};
use serde_json::json;

use super::*;
use crate::wire::Reaction;

const USERS: [&str; 3] = ["alice", "bob", "carol"];
const EMOJI: [&str; 2] = ["👍", "🦀"];

/// What somebody does; the numbers choose among what there is.
#[derive(Clone, Debug)]
enum Act {
    Write(usize),
    Edit(usize),
    Delete(usize),
    React { by: usize, message: usize, emoji: usize, remove: bool },
    ComeOrGo(usize),
    Remove(usize),
    Promote(usize),
    Rename,
    Close,
}

fn act() -> impl Strategy<Value = Act> {
    let any = 0..100_usize;
    prop_oneof![
        4 => (0..3_usize).prop_map(Act::Write),
        3 => any.clone().prop_map(Act::Edit),
        1 => any.clone().prop_map(Act::Delete),
        3 => (0..3_usize, any, 0..2_usize, proptest::bool::ANY)
            .prop_map(|(by, message, emoji, remove)| Act::React { by, message, emoji, remove }),
        1 => (1..3_usize).prop_map(Act::ComeOrGo),
        1 => (1..3_usize).prop_map(Act::Remove),
        1 => (1..3_usize).prop_map(Act::Promote),
        1 => Just(Act::Rename),
        1 => Just(Act::Close),
    ]
}

fn time(seq: u64) -> Time {
    format!("2026-11-23T12:00:00.{seq:03}Z").as_str().into()
}

/// The log as it was told live, event by event.
fn log(acts: &[Act]) -> Vec<Event> {
    let mut log: Vec<Event> = Vec::new();
    let mut seated = [true, false, false];
    let say = |log: &mut Vec<Event>, sender: &str, kind: EventKind| {
        let seq = log.len() as u64 + 1;
        log.push(Event { room_id: "r".into(), seq, sender_id: sender.into(), created_at: time(seq), kind });
    };
    say(&mut log, "alice", EventKind::Joined);
    for act in acts {
        let messages: Vec<u64> =
            log.iter().filter(|event| matches!(event.kind, EventKind::Message(_))).map(|event| event.seq).collect();
        let target = |at: usize| messages.get(at % messages.len().max(1)).copied();
        match act {
            Act::Write(by) => {
                let mentions = if *by == 1 { vec!["alice".to_owned()] } else { Vec::new() };
                let body = Some(format!("first words at {}", log.len()));
                let message = Message { body, client_id: Some(log.len().to_string()), mentions, ..Message::default() };
                say(&mut log, USERS[*by], EventKind::Message(message));
            }
            Act::Edit(at) => {
                let Some(target_seq) = target(*at) else { continue };
                let mentions = (at % 2 == 0).then(|| vec!["bob".to_owned()]);
                let body = Some(format!("better words at {}", log.len()));
                say(&mut log, "alice", EventKind::MessageEdited { target_seq, body, mentions });
            }
            Act::Delete(at) => {
                let Some(target_seq) = target(*at) else { continue };
                say(&mut log, "alice", EventKind::MessageDeleted { target_seq });
            }
            Act::React { by, message, emoji, remove } => {
                let Some(target_seq) = target(*message) else { continue };
                let emoji = EMOJI[*emoji].to_owned();
                let kind = if *remove {
                    EventKind::ReactionRemoved { target_seq, emoji }
                } else {
                    EventKind::ReactionAdded { target_seq, emoji }
                };
                say(&mut log, USERS[*by], kind);
            }
            Act::ComeOrGo(who) => {
                let kind = if seated[*who] { EventKind::Left } else { EventKind::Joined };
                seated[*who] = !seated[*who];
                say(&mut log, USERS[*who], kind);
            }
            Act::Remove(who) => {
                seated[*who] = false;
                say(&mut log, "alice", EventKind::Removed { user_id: USERS[*who].into(), banned: false });
            }
            Act::Promote(who) => {
                say(&mut log, "alice", EventKind::RoleChanged { user_id: USERS[*who].into(), role: Role::Moderator });
            }
            Act::Rename => {
                let name = Some(format!("Room {}", log.len()));
                say(&mut log, "alice", EventKind::RoomChanged { name, capacity: None });
            }
            Act::Close => say(&mut log, "alice", EventKind::RoomClosed { by_operator: false }),
        }
    }
    without_what_is_deleted(log)
}

/// No server logs an edit of, or a reaction to, what is deleted.
fn without_what_is_deleted(log: Vec<Event>) -> Vec<Event> {
    let mut deleted = BTreeSet::new();
    let mut kept = Vec::new();
    for mut event in log {
        let target = match &event.kind {
            EventKind::MessageEdited { target_seq, .. }
            | EventKind::MessageDeleted { target_seq }
            | EventKind::ReactionAdded { target_seq, .. }
            | EventKind::ReactionRemoved { target_seq, .. } => Some(*target_seq),
            _ => None,
        };
        if target.is_some_and(|target| deleted.contains(&target)) {
            event.kind = EventKind::Other;
        } else if let (EventKind::MessageDeleted { .. }, Some(target)) = (&event.kind, target) {
            deleted.insert(target);
        }
        kept.push(event);
    }
    kept
}

/// An event as a page shows it that is read when the log ends with `now`: a message as it is then, and nothing of the words
/// of one that is deleted. It looks at each later event by itself, and folds nothing.
fn as_of(log: &[Event], event: &Event, now: u64) -> Event {
    let later = |target: u64| {
        log.iter().filter(move |event| event.seq <= now).filter(move |event| match &event.kind {
            EventKind::MessageEdited { target_seq, .. }
            | EventKind::MessageDeleted { target_seq }
            | EventKind::ReactionAdded { target_seq, .. }
            | EventKind::ReactionRemoved { target_seq, .. } => *target_seq == target,
            _ => false,
        })
    };
    let deletion = |target: u64| later(target).find(|event| matches!(event.kind, EventKind::MessageDeleted { .. }));
    let mut shown = event.clone();
    match &mut shown.kind {
        EventKind::Message(message) => {
            if let Some(deletion) = deletion(event.seq) {
                let deleted_at = Some(deletion.created_at.clone());
                *message = Message { client_id: message.client_id.clone(), deleted_at, ..Message::default() };
                return shown;
            }
            for event in later(event.seq) {
                if let EventKind::MessageEdited { body, mentions, .. } = &event.kind {
                    message.body.clone_from(body);
                    message.mentions = mentions.clone().unwrap_or_default();
                    message.edited_at = Some(event.created_at.clone());
                }
            }
            for emoji in EMOJI {
                let mut users = USERS.map(str::to_owned).to_vec();
                users.retain(|user| {
                    let of_user = later(event.seq).filter(|event| event.sender_id == *user);
                    let mut set = of_user.filter_map(|event| match &event.kind {
                        EventKind::ReactionAdded { emoji: with, .. } if with == emoji => Some(true),
                        EventKind::ReactionRemoved { emoji: with, .. } if with == emoji => Some(false),
                        _ => None,
                    });
                    set.next_back() == Some(true)
                });
                if !users.is_empty() {
                    message.reactions.push(Reaction { emoji: emoji.to_owned(), user_ids: users });
                }
            }
        }
        EventKind::MessageEdited { target_seq, body, mentions } if deletion(*target_seq).is_some() => {
            (*body, *mentions) = (None, None);
        }
        _ => {}
    }
    shown
}

fn room(name: &str) -> Room {
    serde_json::from_value(json!({"roomId": "r", "name": name, "ownerId": "alice", "capacity": 6, "memberCount": 1,
        "lastSeq": 1, "createdAt": "", "me": {"role": "member", "readSeq": 0, "unread": 0}}))
    .unwrap()
}

fn folded(events: impl IntoIterator<Item = Event>) -> Replica {
    let mut replica = Replica::of(&room("Tea"));
    for event in events {
        assert!(replica.fold(&event));
    }
    replica
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Each event is read at a moment of its own, live or by a page of any length and from any time after it.
    #[test]
    fn a_log_that_is_cut_and_read_anyhow_folds_alike(acts in vec(act(), 0..60), reads in vec(0..60_u64, 61)) {
        let log = log(&acts);
        let end = log.len() as u64;
        let live = folded(log.iter().cloned());
        let at_the_end = folded(log.iter().map(|event| as_of(&log, event, end)));
        prop_assert_eq!(&live, &at_the_end);
        // What is read later shows what was later: moments only grow.
        let mut now = 0;
        let cut = folded(log.iter().zip(reads).map(|(event, later)| {
            now = now.max(event.seq + later / 4).min(end);
            as_of(&log, event, now)
        }));
        prop_assert_eq!(&live, &cut);
    }

    #[test]
    fn what_is_read_twice_changes_nothing(acts in vec(act(), 0..40), again in 0..40_usize) {
        let log = log(&acts);
        let live = folded(log.iter().cloned());
        let mut replica = live.clone();
        for event in log.iter().take(again) {
            prop_assert!(!replica.fold(event));
        }
        prop_assert_eq!(replica, live);
    }
}

fn event(seq: u64, sender: &str, fields: serde_json::Value) -> Event {
    let mut event = json!({"roomId": "r", "seq": seq, "senderId": sender, "createdAt": time(seq)});
    event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    serde_json::from_value(event).unwrap()
}

#[test]
fn a_room_is_what_its_events_say() {
    let replica = folded([
        event(1, "alice", json!({"kind": "joined"})),
        event(2, "bob", json!({"kind": "joined"})),
        event(3, "carol", json!({"kind": "joined"})),
        event(4, "alice", json!({"kind": "role_changed", "userId": "bob", "role": "moderator"})),
        event(5, "carol", json!({"kind": "message", "body": "hi @bob", "mentions": ["bob"], "clientId": "c"})),
        event(6, "bob", json!({"kind": "reaction_added", "targetSeq": 5, "emoji": "👍"})),
        event(7, "carol", json!({"kind": "message_edited", "targetSeq": 5, "body": "hello"})),
        event(8, "bob", json!({"kind": "removed", "userId": "carol", "banned": true})),
        event(9, "alice", json!({"kind": "room_changed", "name": "Coffee", "capacity": 3})),
        event(10, "alice", json!({"kind": "poll_opened"})),
        event(11, "alice", json!({"kind": "room_closed"})),
    ]);
    let members: Vec<_> = replica.members().map(|(user, seat)| (user, seat.role)).collect();
    assert_eq!(members, [("alice", Role::Owner), ("bob", Role::Moderator)]);
    assert_eq!((replica.name(), replica.capacity(), replica.closed_at()), (Some("Coffee"), Some(3), Some(&time(11))));
    let message = replica.message(5).unwrap();
    assert_eq!((message.body.as_deref(), message.mentions.len()), (Some("hello"), 0));
    assert_eq!(message.edited_at, Some(time(7)));
    assert_eq!(message.reactions["👍"], BTreeSet::from(["bob".to_owned()]));
    assert_eq!(replica.last_seq(), 11);
}

#[test]
fn of_a_deleted_message_its_place_is_left() {
    let replica = folded([
        event(1, "alice", json!({"kind": "joined"})),
        event(2, "alice", json!({"kind": "message", "body": "oops", "replyTo": 1})),
        event(3, "alice", json!({"kind": "reaction_added", "targetSeq": 2, "emoji": "👍"})),
        event(4, "alice", json!({"kind": "message_deleted", "targetSeq": 2})),
        event(5, "alice", json!({"kind": "message_edited", "targetSeq": 2, "body": "too late"})),
    ]);
    let message = replica.message(2).unwrap();
    assert_eq!((&message.body, message.reply_to, message.reactions.len()), (&None, Some(1), 0));
    assert_eq!(message.deleted_at, Some(time(4)));
}

#[test]
fn unread_is_what_others_wrote_after_ones_position_and_nobody_deleted() {
    let mut replica = folded([
        event(1, "alice", json!({"kind": "joined"})),
        event(2, "alice", json!({"kind": "message", "body": "before bob"})),
        event(3, "bob", json!({"kind": "joined"})),
        event(4, "alice", json!({"kind": "message", "body": "one"})),
        event(5, "bob", json!({"kind": "message", "body": "two"})),
        event(6, "alice", json!({"kind": "message", "body": "three"})),
    ]);
    assert_eq!((replica.unread("bob"), replica.unread("alice"), replica.unread("eve")), (Some(2), Some(1), None));
    replica.fold(&event(7, "alice", json!({"kind": "message_deleted", "targetSeq": 6})));
    assert_eq!(replica.unread("bob"), Some(1));
    replica.read("bob", 4);
    replica.read("bob", 3);
    assert_eq!((replica.unread("bob"), replica.read_seq("bob")), (Some(0), Some(4)));
    let read_elsewhere = replica.clone();
    replica.read("alice", 6);
    assert_eq!(replica, read_elsewhere, "read positions do not count");
}

#[test]
fn an_event_of_another_room_is_passed_over() {
    let mut replica = Replica::new("another");
    assert!(!replica.fold(&event(1, "alice", json!({"kind": "joined"}))));
    assert_eq!(replica, Replica::new("another"));
}

#[test]
fn a_room_can_be_followed_from_where_it_is() {
    let member = json!({"userId": "alice", "name": "Alice", "role": "owner", "joinedAt": time(1), "readSeq": 1});
    let members: Vec<Member> = vec![serde_json::from_value(member).unwrap()];
    let mut replica = Replica::from_here(&room("Tea"), &members);
    assert!(!replica.fold(&event(1, "alice", json!({"kind": "joined"}))), "told by the room already");
    assert!(replica.fold(&event(2, "alice", json!({"kind": "message_edited", "targetSeq": 1, "body": "unknown"}))));
    assert_eq!((replica.member("alice").map(|seat| seat.role), replica.messages().count()), (Some(Role::Owner), 0));
}
