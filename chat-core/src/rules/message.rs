//! Who writes and reads, and which number an event gets.
//!
//! Sends are decided a batch at a time: the store reads [`BatchFacts`] under the locks of the rooms, [`plan_batch`]
//! decides and numbers, the store writes what came out. So every store, however it reads and writes, decides alike.

use std::collections::{HashMap, HashSet};

use crate::{
    error::Rejection,
    model::{
        event::{Event, EventKind, Seq},
        message::{ClientId, ContentMac, Message, MessageBody},
        room::{Member, Role, RoomId},
        time::Timestamp,
        user::{Standing, UserId},
    },
    planted::Planted,
    rules::{mention::mentioned, user::decide_act},
};

/// A message on its way into a room's log.
#[derive(Clone, Debug)]
pub struct Draft {
    /// To which room.
    pub room: RoomId,
    /// Who wrote it.
    pub sender: UserId,
    /// What it says.
    pub body: MessageBody,
    /// The sender's key for it, with the MAC of what was sent under it.
    pub client_id: Option<(ClientId, ContentMac)>,
    /// The message it answers.
    pub reply_to: Option<Seq>,
}

impl Draft {
    /// Whether it can mention anybody: then its room's members are asked for (R-MSG-10).
    pub fn may_mention(&self) -> bool {
        self.body.as_str().contains('@')
    }
}

/// What is known of a room that is written to.
#[derive(Clone, Copy, Debug)]
pub struct RoomFacts {
    /// It is closed.
    pub closed: bool,
    /// The number of its newest event.
    pub last_seq: Seq,
}

/// The message that a sender wrote earlier under a client id.
#[derive(Clone, Debug)]
pub struct SentBefore {
    /// The message as it is now.
    pub event: Event,
    /// The MAC of what was sent; absent once the message was deleted.
    pub content: Option<ContentMac>,
}

/// What is known of a batch of drafts, read under the locks of all rooms that they name.
#[derive(Clone, Debug, Default)]
pub struct BatchFacts {
    /// The rooms that exist.
    pub rooms: HashMap<RoomId, RoomFacts>,
    /// The standing of each sender who is a present member of the room they write to.
    pub members: HashMap<(RoomId, UserId), Standing>,
    /// What was sent before under the client ids of the batch.
    pub sent_before: HashMap<(RoomId, UserId, ClientId), SentBefore>,
    /// Those of the numbers answered to that are messages.
    pub messages: HashSet<(RoomId, Seq)>,
    /// The present members of the rooms to which a draft [that may mention](Draft::may_mention) goes.
    pub present: HashMap<RoomId, Vec<UserId>>,
}

/// What becomes of one draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Planned {
    /// A new event of the log, to be written as it is here.
    New(Event),
    /// The same was sent before: this is the message as it is now. Nothing is written.
    Repeated(Event),
    /// A rule said no. Nothing is written.
    Refused(Rejection),
}

/// Decides a batch, draft by draft in its order, as if each had been sent alone (R-MSG-02, R-MSG-04). The answers
/// stand in the order of the drafts; the new events of each room are numbered on from its last one without gap.
pub fn plan_batch(drafts: &[Draft], mut facts: BatchFacts, now: Timestamp) -> Vec<Planned> {
    drafts.iter().map(|draft| plan(draft, &mut facts, now)).collect()
}

fn plan(draft: &Draft, facts: &mut BatchFacts, now: Timestamp) -> Planned {
    let event = match decide_send(draft, facts) {
        Ok(Send::New { seq }) => new_event(draft, seq, facts.present.get(&draft.room), now),
        Ok(Send::Repeat(event)) => return Planned::Repeated(event),
        Err(rejection) => return Planned::Refused(rejection),
    };
    // What follows in the batch sees what came before it.
    if let Some(room) = facts.rooms.get_mut(&draft.room) {
        room.last_seq = event.seq;
    }
    facts.messages.insert((draft.room, event.seq));
    if let Some((client_id, content)) = &draft.client_id {
        let sent = SentBefore { event: event.clone(), content: Some(*content) };
        facts.sent_before.insert((draft.room, draft.sender.clone(), client_id.clone()), sent);
    }
    Planned::New(event)
}

/// What a send comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Send {
    New { seq: Seq },
    Repeat(Event),
}

/// Whether a message is written, in the order: room · member · client id seen before, also in a closed room · room
/// closed · what it answers (R-MSG-01, R-MSG-04).
fn decide_send(draft: &Draft, facts: &BatchFacts) -> Result<Send, Rejection> {
    let room = facts.rooms.get(&draft.room).ok_or(Rejection::RoomNotFound)?;
    // A map keyed by owned ids cannot be asked with borrowed ones; the clone is a short string.
    let standing = facts.members.get(&(draft.room, draft.sender.clone())).ok_or(Rejection::NotAMember)?;
    decide_act(*standing)?;
    if let Some((client_id, content)) = &draft.client_id
        && !Planted::ClientIdIgnored.is_on()
    {
        let key = (draft.room, draft.sender.clone(), client_id.clone());
        if let Some(before) = facts.sent_before.get(&key) {
            return match before.content {
                Some(stored) if stored != *content => Err(Rejection::IdempotencyConflict),
                _ => Ok(Send::Repeat(before.event.clone())),
            };
        }
    }
    if room.closed {
        return Err(Rejection::RoomClosed);
    }
    if draft.reply_to.is_some_and(|target| !facts.messages.contains(&(draft.room, target))) {
        return Err(Rejection::MessageNotFound);
    }
    Ok(Send::New { seq: room.last_seq.next() })
}

fn new_event(draft: &Draft, seq: Seq, present: Option<&Vec<UserId>>, now: Timestamp) -> Event {
    let message = Message {
        body: Some(draft.body.clone()),
        client_id: draft.client_id.as_ref().map(|(client_id, _)| client_id.clone()),
        reply_to: draft.reply_to,
        mentions: present.map(|present| mentioned(&draft.body, present)).unwrap_or_default(),
        edited_at: None,
        deleted_at: None,
        reactions: Vec::new(),
    };
    Event { room: draft.room, seq, sender: draft.sender.clone(), at: now, kind: EventKind::Message(message) }
}

/// What is known of a message that somebody would change, read under the lock of its room.
#[derive(Clone, Copy, Debug)]
pub struct MessageFacts<'f> {
    /// Who would.
    pub actor: &'f UserId,
    /// The present members of the room.
    pub members: &'f [Member],
    /// The room is closed.
    pub closed: bool,
    /// The message of that number as it is now, where there is one.
    pub event: Option<&'f Event>,
}

impl<'f> MessageFacts<'f> {
    /// What is to be changed, in the order: member · room closed · message, of which a deletion leaves none (R-MSG-01,
    /// R-MSG-06).
    pub(super) fn found(self) -> Result<Found<'f>, Rejection> {
        let actor = self.members.iter().find(|member| member.user == *self.actor).ok_or(Rejection::NotAMember)?;
        if self.closed {
            return Err(Rejection::RoomClosed);
        }
        match self.event {
            Some(Event { sender, kind: EventKind::Message(message), .. }) if message.deleted_at.is_none() => {
                Ok(Found { message, role: actor.role, is_senders_own: *sender == actor.user })
            }
            _ => Err(Rejection::MessageNotFound),
        }
    }
}

/// A message that may be changed by who may.
pub(super) struct Found<'f> {
    pub(super) message: &'f Message,
    /// The role of who would change it.
    pub(super) role: Role,
    /// They have sent it.
    pub(super) is_senders_own: bool,
}

/// Where a read position goes that shall go to `wanted`: only forward, never past the log's end (R-MSG-07).
pub fn decide_read(current: Seq, wanted: Seq, last: Seq) -> Seq {
    let within = wanted.min(last);
    if Planted::ReadPositionGoesBack.is_on() { within } else { within.max(current) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::from_millis(1_000);

    fn room(n: u8) -> RoomId {
        RoomId::from_bytes([n; 16])
    }

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    fn draft(n: u8, sender: &str, body: &str) -> Draft {
        let body = MessageBody::parse(body.to_owned()).unwrap();
        Draft { room: room(n), sender: user(sender), body, client_id: None, reply_to: None }
    }

    fn keyed(n: u8, sender: &str, body: &str, key: &str) -> Draft {
        let mut content = [0; 16];
        content[..body.len()].copy_from_slice(body.as_bytes());
        let client_id = (ClientId::parse(key).unwrap(), ContentMac::from_bytes(content));
        Draft { client_id: Some(client_id), ..draft(n, sender, body) }
    }

    /// Room 1 with alice and bob, at number 10; room 2 with alice, closed at number 3.
    fn facts() -> BatchFacts {
        let mut facts = BatchFacts::default();
        facts.rooms.insert(room(1), RoomFacts { closed: false, last_seq: Seq::new(10) });
        facts.rooms.insert(room(2), RoomFacts { closed: true, last_seq: Seq::new(3) });
        for (n, id) in [(1, "alice"), (1, "bob"), (2, "alice")] {
            facts.members.insert((room(n), user(id)), Standing::Active);
        }
        facts.messages.insert((room(1), Seq::new(9)));
        facts
    }

    #[track_caller]
    fn check(drafts: &[Draft], facts: BatchFacts, expected: &[&str]) {
        let planned: Vec<String> = plan_batch(drafts, facts, NOON)
            .into_iter()
            .map(|planned| match planned {
                Planned::New(event) => format!("new {}", event.seq),
                Planned::Repeated(event) => format!("repeats {}", event.seq),
                Planned::Refused(refused) => refused.kind_and_code().1.to_owned(),
            })
            .collect();
        assert_eq!(planned, expected);
    }

    #[test]
    fn r_msg_02_a_batch_is_numbered_on_without_gap_whatever_was_refused_between() {
        let drafts = [draft(1, "alice", "a"), draft(1, "eve", "b"), draft(1, "bob", "c"), draft(2, "alice", "d")];
        check(&drafts, facts(), &["new 11", "not_a_member", "new 12", "room_closed"]);
    }

    #[test]
    fn r_msg_01_only_a_present_member_writes() {
        check(&[draft(3, "alice", "a"), draft(2, "bob", "b")], facts(), &["room_not_found", "not_a_member"]);
    }

    #[test]
    fn r_acc_06_a_suspended_member_writes_nothing() {
        let mut facts = facts();
        facts.members.insert((room(1), user("bob")), Standing::Suspended);
        check(&[draft(1, "bob", "a"), draft(1, "alice", "b")], facts, &["suspended", "new 11"]);
    }

    #[test]
    fn r_msg_04_a_client_id_seen_before_in_the_same_batch_is_one_message() {
        let drafts = [
            keyed(1, "bob", "hi", "k"),
            keyed(1, "bob", "hi", "k"),
            keyed(1, "bob", "ho", "k"),
            keyed(1, "alice", "hi", "k"),
        ];
        check(&drafts, facts(), &["new 11", "repeats 11", "idempotency_conflict", "new 12"]);
    }

    #[test]
    fn r_msg_04_a_client_id_seen_before_is_answered_also_in_a_closed_room_but_to_members_alone() {
        let mut facts = facts();
        let first = keyed(2, "alice", "hi", "k");
        let event = new_event(&first, Seq::new(2), None, NOON);
        let content = first.client_id.as_ref().map(|(_, content)| *content);
        let key = (room(2), user("alice"), ClientId::parse("k").unwrap());
        facts.sent_before.insert(key.clone(), SentBefore { event: event.clone(), content });
        check(&[first.clone(), keyed(2, "alice", "ho", "k")], facts.clone(), &["repeats 2", "idempotency_conflict"]);
        facts.sent_before.insert(key, SentBefore { event, content: None });
        check(&[keyed(2, "alice", "ho", "k")], facts.clone(), &["repeats 2"]);
        facts.members.clear();
        check(&[first], facts, &["not_a_member"]);
    }

    #[test]
    fn r_msg_04_a_reply_answers_a_message_of_the_same_room() {
        let reply = |n, target| Draft { reply_to: Some(Seq::new(target)), ..draft(n, "alice", "re") };
        check(
            &[reply(1, 9), reply(1, 10), reply(1, 11), reply(1, 12)],
            facts(),
            &["new 11", "message_not_found", "new 12", "new 13"],
        );
        check(&[reply(2, 9)], facts(), &["room_closed"]);
    }

    #[test]
    fn r_msg_10_a_message_names_the_present_members_that_its_body_mentions() {
        let mut facts = facts();
        facts.present.insert(room(1), vec![user("alice"), user("bob")]);
        let drafts = [draft(1, "alice", "@bob, @eve and @alice"), draft(1, "bob", "nobody")];
        let mentions = plan_batch(&drafts, facts, NOON).into_iter().map(|planned| match planned {
            Planned::New(Event { kind: EventKind::Message(message), .. }) => message.mentions,
            other => panic!("{other:?}"),
        });
        assert_eq!(mentions.collect::<Vec<_>>(), [vec![user("bob"), user("alice")], vec![]]);
    }

    #[test]
    fn r_msg_07_a_read_position_goes_only_forward_and_never_past_the_end() {
        let go = |current, wanted, last| decide_read(Seq::new(current), Seq::new(wanted), Seq::new(last)).get();
        assert_eq!(go(3, 5, 9), 5);
        assert_eq!(go(3, 2, 9), 3);
        assert_eq!(go(3, u64::MAX, 9), 9);
    }
}
