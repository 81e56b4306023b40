//! The hot path: a batch of messages in one transaction.
//!
//! Whatever its size, a batch is a handful of commands to the connection's thread. The rows go there as one JSON array
//! that SQLite takes apart, so that a statement's text, and with it its prepared form, does not depend on the width.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Display,
};

use chat_core::{
    model::{
        event::{Event, Seq},
        outbox::ConsumerName,
        room::RoomId,
        user::UserId,
    },
    ports::store::{Attempt, Source, StoreError, ask, entries_of},
    rules::message::{BatchFacts, Draft, Planned, RoomFacts, SentBefore, plan_batch},
};
use chat_sql::{
    mentions_of,
    row::{changed, hexadecimal},
    sent_before, standing,
};
use serde_json::json;
use sqlx::Row;

use crate::{SqliteStore, error::from_driver, outbox, sql::Db, tx};

/// Drafts go in as `[room, sender, client id, number answered to]`. Facts of those whose room exists come out in one
/// row, since each row on its own would wake this task: `[draft, last number, closed, standing of the sender who is a
/// member, whether a message is answered, number of what was sent before under the client id]`.
const FACTS: &str = "
WITH d AS MATERIALIZED (
    SELECT key AS draft, unhex(value ->> 0) AS room_id, value ->> 1 AS sender, value ->> 2 AS client_id,
        value ->> 3 AS target
    FROM json_each(?1)
)
SELECT json_group_array(json_array(
    d.draft, r.last_seq, r.closed_at IS NOT NULL, u.standing, t.kind = 'message', e.seq
))
FROM d
JOIN chat_rooms r ON r.room_id = d.room_id
LEFT JOIN chat_members m ON m.room_id = r.room_id AND m.user_id = d.sender AND m.left_at IS NULL
LEFT JOIN chat_users u ON u.user_id = m.user_id
LEFT JOIN chat_events e ON e.room_id = r.room_id AND e.sender = d.sender AND e.client_id = d.client_id
LEFT JOIN chat_events t ON t.room_id = r.room_id AND t.seq = d.target";

/// What [`FACTS`] says of one draft.
type DraftFacts = (usize, u64, u8, Option<String>, Option<u8>, Option<i64>);

/// The present members of rooms, in one row: `[room, member]` each.
const PRESENT: &str = "
SELECT json_group_array(json_array(d.value, m.user_id))
FROM json_each(?1) d
JOIN chat_members m ON m.room_id = unhex(d.value) AND m.left_at IS NULL";

const SENT_BEFORE: &str = "
SELECT room_id, seq, kind, sender, at, client_id, content, target, subject, detail, body, mentions,
    reactions, edited_at, deleted_at
FROM chat_events
WHERE room_id = ?1 AND seq = ?2";

/// One row an event: `[room, number, sender, client id, content, number answered to, body, mentions]`.
const INSERT_MESSAGES: &str = "
INSERT INTO chat_events (room_id, seq, kind, sender, at, client_id, content, target, body, mentions)
SELECT unhex(e.value ->> 0), e.value ->> 1, 'message', e.value ->> 2, ?2,
    e.value ->> 3, unhex(e.value ->> 4), e.value ->> 5, e.value ->> 6, e.value ->> 7
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
    consumers: &[ConsumerName],
) -> Result<Vec<Planned>, StoreError> {
    let mut writer = store.writing().await?;
    let mut db = Db { connection: writer.connection(), tables: &store.shared().tables };
    let facts = read_facts(&mut db, drafts).await?;
    let planned = plan_batch(drafts, facts, attempt.at);
    if !write(&mut db, drafts, &planned, attempt).await? {
        writer.rollback().await?;
        return Ok(planned);
    }
    outbox::append(&mut db, &entries_of(&planned, consumers)).await?;
    match tx::commit(writer, store.shared(), attempt).await {
        Err(StoreError::Unknown(lost)) => ask_for(store, attempt, lost).await?,
        committed => committed?,
    }
    Ok(planned)
}

/// Finds out what became of a batch whose commit was answered with an error.
async fn ask_for(store: &SqliteStore, attempt: Attempt, lost: Source) -> Result<(), StoreError> {
    match ask(store, attempt.id).await {
        Some(true) => Ok(()),
        Some(false) => Err(StoreError::Transient(lost)),
        None => Err(StoreError::Unknown(lost)),
    }
}

async fn read_facts(db: &mut Db<'_>, drafts: &[Draft]) -> Result<BatchFacts, StoreError> {
    let rows = drafts.iter().map(|draft| {
        let client_id = draft.client_id.as_ref().map(|(client_id, _)| client_id.as_str());
        json!([hexadecimal(draft.room.as_bytes()), draft.sender.as_str(), client_id, draft.reply_to.map(Seq::get)])
    });
    let query = db.query(FACTS).bind(serde_json::Value::from_iter(rows).to_string());
    let row = query.fetch_one(&mut *db.connection).await.map_err(from_driver)?;
    let known: Vec<DraftFacts> = serde_json::from_str(row.try_get(0).map_err(from_driver)?)
        .map_err(|error| StoreError::Corrupt(format!("the facts of a batch: {error}")))?;
    let mut facts = BatchFacts::default();
    for (index, last_seq, closed, sender, answers_a_message, repeats) in known {
        let Some(draft) = drafts.get(index) else { continue };
        facts.rooms.insert(draft.room, RoomFacts { closed: closed == 1, last_seq: Seq::new(last_seq) });
        if let Some(name) = sender {
            let standing = standing(&name)
                .ok_or_else(|| StoreError::Corrupt(format!("users.standing of {}: {name:?}", draft.sender)))?;
            facts.members.insert((draft.room, draft.sender.clone()), standing);
        }
        if let (Some(target), Some(1)) = (draft.reply_to, answers_a_message) {
            facts.messages.insert((draft.room, target));
        }
        if let (Some((client_id, _)), Some(seq)) = (&draft.client_id, repeats) {
            let key = (draft.room, draft.sender.clone(), client_id.clone());
            facts.sent_before.insert(key, read_sent_before(db, draft.room, seq).await?);
        }
    }
    facts.present = read_present(db, drafts).await?;
    Ok(facts)
}

/// The members of the rooms in which somebody may be mentioned; without such a draft nothing is asked.
async fn read_present(db: &mut Db<'_>, drafts: &[Draft]) -> Result<HashMap<RoomId, Vec<UserId>>, StoreError> {
    let rooms: BTreeSet<RoomId> = drafts.iter().filter(|draft| draft.may_mention()).map(|draft| draft.room).collect();
    if rooms.is_empty() {
        return Ok(HashMap::new());
    }
    let by_name: HashMap<String, RoomId> = rooms.into_iter().map(|room| (hexadecimal(room.as_bytes()), room)).collect();
    let query = db.query(PRESENT).bind(json!(by_name.keys().collect::<Vec<_>>()).to_string());
    let row = query.fetch_one(&mut *db.connection).await.map_err(from_driver)?;
    let corrupt = |error: &dyn Display| StoreError::Corrupt(format!("members.user_id of a batch: {error}"));
    let members: Vec<(String, String)> =
        serde_json::from_str(row.try_get(0).map_err(from_driver)?).map_err(|error| corrupt(&error))?;
    let mut present: HashMap<RoomId, Vec<UserId>> = HashMap::new();
    for (room, user) in members {
        let Some(room) = by_name.get(&room) else { continue };
        present.entry(*room).or_default().push(UserId::parse(&user).map_err(|error| corrupt(&error))?);
    }
    Ok(present)
}

async fn read_sent_before(db: &mut Db<'_>, room: RoomId, seq: i64) -> Result<SentBefore, StoreError> {
    let query = db.query(SENT_BEFORE).bind(room.as_bytes().as_slice()).bind(seq);
    let row = query.fetch_one(&mut *db.connection).await.map_err(from_driver)?;
    sent_before(&row)
}

/// Writes the new events among those planned, and says whether there were any.
async fn write(db: &mut Db<'_>, drafts: &[Draft], planned: &[Planned], attempt: Attempt) -> Result<bool, StoreError> {
    let mut events = Vec::with_capacity(planned.len());
    let mut last = BTreeMap::new();
    for (draft, planned) in drafts.iter().zip(planned) {
        if let Planned::New(event) = planned {
            events.push((event, draft));
            last.insert(event.room, event.seq);
        }
    }
    if events.is_empty() {
        return Ok(false);
    }
    // Neighbours in the log and in its index one after the other: each of their pages is looked for once.
    events.sort_by_key(|(event, _)| (event.room, event.seq));
    let expected = (events.len() as u64, last.len() as u64);
    let rows = events.into_iter().map(|(event, draft)| message_row(event, draft));
    let insert =
        db.query(INSERT_MESSAGES).bind(serde_json::Value::from_iter(rows).to_string()).bind(attempt.at.as_millis());
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
        draft.body.as_str(),
        mentions_of(event)
    ])
}
