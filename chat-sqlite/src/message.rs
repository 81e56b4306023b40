//! The rooms' logs.
//!
//! Invariant: a room's `last_seq` is the greatest `seq` of its events. Only [`append`](self::append) and
//! `append_event` write either, both in one transaction.

mod append;

use std::borrow::Cow;

use async_trait::async_trait;
use chat_core::{
    model::{
        event::{Event, EventKind, Seq},
        message::Message,
        outbox::ConsumerName,
        room::{Member, RoomId},
        time::Timestamp,
        user::UserId,
    },
    ports::store::{Attempt, EventRange, MessageStore, MessageTx, StoreError},
    rules::message::{Draft, Planned},
};
use chat_sql::{
    LoggedKind, event, member, mentions_column, reactions_column,
    row::{Columns, changed, integer},
};

use crate::{SqliteStore, error::from_driver, tx::SqliteTx};

const EVENTS_AFTER: &str = "
SELECT room_id, seq, kind, sender, at, client_id, content, target, subject, detail, body, mentions,
    reactions, edited_at, deleted_at
FROM chat_events
WHERE room_id = ?1 AND seq > ?2
ORDER BY seq
LIMIT ?3";

const EVENTS_BEFORE: &str = "
SELECT room_id, seq, kind, sender, at, client_id, content, target, subject, detail, body, mentions,
    reactions, edited_at, deleted_at
FROM chat_events
WHERE room_id = ?1 AND seq < ?2
ORDER BY seq DESC
LIMIT ?3";

#[async_trait]
impl MessageStore for SqliteStore {
    async fn append_telling(
        &self,
        drafts: &[Draft],
        attempt: Attempt,
        consumers: &[ConsumerName],
    ) -> Result<Vec<Planned>, StoreError> {
        append::append(self, drafts, attempt, consumers).await
    }

    async fn events(&self, room: RoomId, range: EventRange, limit: usize) -> Result<Vec<Event>, StoreError> {
        let (text, bound) = match range {
            EventRange::After(seq) => (EVENTS_AFTER, integer(seq.get())),
            EventRange::Before(seq) => (EVENTS_BEFORE, integer(seq.get())),
            EventRange::Newest => (EVENTS_BEFORE, i64::MAX),
        };
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(text).bind(room.as_bytes().as_slice()).bind(bound).bind(integer(limit));
        let rows = db.rows(query).await.map_err(from_driver)?;
        let mut events: Vec<Event> = rows.iter().map(event).collect::<Result<_, _>>()?;
        if text == EVENTS_BEFORE {
            events.reverse();
        }
        Ok(events)
    }
}

const COUNT_EVENT: &str = "
UPDATE chat_rooms SET last_seq = ?2, last_event_at = ?3 WHERE room_id = ?1 AND last_seq = ?2 - 1";

const APPEND_EVENT: &str = "
INSERT INTO chat_events (room_id, seq, kind, sender, at, target, subject, detail, body, mentions)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

const APPEND_EDIT: &str = "INSERT INTO chat_edits (room_id, target, seq) VALUES (?1, ?2, ?3)";

const MESSAGE_IN: &str = "
SELECT room_id, seq, kind, sender, at, client_id, content, target, subject, detail, body, mentions,
    reactions, edited_at, deleted_at
FROM chat_events
WHERE room_id = ?1 AND seq = ?2 AND kind = 'message'";

const REWRITE_MESSAGE: &str = "
UPDATE chat_events SET
    body = ?3,
    mentions = ?4,
    reactions = ?5,
    edited_at = ?6,
    deleted_at = ?7,
    content = CASE WHEN ?7 IS NULL THEN content END
WHERE room_id = ?1 AND seq = ?2 AND kind = 'message'";

const ERASE_EDITS: &str = "
UPDATE chat_events SET body = NULL, mentions = NULL
WHERE room_id = ?1 AND seq IN (SELECT seq FROM chat_edits WHERE room_id = ?1 AND target = ?2)";

const LOCK_MEMBER: &str = "
SELECT m.room_id, m.user_id, m.role, m.joined_at, m.joined_seq, m.read_seq, r.last_seq
FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
WHERE m.room_id = ?1 AND m.user_id = ?2 AND m.left_at IS NULL";

const SET_READ: &str = "
UPDATE chat_members SET read_seq = ?3 WHERE room_id = ?1 AND user_id = ?2 AND left_at IS NULL";

#[async_trait]
impl MessageTx for SqliteTx {
    async fn append_event(&mut self, event: &Event) -> Result<(), StoreError> {
        let logged = LoggedKind::of(&event.kind)?;
        let count = self
            .query(COUNT_EVENT)
            .bind(event.room.as_bytes().as_slice())
            .bind(integer(event.seq.get()))
            .bind(event.at.as_millis());
        changed(self.write(count).await?, 1, "rooms", event.room)?;
        let append = self
            .query(APPEND_EVENT)
            .bind(event.room.as_bytes().as_slice())
            .bind(integer(event.seq.get()))
            .bind(logged.kind)
            .bind(event.sender.as_str())
            .bind(event.at.as_millis())
            .bind(logged.target.map(|target| integer(target.get())))
            .bind(logged.subject.map(str::to_owned))
            .bind(logged.detail.map(Cow::into_owned))
            .bind(logged.body.map(str::to_owned))
            .bind(logged.mentions);
        self.write(append).await?;
        if let EventKind::MessageEdited { target, .. } = event.kind {
            let edit = self
                .query(APPEND_EDIT)
                .bind(event.room.as_bytes().as_slice())
                .bind(integer(target.get()))
                .bind(integer(event.seq.get()));
            self.write(edit).await?;
        }
        Ok(())
    }

    async fn message_in(&mut self, room: RoomId, seq: Seq) -> Result<Option<Event>, StoreError> {
        let query = self.query(MESSAGE_IN).bind(room.as_bytes().as_slice()).bind(integer(seq.get()));
        self.row(query).await?.as_ref().map(event).transpose()
    }

    async fn rewrite_message(&mut self, room: RoomId, seq: Seq, message: &Message) -> Result<(), StoreError> {
        let rewrite = self
            .query(REWRITE_MESSAGE)
            .bind(room.as_bytes().as_slice())
            .bind(integer(seq.get()))
            .bind(message.body.as_ref().map(|body| body.as_str().to_owned()))
            .bind(mentions_column(&message.mentions))
            .bind(reactions_column(&message.reactions))
            .bind(message.edited_at.map(Timestamp::as_millis))
            .bind(message.deleted_at.map(Timestamp::as_millis));
        changed(self.write(rewrite).await?, 1, "events", format_args!("{room} {seq}"))
    }

    async fn erase_edits(&mut self, room: RoomId, target: Seq) -> Result<(), StoreError> {
        let erase = self.query(ERASE_EDITS).bind(room.as_bytes().as_slice()).bind(integer(target.get()));
        self.write(erase).await?;
        Ok(())
    }

    async fn lock_member(&mut self, room: RoomId, user: &UserId) -> Result<Option<(Member, Seq)>, StoreError> {
        let query = self.query(LOCK_MEMBER).bind(room.as_bytes().as_slice()).bind(user.as_str());
        let Some(row) = self.row(query).await? else { return Ok(None) };
        let last = Columns::new(&row, "rooms", &["room_id"]).seq("last_seq")?;
        Ok(Some((member(&row)?, last)))
    }

    async fn set_read(&mut self, room: RoomId, user: &UserId, seq: Seq) -> Result<(), StoreError> {
        let statement =
            self.query(SET_READ).bind(room.as_bytes().as_slice()).bind(user.as_str()).bind(integer(seq.get()));
        changed(self.write(statement).await?, 1, "members", user)
    }
}
