//! The rooms' logs.
//!
//! Invariant: a room's `last_seq` is the greatest `seq` of its events. Only [`append`](self::append) and
//! `append_event` write either, both in one transaction.

mod append;

use async_trait::async_trait;
use chat_core::{
    model::{
        event::{Event, EventKind, Seq},
        message::Message,
        outbox::ConsumerName,
        room::{Member, RoomId},
        user::UserId,
    },
    ports::store::{Attempt, EventRange, MessageStore, MessageTx, StoreError},
    rules::message::{Draft, Planned},
};
use chat_sql::{
    LoggedKind, event, member, mentions_column, reactions_column,
    row::{Columns, integer},
};

use crate::{
    MySqlStore,
    literal::{Value, statement},
    room::ROOM_MARK,
    snapshot::Mark,
    tx::MySqlTx,
};

const EVENTS_AFTER: &str = "
SELECT room_id, seq, kind, sender, at, CONVERT(client_id USING ascii) AS client_id, content, target, subject, detail,
    body, mentions, reactions, edited_at, deleted_at
FROM chat_events FORCE INDEX (PRIMARY)
WHERE room_id = ? AND seq > ?
ORDER BY seq
LIMIT ?";

const EVENTS_BEFORE: &str = "
SELECT room_id, seq, kind, sender, at, CONVERT(client_id USING ascii) AS client_id, content, target, subject, detail,
    body, mentions, reactions, edited_at, deleted_at
FROM chat_events FORCE INDEX (PRIMARY)
WHERE room_id = ? AND seq < ?
ORDER BY seq DESC
LIMIT ?";

#[async_trait]
impl MessageStore for MySqlStore {
    async fn append_telling(
        &self,
        drafts: &[Draft],
        attempt: Attempt,
        consumers: &[ConsumerName],
    ) -> Result<Vec<Planned>, StoreError> {
        append::append(self, drafts, attempt, consumers).await
    }

    async fn events(&self, room: RoomId, range: EventRange, limit: usize) -> Result<Vec<Event>, StoreError> {
        let (text, bound, newest_first) = match range {
            EventRange::After(seq) => (EVENTS_AFTER, seq.into(), false),
            EventRange::Before(seq) => (EVENTS_BEFORE, seq.into(), true),
            EventRange::Newest => (EVENTS_BEFORE, Value::Integer(i64::MAX), true),
        };
        let room = Value::from(&room);
        let rows = self.snapshot(text, &[room, bound, integer(limit).into()], Mark::By(ROOM_MARK, &[room])).await?;
        let mut events: Vec<Event> = rows.iter().map(event).collect::<Result<_, _>>()?;
        if newest_first {
            events.reverse();
        }
        Ok(events)
    }
}

const COUNT_EVENT: &str = "
UPDATE chat_rooms SET last_seq = ?, last_event_at = ? WHERE room_id = ? AND last_seq = ?";

const APPEND_EVENT: &str = "
INSERT INTO chat_events (room_id, seq, kind, sender, at, target, subject, detail, body, mentions)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const APPEND_EDIT: &str = "INSERT INTO chat_edits (room_id, target, seq) VALUES (?, ?, ?)";

const MESSAGE_IN: &str = "
SELECT room_id, seq, kind, sender, at, CONVERT(client_id USING ascii) AS client_id, content, target, subject, detail,
    body, mentions, reactions, edited_at, deleted_at
FROM chat_events FORCE INDEX (PRIMARY)
WHERE room_id = ? AND seq = ? AND kind = 'message'";

/// Assignments are done from left to right: the last one sees the deletion that stands before it.
const REWRITE_MESSAGE: &str = "
UPDATE chat_events FORCE INDEX (PRIMARY) SET
    body = ?,
    mentions = ?,
    reactions = ?,
    edited_at = ?,
    deleted_at = ?,
    content = CASE WHEN deleted_at IS NULL THEN content END
WHERE room_id = ? AND seq = ? AND kind = 'message'";

/// By the keys of both, in this order: whatever else is in the log is not waited for.
const ERASE_EDITS: &str = "
UPDATE chat_edits d FORCE INDEX (PRIMARY)
STRAIGHT_JOIN chat_events e FORCE INDEX (PRIMARY) ON e.room_id = d.room_id AND e.seq = d.seq
SET e.body = NULL, e.mentions = NULL
WHERE d.room_id = ? AND d.target = ?";

const LOCK_MEMBER: &str = "
SELECT room_id, user_id, role, joined_at, joined_seq, read_seq
FROM chat_members
WHERE room_id = ? AND user_id = ? AND left_at IS NULL
FOR UPDATE";

const LAST_SEQ: &str = "SELECT room_id, last_seq FROM chat_rooms WHERE room_id = ?";

const SET_READ: &str = "
UPDATE chat_members SET read_seq = ? WHERE room_id = ? AND user_id = ? AND left_at IS NULL";

#[async_trait]
impl MessageTx for MySqlTx {
    async fn append_event(&mut self, event: &Event) -> Result<(), StoreError> {
        let logged = LoggedKind::of(&event.kind)?;
        let (room, seq, at) = (Value::from(&event.room), Value::from(event.seq), Value::from(event.at));
        let before = Value::Integer(integer(event.seq.get()).saturating_sub(1));
        self.change(COUNT_EVENT, &[seq, at, room, before], "rooms", event.room);
        let kind = Value::Ascii(logged.kind);
        let (subject, detail) = (logged.subject.map(Value::Ascii), logged.detail.as_deref().map(Value::Text));
        let (body, mentions) = (logged.body.map(Value::Text), logged.mentions.as_deref().map(Value::Ascii));
        let about = [logged.target.into(), subject.into(), detail.into(), body.into(), mentions.into()];
        self.write(APPEND_EVENT, &[&[room, seq, kind, (&event.sender).into(), at], about.as_slice()].concat());
        if let Some(target) = logged.target.filter(|_| matches!(event.kind, EventKind::MessageEdited { .. })) {
            self.write(APPEND_EDIT, &[room, target.into(), seq]);
        }
        Ok(())
    }

    async fn message_in(&mut self, room: RoomId, seq: Seq) -> Result<Option<Event>, StoreError> {
        self.row(MESSAGE_IN, &[(&room).into(), seq.into()]).await?.as_ref().map(event).transpose()
    }

    async fn rewrite_message(&mut self, room: RoomId, seq: Seq, message: &Message) -> Result<(), StoreError> {
        let body = message.body.as_ref().map(|body| Value::Text(body.as_str()));
        let (mentions, reactions) = (mentions_column(&message.mentions), reactions_column(&message.reactions));
        let (mentions, reactions) = (mentions.as_deref().map(Value::Ascii), reactions.as_deref().map(Value::Text));
        let times = [message.edited_at.into(), message.deleted_at.into()];
        let values =
            [&[body.into(), mentions.into(), reactions.into()], times.as_slice(), &[(&room).into(), seq.into()]];
        self.change(REWRITE_MESSAGE, &values.concat(), "events", format_args!("{room} {seq}"));
        Ok(())
    }

    async fn erase_edits(&mut self, room: RoomId, target: Seq) -> Result<(), StoreError> {
        self.write(ERASE_EDITS, &[(&room).into(), target.into()]);
        Ok(())
    }

    /// The number is read after the lock was got, by a statement that locks nothing.
    async fn lock_member(&mut self, room: RoomId, user: &UserId) -> Result<Option<(Member, Seq)>, StoreError> {
        let tables = self.tables();
        let lock = statement(tables, LOCK_MEMBER, &[(&room).into(), user.into()]);
        let last = statement(tables, LAST_SEQ, &[(&room).into()]);
        let rows = self.rows_of(&[lock, last]).await?;
        let [locked, last] = rows.as_slice() else { return Ok(None) };
        let (Some(locked), Some(last)) = (locked.first(), last.first()) else { return Ok(None) };
        Ok(Some((member(locked)?, Columns::new(last, "rooms", &["room_id"]).seq("last_seq")?)))
    }

    async fn set_read(&mut self, room: RoomId, user: &UserId, seq: Seq) -> Result<(), StoreError> {
        self.change(SET_READ, &[seq.into(), (&room).into(), user.into()], "members", user);
        Ok(())
    }
}
