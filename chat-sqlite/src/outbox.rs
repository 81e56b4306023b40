use async_trait::async_trait;
use chat_core::{
    model::{
        outbox::{ConsumerName, DeadLetter, Lane, OutboxEntry, OutboxId},
        room::RoomId,
        user::UserId,
    },
    ports::store::{Claim, ClaimedLane, OutboxStore, OutboxTx, Settlement, Stop, StoreError},
};
use chat_sql::{
    SubjectColumns, dead_letter, outbox_entry,
    row::{hexadecimal, integer},
};
use serde_json::json;
use sqlx::Row;

use crate::{SqliteStore, error::from_driver, sql::Db, tx::SqliteTx};

const DUE: &str = "SELECT lane FROM chat_outbox_lanes WHERE consumer = ?1 AND due_at <= ?2 ORDER BY due_at LIMIT ?3";

const CLAIM_LANE: &str = "
UPDATE chat_outbox_lanes SET due_at = ?3, claim = ?4
WHERE consumer = ?1 AND lane = ?2";

const FIRST_ENTRIES: &str = "
SELECT entry_id, consumer, kind, room_id, user_id, other_id, number, at, attempts
FROM chat_outbox
WHERE consumer = ?1 AND lane = ?2
ORDER BY position, entry_id
LIMIT ?3";

const CLAIMED: &str = "SELECT 1 FROM chat_outbox_lanes WHERE consumer = ?1 AND lane = ?2 AND claim = ?3";

/// Entries go in as `[lane, position, id]`.
const DELETE_ENTRIES: &str = "
DELETE FROM chat_outbox
WHERE consumer = ?1 AND (lane, position, entry_id) IN (
    SELECT value ->> 0, value ->> 1, unhex(value ->> 2) FROM json_each(?2)
)";

const COUNT_ATTEMPTS: &str = "
UPDATE chat_outbox SET attempts = ?5
WHERE consumer = ?1 AND lane = ?2 AND position = ?3 AND entry_id = ?4";

const BURY: &str = "
INSERT INTO chat_dead_letters
    (entry_id, consumer, kind, room_id, user_id, other_id, number, at, attempts, error, died_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

const FREE_LANE: &str = "UPDATE chat_outbox_lanes SET due_at = ?3, claim = NULL WHERE consumer = ?1 AND lane = ?2";

const DELETE_EMPTY_LANE: &str = "
DELETE FROM chat_outbox_lanes
WHERE consumer = ?1 AND lane = ?2
    AND NOT EXISTS (SELECT 1 FROM chat_outbox e WHERE e.consumer = ?1 AND e.lane = ?2)";

const DEAD_LETTERS: &str = "
SELECT entry_id, consumer, kind, room_id, user_id, other_id, number, at, attempts, error, died_at
FROM chat_dead_letters
WHERE entry_id < ?1
ORDER BY entry_id DESC
LIMIT ?2";

#[async_trait]
impl OutboxStore for SqliteStore {
    async fn claim(&self, claim: &Claim) -> Result<Vec<ClaimedLane>, StoreError> {
        // Most looks find nothing: they take no writer's place.
        if due(&mut self.reading().await?.db(), claim).await?.is_empty() {
            return Ok(Vec::new());
        }
        let mut writer = self.writing().await?;
        let mut db = Db { connection: writer.connection(), tables: &self.shared().tables };
        let mut claimed = Vec::new();
        for lane in due(&mut db, claim).await? {
            let update = db.query(CLAIM_LANE).bind(claim.consumer.as_str().to_owned()).bind(lane.clone());
            let update = update.bind(claim.until.as_millis()).bind(claim.id.as_bytes().to_vec());
            db.execute(update).await.map_err(from_driver)?;
            let read = db.query(FIRST_ENTRIES).bind(claim.consumer.as_str().to_owned()).bind(lane.clone());
            let rows = db.rows(read.bind(integer(claim.entries))).await.map_err(from_driver)?;
            let entries = rows.iter().map(outbox_entry).collect::<Result<_, _>>()?;
            claimed.push(ClaimedLane { claim: claim.id, lane: Lane::from_stored(&lane), entries });
        }
        writer.commit(sqlx::query("COMMIT")).await?;
        Ok(claimed)
    }

    async fn settle(&self, consumer: &ConsumerName, settlements: &[Settlement]) -> Result<(), StoreError> {
        let mut writer = self.writing().await?;
        let mut db = Db { connection: writer.connection(), tables: &self.shared().tables };
        for settlement in settlements {
            settle(&mut db, consumer.as_str(), settlement).await?;
        }
        writer.commit(sqlx::query("COMMIT")).await
    }

    async fn dead_letters(&self, before: Option<OutboxId>, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let before = before.unwrap_or(AFTER_ALL);
        let query = db.query(DEAD_LETTERS).bind(before.as_bytes().to_vec()).bind(integer(limit));
        db.rows(query).await.map_err(from_driver)?.iter().map(dead_letter).collect()
    }
}

/// No entry has it: its version is none of UUID's.
const AFTER_ALL: OutboxId = OutboxId::from_bytes([0xff; 16]);

async fn due(db: &mut Db<'_>, claim: &Claim) -> Result<Vec<String>, StoreError> {
    let query = db.query(DUE).bind(claim.consumer.as_str().to_owned()).bind(claim.at.as_millis());
    let rows = db.rows(query.bind(integer(claim.lanes))).await.map_err(from_driver)?;
    rows.iter().map(|row| row.try_get(0)).collect::<sqlx::Result<_>>().map_err(from_driver)
}

async fn settle(db: &mut Db<'_>, consumer: &str, settlement: &Settlement) -> Result<(), StoreError> {
    let lane = settlement.lane.as_str();
    let of_lane = |db: &Db<'_>, text| db.query(text).bind(consumer.to_owned()).bind(lane.to_owned());
    let claimed = of_lane(db, CLAIMED).bind(settlement.claim.as_bytes().to_vec());
    if db.row(claimed).await.map_err(from_driver)?.is_none() {
        return Ok(());
    }
    let dead = match &settlement.stop {
        Some(Stop::Dead(letter)) => Some(letter),
        Some(Stop::Failed(_)) | None => None,
    };
    let gone = settlement.delivered.iter().chain(dead.map(|letter| &letter.entry));
    let gone = gone.map(|entry| json!([lane, entry.subject.position(), hexadecimal(entry.id.as_bytes())]));
    let delete = db.query(DELETE_ENTRIES).bind(consumer.to_owned());
    let delete = delete.bind(serde_json::Value::from_iter(gone).to_string());
    db.execute(delete).await.map_err(from_driver)?;
    match &settlement.stop {
        Some(Stop::Failed(entry)) => {
            let count = of_lane(db, COUNT_ATTEMPTS).bind(integer(entry.subject.position()));
            let count = count.bind(entry.id.as_bytes().to_vec()).bind(i64::from(entry.attempts));
            db.execute(count).await.map_err(from_driver)?;
        }
        Some(Stop::Dead(letter)) => bury(db, letter).await?,
        None => {}
    }
    let free = of_lane(db, FREE_LANE).bind(settlement.due.as_millis());
    db.execute(free).await.map_err(from_driver)?;
    let delete = of_lane(db, DELETE_EMPTY_LANE);
    db.execute(delete).await.map_err(from_driver)?;
    Ok(())
}

async fn bury(db: &mut Db<'_>, letter: &DeadLetter) -> Result<(), StoreError> {
    let entry = &letter.entry;
    let subject = SubjectColumns::of(&entry.subject);
    let insert = db
        .query(BURY)
        .bind(entry.id.as_bytes().to_vec())
        .bind(entry.consumer.as_str().to_owned())
        .bind(subject.kind)
        .bind(subject.room.map(|room| room.as_bytes().to_vec()))
        .bind(subject.user.map(|user| user.as_str().to_owned()))
        .bind(subject.other.map(|user| user.as_str().to_owned()))
        .bind(subject.number)
        .bind(entry.at.as_millis())
        .bind(i64::from(entry.attempts))
        .bind(letter.error.clone())
        .bind(letter.died_at.as_millis());
    db.execute(insert).await.map_err(from_driver)?;
    Ok(())
}

/// One row a lane: `[consumer, lane, when it is due]`.
const OPEN_LANES: &str = "
INSERT INTO chat_outbox_lanes (consumer, lane, due_at)
SELECT l.value ->> 0, l.value ->> 1, l.value ->> 2 FROM json_each(?1) AS l WHERE true
ON CONFLICT (consumer, lane) DO NOTHING";

/// One row an entry: `[consumer, lane, position, id, kind, room, user, other, number, at, attempts]`.
const INSERT_ENTRIES: &str = "
INSERT INTO chat_outbox
    (consumer, lane, position, entry_id, kind, room_id, user_id, other_id, number, at, attempts)
SELECT e.value ->> 0, e.value ->> 1, e.value ->> 2, unhex(e.value ->> 3), e.value ->> 4, unhex(e.value ->> 5),
    e.value ->> 6, e.value ->> 7, e.value ->> 8, e.value ->> 9, e.value ->> 10
FROM json_each(?1) AS e";

/// Writes entries into the outbox; the transaction is the caller's.
pub(crate) async fn append(db: &mut Db<'_>, entries: &[OutboxEntry]) -> Result<(), StoreError> {
    if entries.is_empty() {
        return Ok(());
    }
    let lanes =
        entries.iter().map(|entry| json!([entry.consumer.as_str(), lane(entry).as_str(), entry.at.as_millis()]));
    let open = db.query(OPEN_LANES).bind(serde_json::Value::from_iter(lanes).to_string());
    db.execute(open).await.map_err(from_driver)?;
    let insert = db.query(INSERT_ENTRIES).bind(serde_json::Value::from_iter(entries.iter().map(row)).to_string());
    db.execute(insert).await.map_err(from_driver)?;
    Ok(())
}

fn lane(entry: &OutboxEntry) -> Lane {
    entry.subject.lane()
}

fn row(entry: &OutboxEntry) -> serde_json::Value {
    let subject = SubjectColumns::of(&entry.subject);
    json!([
        entry.consumer.as_str(),
        lane(entry).as_str(),
        entry.subject.position(),
        hexadecimal(entry.id.as_bytes()),
        subject.kind,
        subject.room.map(|room: &RoomId| hexadecimal(room.as_bytes())),
        subject.user.map(UserId::as_str),
        subject.other.map(UserId::as_str),
        subject.number,
        entry.at.as_millis(),
        entry.attempts
    ])
}

const TAKE_DEAD_LETTER: &str = "
DELETE FROM chat_dead_letters
WHERE entry_id = ?1
RETURNING entry_id, consumer, kind, room_id, user_id, other_id, number, at, attempts, error, died_at";

#[async_trait]
impl OutboxTx for SqliteTx {
    async fn append_outbox(&mut self, entries: &[OutboxEntry]) -> Result<(), StoreError> {
        self.has_written();
        append(&mut self.db(), entries).await
    }

    async fn take_dead_letter(&mut self, id: OutboxId) -> Result<Option<DeadLetter>, StoreError> {
        self.has_written();
        let take = self.query(TAKE_DEAD_LETTER).bind(id.as_bytes().to_vec());
        self.row(take).await?.as_ref().map(dead_letter).transpose()
    }
}
