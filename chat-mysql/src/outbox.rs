//! The lanes are what is locked. Who writes into a lane locks its row first, so that who claims it, which no one does who
//! would have to wait, finds in it all there is: a view that is opened under the lock shows what was committed under it.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chat_core::{
    model::{
        outbox::{ConsumerName, DeadLetter, Lane, OutboxEntry, OutboxId},
        time::Timestamp,
    },
    ports::store::{Claim, ClaimedLane, OutboxStore, OutboxTx, Settlement, Stop, StoreError},
};
use chat_sql::{
    SubjectColumns, dead_letter, outbox_entry,
    row::{Columns, integer},
    tables::Tables,
};

use crate::{
    MySqlStore,
    connection::Then,
    error::from_driver,
    literal::{Value, push_in, push_list, statement},
    snapshot::Mark,
    store::last,
    tx::{BEGIN, MySqlTx},
};

const IS_DUE: &str = "
SELECT lane FROM chat_outbox_lanes FORCE INDEX (chat_outbox_lanes_by_due) WHERE consumer = ? AND due_at <= ? LIMIT 1";

const DUE: &str = "
SELECT lane FROM chat_outbox_lanes FORCE INDEX (chat_outbox_lanes_by_due)
WHERE consumer = ? AND due_at <= ?
ORDER BY due_at
LIMIT ?
FOR UPDATE SKIP LOCKED";

/// Followed by the list of lanes.
const CLAIM_LANES: &str = "
UPDATE chat_outbox_lanes FORCE INDEX (PRIMARY) SET due_at = ?, claim = ? WHERE consumer = ? AND ";

const FIRST_ENTRIES: &str = "
SELECT entry_id, consumer, kind, room_id, user_id, other_id, number, at, attempts
FROM chat_outbox FORCE INDEX (PRIMARY)
WHERE consumer = ? AND lane = ?
ORDER BY position, entry_id
LIMIT ?";

/// Followed by lanes, each with its claim.
const CLAIMED: &str = "SELECT lane FROM chat_outbox_lanes FORCE INDEX (PRIMARY) WHERE consumer = ? AND (";
const CLAIMED_END: &str = ") ORDER BY lane FOR UPDATE";

const DELETE_ENTRY: &str = "
DELETE FROM chat_outbox WHERE consumer = ? AND lane = ? AND position = ? AND entry_id = ?";

const COUNT_ATTEMPTS: &str = "
UPDATE chat_outbox SET attempts = ? WHERE consumer = ? AND lane = ? AND position = ? AND entry_id = ?";

const BURY: &str = "
INSERT INTO chat_dead_letters
    (entry_id, consumer, kind, room_id, user_id, other_id, number, at, attempts, error, died_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const FREE_LANE: &str = "UPDATE chat_outbox_lanes SET due_at = ?, claim = NULL WHERE consumer = ? AND lane = ?";

const DELETE_EMPTY_LANE: &str = "
DELETE FROM chat_outbox_lanes
WHERE consumer = ? AND lane = ?
    AND NOT EXISTS (SELECT 1 FROM chat_outbox e WHERE e.consumer = ? AND e.lane = ?)";

const DEAD_LETTERS: &str = "
SELECT entry_id, consumer, kind, room_id, user_id, other_id, number, at, attempts, error, died_at
FROM chat_dead_letters
WHERE entry_id < ?
ORDER BY entry_id DESC
LIMIT ?";

#[async_trait]
impl OutboxStore for MySqlStore {
    async fn claim(&self, claim: &Claim) -> Result<Vec<ClaimedLane>, StoreError> {
        let tables = &self.shared().tables;
        let due = [Value::Ascii(claim.consumer.as_str()), claim.at.into()];
        // Most looks find nothing: they begin no transaction.
        if self.row(IS_DUE, &due).await?.is_none() {
            return Ok(Vec::new());
        }
        let mut lease = self.lease().await?;
        let [consumer, at] = due;
        let lock = statement(tables, DUE, &[consumer, at, integer(claim.lanes).into()]);
        let rows = last(lease.run(&[BEGIN, &lock].concat(), Then::More).await?).rows;
        let lanes = rows.iter().map(lane_of).collect::<Result<Vec<Lane>, StoreError>>()?;
        if lanes.is_empty() {
            lease.run("ROLLBACK", Then::Done).await?;
            return Ok(Vec::new());
        }
        let mut command = statement(tables, CLAIM_LANES, &[claim.until.into(), (&claim.id).into(), consumer]);
        push_in(&mut command, "lane", lanes.iter().map(Value::from));
        for lane in &lanes {
            command.push(';');
            command += &statement(tables, FIRST_ENTRIES, &[consumer, lane.into(), integer(claim.entries).into()]);
        }
        command += ";COMMIT";
        // Where the answer is lost the claim lapses.
        let replies = lease.run(&command, Then::Done).await?.into_iter().skip(1);
        let claimed = lanes.into_iter().zip(replies).map(|(lane, reply)| {
            let entries = reply.rows.iter().map(outbox_entry).collect::<Result<_, _>>()?;
            Ok(ClaimedLane { claim: claim.id, lane, entries })
        });
        claimed.collect()
    }

    async fn settle(&self, consumer: &ConsumerName, settlements: &[Settlement]) -> Result<(), StoreError> {
        if settlements.is_empty() {
            return Ok(());
        }
        let tables = &self.shared().tables;
        let mut lease = self.lease().await?;
        let mut command = [BEGIN, &statement(tables, CLAIMED, &[Value::Ascii(consumer.as_str())])].concat();
        for (index, settlement) in settlements.iter().enumerate() {
            command.push_str(if index == 0 { "(lane=" } else { " OR (lane=" });
            Value::from(&settlement.lane).push_to(&mut command);
            command.push_str(" AND claim=");
            Value::from(&settlement.claim).push_to(&mut command);
            command.push(')');
        }
        command += CLAIMED_END;
        let rows = last(lease.run(&command, Then::More).await?).rows;
        let claimed = rows.iter().map(lane_of).collect::<Result<Vec<Lane>, StoreError>>()?;
        let mut statements = Vec::new();
        for settlement in settlements.iter().filter(|settlement| claimed.contains(&settlement.lane)) {
            push_settlement(&mut statements, tables, consumer, settlement);
        }
        statements.push("COMMIT".to_owned());
        lease.run(&statements.join(";"), Then::Done).await?;
        Ok(())
    }

    async fn dead_letters(&self, before: Option<OutboxId>, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        let before = before.unwrap_or(AFTER_ALL);
        let values = [(&before).into(), integer(limit).into()];
        self.snapshot(DEAD_LETTERS, &values, Mark::Itself).await?.iter().map(dead_letter).collect()
    }
}

/// No entry has it: its version is none of UUID's.
const AFTER_ALL: OutboxId = OutboxId::from_bytes([0xff; 16]);

fn lane_of(row: &sqlx::mysql::MySqlRow) -> Result<Lane, StoreError> {
    Columns::new(row, "outbox_lanes", &["lane"]).text("lane").map(Lane::from_stored)
}

fn push_settlement(sql: &mut Vec<String>, tables: &Tables, consumer: &ConsumerName, settlement: &Settlement) {
    let (consumer, lane) = (Value::Ascii(consumer.as_str()), Value::from(&settlement.lane));
    let place = |entry: &OutboxEntry| integer(entry.subject.position());
    let delete = |entry: &OutboxEntry| {
        statement(tables, DELETE_ENTRY, &[consumer, lane, place(entry).into(), (&entry.id).into()])
    };
    sql.extend(settlement.delivered.iter().map(delete));
    match &settlement.stop {
        Some(Stop::Failed(entry)) => {
            let attempts = i64::from(entry.attempts).into();
            let values = [attempts, consumer, lane, place(entry).into(), (&entry.id).into()];
            sql.push(statement(tables, COUNT_ATTEMPTS, &values));
        }
        Some(Stop::Dead(letter)) => {
            sql.push(delete(&letter.entry));
            sql.push(bury(tables, letter));
        }
        None => {}
    }
    sql.push(statement(tables, FREE_LANE, &[settlement.due.into(), consumer, lane]));
    sql.push(statement(tables, DELETE_EMPTY_LANE, &[consumer, lane, consumer, lane]));
}

fn bury(tables: &Tables, letter: &DeadLetter) -> String {
    let entry = &letter.entry;
    let subject = SubjectColumns::of(&entry.subject);
    let values = [
        (&entry.id).into(),
        Value::Ascii(entry.consumer.as_str()),
        Value::Ascii(subject.kind),
        subject.room.into(),
        subject.user.into(),
        subject.other.into(),
        subject.number.into(),
        entry.at.into(),
        i64::from(entry.attempts).into(),
        Value::Text(&letter.error),
        letter.died_at.into(),
    ];
    statement(tables, BURY, &values)
}

const OPEN_LANES: &str = "INSERT INTO chat_outbox_lanes (consumer, lane, due_at) VALUES ";
/// Locks the row of a lane that is there.
const OPEN_LANES_END: &str = " ON DUPLICATE KEY UPDATE lane = lane";

const INSERT_ENTRIES: &str = "
INSERT INTO chat_outbox
    (consumer, lane, position, entry_id, kind, room_id, user_id, other_id, number, at, attempts)
VALUES ";

/// The statements that write entries into the outbox: the lanes first, in one order for all.
pub(crate) fn insertions(tables: &Tables, entries: &[OutboxEntry]) -> Vec<String> {
    if entries.is_empty() {
        return Vec::new();
    }
    let mut lanes: BTreeMap<(&ConsumerName, Lane), Timestamp> = BTreeMap::new();
    let mut rows = tables.sql(INSERT_ENTRIES).as_str().to_owned();
    for (index, entry) in entries.iter().enumerate() {
        let lane = entry.subject.lane();
        rows.push_str(if index == 0 { "(" } else { ",(" });
        push_row(&mut rows, &lane, entry);
        rows.push(')');
        lanes.entry((&entry.consumer, lane)).or_insert(entry.at);
    }
    let mut open = tables.sql(OPEN_LANES).as_str().to_owned();
    for (index, ((consumer, lane), due)) in lanes.iter().enumerate() {
        open.push_str(if index == 0 { "(" } else { ",(" });
        push_list(&mut open, [Value::Ascii(consumer.as_str()), lane.into(), (*due).into()]);
        open.push(')');
    }
    open += OPEN_LANES_END;
    vec![open, rows]
}

fn push_row(sql: &mut String, lane: &Lane, entry: &OutboxEntry) {
    let subject = SubjectColumns::of(&entry.subject);
    push_list(
        sql,
        [
            Value::Ascii(entry.consumer.as_str()),
            lane.into(),
            integer(entry.subject.position()).into(),
            (&entry.id).into(),
            Value::Ascii(subject.kind),
            subject.room.into(),
            subject.user.into(),
            subject.other.into(),
            subject.number.into(),
            entry.at.into(),
            i64::from(entry.attempts).into(),
        ],
    );
}

const LOCK_DEAD_LETTER: &str = "
SELECT entry_id, consumer, kind, room_id, user_id, other_id, number, at, attempts, error, died_at
FROM chat_dead_letters
WHERE entry_id = ?
FOR UPDATE";

const DELETE_DEAD_LETTER: &str = "DELETE FROM chat_dead_letters WHERE entry_id = ?";

#[async_trait]
impl OutboxTx for MySqlTx {
    async fn append_outbox(&mut self, entries: &[OutboxEntry]) -> Result<(), StoreError> {
        for insertion in insertions(self.tables(), entries) {
            self.write_sql(insertion);
        }
        Ok(())
    }

    async fn take_dead_letter(&mut self, id: OutboxId) -> Result<Option<DeadLetter>, StoreError> {
        let letter = self.row(LOCK_DEAD_LETTER, &[(&id).into()]).await?.as_ref().map(dead_letter).transpose()?;
        if letter.is_some() {
            self.write_now(DELETE_DEAD_LETTER, &[(&id).into()], from_driver).await?;
        }
        Ok(letter)
    }
}
