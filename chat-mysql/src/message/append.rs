//! The hot path: a batch of messages in one transaction, which is two round trips.
//!
//! The first begins it, locks the rooms and reads what is known of their members; the second inserts, counts and
//! commits. That a client id was seen before is told by the log's unique key under the rooms' locks: a batch without
//! repeats, as nearly all are, never looks for any. Where the key is found taken, or where a refusal of a draft with a
//! client id would have to give way to its repeat, the batch is begun again, and looks.

use std::collections::{BTreeMap, BTreeSet};

use chat_core::{
    error::Rejection,
    model::{
        event::{Event, EventKind, Seq},
        message::Message,
        outbox::ConsumerName,
        room::RoomId,
        user::UserId,
    },
    ports::store::{Attempt, Source, StoreError, ask, entries_of},
    rules::message::{BatchFacts, Draft, Planned, RoomFacts, plan_batch},
};
use chat_sql::{mentions_of, row::Columns, sent_before, standing, tables::Tables};

use crate::{
    MySqlStore,
    connection::{Failure, Lease, Reply, Then},
    error::is_duplicate,
    literal::{Value, push_in, push_list, statement},
    outbox,
    tx::{BEGIN, BEGUN, commit_sql, committed},
};

/// How long a command may grow. MariaDB takes 16 MiB (`max_allowed_packet`).
const LONGEST: usize = 4 * 1024 * 1024;

pub(super) async fn append(
    store: &MySqlStore,
    drafts: &[Draft],
    attempt: Attempt,
    consumers: &[ConsumerName],
) -> Result<Vec<Planned>, StoreError> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let mut lease = store.lane().await?;
    let mut done = transaction(store, &mut lease, drafts, attempt, consumers, Repeats::Unseen).await;
    if let Ok(None) = done {
        done = transaction(store, &mut lease, drafts, attempt, consumers, Repeats::Sought).await;
    }
    match done {
        Ok(Some(planned)) => {
            store.shared().connections.keep(lease).await;
            Ok(planned)
        }
        Ok(None) => Err(StoreError::Corrupt("events: a client id is taken that nobody has used".to_owned())),
        Err(Failed::Before(error)) => Err(error),
        Err(Failed::AtCommit { lost, planned }) => {
            lease.close();
            ask_for(store, attempt, lost).await?;
            Ok(planned)
        }
    }
}

/// Finds out what became of a batch whose commit was answered with an error.
async fn ask_for(store: &MySqlStore, attempt: Attempt, lost: Source) -> Result<(), StoreError> {
    match ask(store, attempt.id).await {
        Some(true) => Ok(()),
        Some(false) => Err(StoreError::Transient(lost)),
        None => Err(StoreError::Unknown(lost)),
    }
}

/// Whether what was sent before is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeats {
    Unseen,
    Sought,
}

enum Failed {
    Before(StoreError),
    /// The answer to the commit was lost.
    AtCommit {
        lost: Source,
        planned: Vec<Planned>,
    },
}

impl<E: Into<StoreError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Before(error.into())
    }
}

/// One attempt at the batch; `None` where repeats have to be looked for, after it was rolled back.
async fn transaction(
    store: &MySqlStore,
    lease: &mut Lease,
    drafts: &[Draft],
    attempt: Attempt,
    consumers: &[ConsumerName],
    repeats: Repeats,
) -> Result<Option<Vec<Planned>>, Failed> {
    let tables = &store.shared().tables;
    let planned = plan_batch(drafts, read_facts(lease, tables, drafts, repeats).await?, attempt.at);
    let must_seek = repeats == Repeats::Unseen && drafts.iter().zip(&planned).any(hides_a_repeat);
    if must_seek {
        lease.run("ROLLBACK", Then::Done).await?;
        return Ok(None);
    }
    let new = New::of(drafts, &planned);
    if new.events.is_empty() {
        lease.run("ROLLBACK", Then::Done).await?;
        return Ok(Some(planned));
    }
    let mut inserts = new.inserts(tables);
    let mut after = new.counts(tables, attempt);
    after.extend(outbox::insertions(tables, &entries_of(&planned, consumers)));
    // All but the last insertion go ahead; there is more than one only where the bodies are very many and very long.
    let last = inserts.pop().unwrap_or_default();
    for insert in inserts {
        if let Err(failure) = lease.run(&insert, Then::More).await {
            return undo(lease, failure).await;
        }
    }
    let statements = 1 + after.len();
    let command = [&[last], after.as_slice(), &[commit_sql(store.shared(), attempt)]].concat().join(";");
    match lease.run(&command, Then::Done).await {
        Ok(_) => Ok(Some(planned)),
        Err(failure) if failure.done < statements && failure.error.as_database_error().is_some() => {
            undo(lease, failure).await
        }
        Err(Failure { done, error }) => match committed(Failure { done: done.saturating_sub(statements), error }) {
            Ok(()) => Ok(Some(planned)),
            Err(StoreError::Unknown(lost)) => Err(Failed::AtCommit { lost, planned }),
            Err(error) => Err(error.into()),
        },
    }
}

/// After an insertion that the server refused: a key that is taken is a repeat to look for.
async fn undo(lease: &mut Lease, failure: Failure) -> Result<Option<Vec<Planned>>, Failed> {
    if !is_duplicate(&failure.error) {
        return Err(failure.into());
    }
    lease.run("ROLLBACK", Then::Done).await?;
    Ok(None)
}

/// Whether the refusal of a draft stands only where it was not sent before: a repeat is answered also in a closed room.
fn hides_a_repeat((draft, planned): (&Draft, &Planned)) -> bool {
    let may_give_way = matches!(planned, Planned::Refused(Rejection::RoomClosed | Rejection::MessageNotFound));
    draft.client_id.is_some() && may_give_way
}

const LOCK_ROOMS: &str = "
SELECT room_id, last_seq, closed_at IS NOT NULL AS closed FROM chat_rooms FORCE INDEX (PRIMARY) WHERE ";
const LOCK_ROOMS_END: &str = " ORDER BY room_id FOR UPDATE";

const SENDERS: &str = "
;SELECT m.room_id, m.user_id, u.standing
FROM chat_members m FORCE INDEX (PRIMARY) STRAIGHT_JOIN chat_users u ON u.user_id = m.user_id
WHERE m.left_at IS NULL AND (";
const SENDERS_END: &str = ")";

const TARGETS: &str = "
;SELECT room_id, seq FROM chat_events FORCE INDEX (PRIMARY) WHERE kind = 'message' AND (";
const TARGETS_END: &str = ")";

/// Followed by the list of rooms.
const PRESENT: &str = "
;SELECT m.room_id, m.user_id FROM chat_members m FORCE INDEX (PRIMARY) WHERE m.left_at IS NULL AND ";

const SENT_BEFORE: &str = "
;SELECT room_id, seq, kind, sender, at, CONVERT(client_id USING ascii) AS client_id, content, target, subject, detail,
    body, mentions, reactions, edited_at, deleted_at
FROM chat_events FORCE INDEX (chat_events_by_client_id)
WHERE ";

/// Begins the transaction, locks the rooms in the order of their ids, and reads what is known then.
async fn read_facts(
    lease: &mut Lease,
    tables: &Tables,
    drafts: &[Draft],
    repeats: Repeats,
) -> Result<BatchFacts, StoreError> {
    let mut senders: BTreeMap<RoomId, BTreeSet<&UserId>> = BTreeMap::new();
    let mut targets: BTreeMap<RoomId, BTreeSet<Seq>> = BTreeMap::new();
    let mut mentioning: BTreeSet<RoomId> = BTreeSet::new();
    for draft in drafts {
        senders.entry(draft.room).or_default().insert(&draft.sender);
        if let Some(target) = draft.reply_to {
            targets.entry(draft.room).or_default().insert(target);
        }
        if draft.may_mention() {
            mentioning.insert(draft.room);
        }
    }
    let mut sql = [BEGIN, tables.sql(LOCK_ROOMS).as_str()].concat();
    push_in(&mut sql, "room_id", senders.keys().map(Value::from));
    sql += LOCK_ROOMS_END;
    sql += tables.sql(SENDERS).as_str();
    push_pairs(&mut sql, "m.room_id", "m.user_id", senders.iter().map(|(room, ids)| (room, ids.iter().copied())));
    sql += SENDERS_END;
    if !targets.is_empty() {
        sql += tables.sql(TARGETS).as_str();
        push_pairs(&mut sql, "room_id", "seq", targets.iter().map(|(room, seqs)| (room, seqs.iter().copied())));
        sql += TARGETS_END;
    }
    if !mentioning.is_empty() {
        sql += tables.sql(PRESENT).as_str();
        push_in(&mut sql, "m.room_id", mentioning.iter().map(Value::from));
    }
    if repeats == Repeats::Sought {
        push_sent_before(&mut sql, tables, drafts);
    }
    let replies = lease.run(&sql, Then::More).await?;
    facts(replies.into_iter().skip(BEGUN), !targets.is_empty(), !mentioning.is_empty())
}

/// `(room = … AND column IN (…)) OR …`, which both servers turn into ranges of their index; rows of `IN` they do not.
fn push_pairs<'v, V: Into<Value<'v>>>(
    sql: &mut String,
    room_column: &str,
    column: &str,
    pairs: impl Iterator<Item = (&'v RoomId, impl Iterator<Item = V>)>,
) {
    for (index, (room, values)) in pairs.enumerate() {
        sql.push_str(if index == 0 { "(" } else { " OR (" });
        sql.push_str(room_column);
        sql.push('=');
        Value::from(room).push_to(sql);
        sql.push_str(" AND ");
        push_in(sql, column, values.map(Into::into));
        sql.push(')');
    }
}

fn push_sent_before(sql: &mut String, tables: &Tables, drafts: &[Draft]) {
    let mut sought = drafts.iter().filter_map(|draft| Some((draft, &draft.client_id.as_ref()?.0))).peekable();
    if sought.peek().is_none() {
        return;
    }
    *sql += tables.sql(SENT_BEFORE).as_str();
    for (index, (draft, client_id)) in sought.enumerate() {
        sql.push_str(if index == 0 { "(room_id=" } else { " OR (room_id=" });
        Value::from(&draft.room).push_to(sql);
        sql.push_str(" AND sender=");
        Value::from(&draft.sender).push_to(sql);
        sql.push_str(" AND client_id=");
        Value::from(client_id).push_to(sql);
        sql.push(')');
    }
}

/// What the replies say: rooms, senders, then messages answered to and members where they were asked for, then what was
/// sent before.
fn facts(
    mut replies: impl Iterator<Item = Reply>,
    with_targets: bool,
    with_present: bool,
) -> Result<BatchFacts, StoreError> {
    let mut facts = BatchFacts::default();
    for row in replies.next().unwrap_or_default().rows {
        let columns = Columns::new(&row, "rooms", &["room_id"]);
        let room = RoomFacts { closed: columns.truth("closed")?, last_seq: columns.seq("last_seq")? };
        facts.rooms.insert(RoomId::from_bytes(columns.bytes("room_id")?), room);
    }
    for row in replies.next().unwrap_or_default().rows {
        let columns = Columns::new(&row, "members", &["room_id", "user_id"]);
        let room = RoomId::from_bytes(columns.bytes("room_id")?);
        let user = columns.parsed("user_id", UserId::parse)?;
        facts.members.insert((room, user), columns.named("standing", standing)?);
    }
    if with_targets {
        for row in replies.next().unwrap_or_default().rows {
            let columns = Columns::new(&row, "events", &["room_id", "seq"]);
            facts.messages.insert((RoomId::from_bytes(columns.bytes("room_id")?), columns.seq("seq")?));
        }
    }
    if with_present {
        for row in replies.next().unwrap_or_default().rows {
            let columns = Columns::new(&row, "members", &["room_id", "user_id"]);
            let room = RoomId::from_bytes(columns.bytes("room_id")?);
            facts.present.entry(room).or_default().push(columns.parsed("user_id", UserId::parse)?);
        }
    }
    for row in replies.next().unwrap_or_default().rows {
        let sent = sent_before(&row)?;
        if let EventKind::Message(Message { client_id: Some(client_id), .. }) = &sent.event.kind {
            facts.sent_before.insert((sent.event.room, sent.event.sender.clone(), client_id.clone()), sent);
        }
    }
    Ok(facts)
}

/// The new events of a batch, in the order of the log, room after room.
struct New<'b> {
    events: Vec<(&'b Event, &'b Draft)>,
}

const INSERT_MESSAGES: &str = "
INSERT INTO chat_events (room_id, seq, kind, sender, at, client_id, content, target, body, mentions) VALUES ";

/// By the key, or a server that finds a small table cheaper to read whole would wait for rooms of others.
const COUNT_MESSAGES: &str =
    "UPDATE chat_rooms FORCE INDEX (PRIMARY) SET last_seq = last_seq + ?, last_event_at = ? WHERE ";

impl<'b> New<'b> {
    fn of(drafts: &'b [Draft], planned: &'b [Planned]) -> Self {
        let mut events: Vec<(&Event, &Draft)> = Vec::with_capacity(planned.len());
        for (draft, planned) in drafts.iter().zip(planned) {
            if let Planned::New(event) = planned {
                events.push((event, draft));
            }
        }
        // Neighbours in the log one after the other: each of its pages is looked for once.
        events.sort_by_key(|(event, _)| (event.room, event.seq));
        Self { events }
    }

    /// The insertions, each at most a little longer than [`LONGEST`].
    fn inserts(&self, tables: &Tables) -> Vec<String> {
        let begin = tables.sql(INSERT_MESSAGES);
        let mut inserts = Vec::new();
        let mut sql = String::new();
        for (event, draft) in &self.events {
            if sql.len() > LONGEST {
                inserts.push(std::mem::take(&mut sql));
            }
            sql.push_str(if sql.is_empty() { begin.as_str() } else { "," });
            push_row(&mut sql, event, draft);
        }
        inserts.push(sql);
        inserts
    }

    /// Rooms that got as many events each are counted by one statement.
    fn counts(&self, tables: &Tables, attempt: Attempt) -> Vec<String> {
        let mut by_room: BTreeMap<RoomId, i64> = BTreeMap::new();
        for (event, _) in &self.events {
            *by_room.entry(event.room).or_default() += 1;
        }
        let mut by_count: BTreeMap<i64, Vec<RoomId>> = BTreeMap::new();
        for (room, count) in by_room {
            by_count.entry(count).or_default().push(room);
        }
        let count = |(count, rooms): (&i64, &Vec<RoomId>)| {
            let mut sql = statement(tables, COUNT_MESSAGES, &[(*count).into(), attempt.at.into()]);
            push_in(&mut sql, "room_id", rooms.iter().map(Value::from));
            sql
        };
        by_count.iter().map(count).collect()
    }
}

fn push_row(sql: &mut String, event: &Event, draft: &Draft) {
    let mentions = mentions_of(event);
    sql.push('(');
    push_list(
        sql,
        [
            (&event.room).into(),
            event.seq.into(),
            Value::Ascii(event.kind.as_str()),
            (&event.sender).into(),
            event.at.into(),
            draft.client_id.as_ref().map(|(client_id, _)| client_id).into(),
            draft.client_id.as_ref().map(|(_, content)| content).into(),
            draft.reply_to.into(),
            Value::Text(draft.body.as_str()),
            mentions.as_deref().map(Value::Ascii).into(),
        ],
    );
    sql.push(')');
}
