//! The hot path: a batch of messages in one transaction.
//!
//! Whatever its size, a batch is a handful of commands to the connection's thread. The rows go there as one JSON array
//! that SQLite takes apart, so that a statement's text, and with it its prepared form, does not depend on the width.

use std::collections::BTreeMap;

use chat_core::{
    model::{
        event::{Event, Seq},
        message::ContentMac,
    },
    ports::store::{Attempt, StoreError},
    rules::message::{BatchFacts, Draft, Planned, RoomFacts, SentBefore, plan_batch},
};
use serde_json::json;
use sqlx::sqlite::SqliteRow;

use super::event;
use crate::{
    SqliteStore,
    error::{changed, from_driver},
    row::{Columns, hexadecimal},
    sql::Db,
    tx,
    user::standing,
};

/// One row a draft: `[room, sender, client id, number answered to]`. The columns of the event are those of the message
/// that was sent before under the same client id.
const FACTS: &str = "
SELECT d.key AS draft, r.last_seq, r.closed_at IS NOT NULL AS closed, u.standing, t.kind = 'message' AS answerable,
    e.room_id, e.seq, e.kind, e.sender, e.at, e.client_id, e.content, e.target, e.subject, e.detail, e.body,
    e.edited_at, e.deleted_at
FROM json_each(?1) AS d
JOIN chat_rooms r ON r.room_id = unhex(d.value ->> 0)
LEFT JOIN chat_members m ON m.room_id = r.room_id AND m.user_id = d.value ->> 1 AND m.left_at IS NULL
LEFT JOIN chat_users u ON u.user_id = m.user_id
LEFT JOIN chat_events e ON e.room_id = r.room_id AND e.sender = d.value ->> 1 AND e.client_id = d.value ->> 2
LEFT JOIN chat_events t ON t.room_id = r.room_id AND t.seq = d.value ->> 3";

/// One row an event: `[room, number, sender, client id, content, number answered to, body]`.
const INSERT_MESSAGES: &str = "
INSERT INTO chat_events (room_id, seq, kind, sender, at, client_id, content, target, body)
SELECT unhex(e.value ->> 0), e.value ->> 1, 'message', e.value ->> 2, ?2,
    e.value ->> 3, unhex(e.value ->> 4), e.value ->> 5, e.value ->> 6
FROM json_each(?1) AS e";

/// One row a room: `[room, number of its newest event]`.
const COUNT_MESSAGES: &str = "
UPDATE chat_rooms SET last_seq = c.value ->> 1, last_event_at = ?2
FROM json_each(?1) AS c
WHERE room_id = unhex(c.value ->> 0)";

pub(super) async fn append(
    store: &SqliteStore,
    drafts: &[Draft],
    attempt: Attempt,
) -> Result<Vec<Planned>, StoreError> {
    let mut writer = store.writing().await?;
    let mut db = Db { connection: writer.connection(), tables: &store.shared().tables };
    let facts = read_facts(&mut db, drafts).await?;
    let planned = plan_batch(drafts, facts, attempt.at);
    if write(&mut db, drafts, &planned, attempt).await? {
        tx::commit(writer, store.shared(), attempt).await?;
    } else {
        writer.rollback().await?;
    }
    Ok(planned)
}

async fn read_facts(db: &mut Db<'_>, drafts: &[Draft]) -> Result<BatchFacts, StoreError> {
    let rows = drafts.iter().map(|draft| {
        let client_id = draft.client_id.as_ref().map(|(client_id, _)| client_id.as_str());
        json!([hexadecimal(draft.room.as_bytes()), draft.sender.as_str(), client_id, draft.reply_to.map(Seq::get)])
    });
    let query = db.query(FACTS).bind(serde_json::Value::from_iter(rows).to_string());
    let mut facts = BatchFacts::default();
    for row in db.rows(query).await.map_err(from_driver)? {
        note(&mut facts, &row, drafts)?;
    }
    Ok(facts)
}

fn note(facts: &mut BatchFacts, row: &SqliteRow, drafts: &[Draft]) -> Result<(), StoreError> {
    let columns = Columns::new(row, "rooms", &["draft"]);
    let draft = usize::try_from(columns.count("draft")?).ok().and_then(|index| drafts.get(index));
    let Some(draft) = draft else { return Err(columns.corrupt("draft", "there is no such draft")) };
    let room = RoomFacts { closed: columns.get("closed")?, last_seq: columns.seq("last_seq")? };
    facts.rooms.insert(draft.room, room);
    if columns.get::<Option<&str>>("standing")?.is_some() {
        let standing = Columns::new(row, "users", &["draft"]).named("standing", standing)?;
        facts.members.insert((draft.room, draft.sender.clone()), standing);
    }
    if let (Some(target), Some(true)) = (draft.reply_to, columns.get("answerable")?) {
        facts.messages.insert((draft.room, target));
    }
    if let (Some((client_id, _)), Some(_)) = (&draft.client_id, columns.get::<Option<i64>>("seq")?) {
        let content = Columns::new(row, "events", &["room_id", "seq"]).bytes_if_any("content")?;
        let before = SentBefore { event: event(row)?, content: content.map(ContentMac::from_bytes) };
        facts.sent_before.insert((draft.room, draft.sender.clone(), client_id.clone()), before);
    }
    Ok(())
}

/// Writes the new events among those planned, and says whether there were any.
async fn write(db: &mut Db<'_>, drafts: &[Draft], planned: &[Planned], attempt: Attempt) -> Result<bool, StoreError> {
    let mut events = Vec::with_capacity(planned.len());
    let mut last = BTreeMap::new();
    for (draft, planned) in drafts.iter().zip(planned) {
        if let Planned::New(event) = planned {
            events.push(message_row(event, draft));
            last.insert(event.room, event.seq);
        }
    }
    if events.is_empty() {
        return Ok(false);
    }
    let expected = (events.len() as u64, last.len() as u64);
    let insert =
        db.query(INSERT_MESSAGES).bind(serde_json::Value::from(events).to_string()).bind(attempt.at.as_millis());
    changed(db.execute(insert).await.map_err(from_driver)?, expected.0, "events", "a batch")?;
    let last = last.iter().map(|(room, seq)| json!([hexadecimal(room.as_bytes()), seq.get()]));
    let count =
        db.query(COUNT_MESSAGES).bind(serde_json::Value::from_iter(last).to_string()).bind(attempt.at.as_millis());
    changed(db.execute(count).await.map_err(from_driver)?, expected.1, "rooms", "a batch")?;
    Ok(true)
}

fn message_row(event: &Event, draft: &Draft) -> serde_json::Value {
    let client_id = draft.client_id.as_ref().map(|(client_id, _)| client_id.as_str());
    let content = draft.client_id.as_ref().map(|(_, content)| hexadecimal(content.as_bytes()));
    json!([
        hexadecimal(event.room.as_bytes()),
        event.seq.get(),
        event.sender.as_str(),
        client_id,
        content,
        draft.reply_to.map(Seq::get),
        draft.body.as_str()
    ])
}
