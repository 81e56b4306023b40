//! The statements that run for every message and every look find their rows by a key, however much there is.

use chat_conformance::build::{attempt, draft, new_room_of};
use chat_core::{model::outbox::ConsumerName, ports::store::MessageStore};
use chat_test_databases::Kind;
use sqlx::{AssertSqlSafe, Row, mysql::MySqlConnection};

use crate::stores::{execute, on_both, own};

on_both! {
    no_hot_statement_reads_a_whole_table,
}

/// Each with what stands for its values.
fn statements(room: &str) -> Vec<String> {
    [
        "SELECT body FROM chat_events FORCE INDEX (PRIMARY) WHERE room_id = ROOM AND seq < 9000 ORDER BY seq DESC LIMIT 50",
        "SELECT body FROM chat_events FORCE INDEX (PRIMARY) WHERE room_id = ROOM AND seq > 0 ORDER BY seq LIMIT 50",
        "SELECT last_seq FROM chat_rooms FORCE INDEX (PRIMARY) WHERE room_id IN (ROOM, x'00') ORDER BY room_id FOR UPDATE",
        "UPDATE chat_rooms FORCE INDEX (PRIMARY) SET last_seq = last_seq + 1 WHERE room_id IN (ROOM, x'00', x'01')",
        "SELECT u.standing FROM chat_members m FORCE INDEX (PRIMARY)
         STRAIGHT_JOIN chat_users u ON u.user_id = m.user_id
         WHERE m.left_at IS NULL AND ((m.room_id = ROOM AND m.user_id IN (_ascii x'616c696365', _ascii x'626f62'))
             OR (m.room_id = x'00' AND m.user_id IN (_ascii x'616c696365')))",
        "SELECT seq FROM chat_events FORCE INDEX (chat_events_by_client_id)
         WHERE (room_id = ROOM AND sender = _ascii x'616c696365' AND client_id = x'6b')
             OR (room_id = x'00' AND sender = _ascii x'616c696365' AND client_id = x'6b')",
        "SELECT m.user_id FROM chat_members m FORCE INDEX (PRIMARY) WHERE m.left_at IS NULL AND m.room_id IN (ROOM, x'00')",
        "UPDATE chat_edits d FORCE INDEX (PRIMARY)
         STRAIGHT_JOIN chat_events e FORCE INDEX (PRIMARY) ON e.room_id = d.room_id AND e.seq = d.seq
         SET e.body = NULL, e.mentions = NULL WHERE d.room_id = ROOM AND d.target = 7",
        "UPDATE chat_events FORCE INDEX (PRIMARY) SET body = NULL WHERE room_id = ROOM AND seq = 7 AND kind = 'message'",
        "SELECT role FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
         WHERE m.room_id = ROOM AND m.user_id = _ascii x'616c696365' AND m.left_at IS NULL",
        "SELECT r.name FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
         WHERE m.user_id = _ascii x'616c696365' AND m.left_at IS NULL",
        "SELECT m.user_id FROM chat_members own
         JOIN chat_members m ON m.room_id = own.room_id AND m.left_at IS NULL AND m.user_id <> _ascii x'616c696365'
         WHERE own.user_id = _ascii x'616c696365' AND own.left_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = _ascii x'616c696365' AND blocked_id = m.user_id)
             AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = m.user_id AND blocked_id = _ascii x'616c696365')",
        "SELECT f.friend_id FROM chat_friendships f
         WHERE f.user_id = _ascii x'616c696365'
             AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = _ascii x'616c696365' AND blocked_id = f.friend_id)
             AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = f.friend_id AND blocked_id = _ascii x'616c696365')",
        "SELECT m.user_id FROM chat_members m
         WHERE m.room_id = ROOM AND m.left_at IS NULL
             AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = _ascii x'616c696365' AND blocked_id = m.user_id)
             AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = m.user_id AND blocked_id = _ascii x'616c696365')",
        "SELECT invite_id FROM chat_invites WHERE token_hash = x'00'",
        "SELECT 1 FROM chat_admissions WHERE free_of = _ascii x'616c696365'",
        "SELECT number FROM chat_coin_entries WHERE user_id = _ascii x'616c696365' AND `key` = x'6b'",
        "SELECT lane FROM chat_outbox_lanes FORCE INDEX (chat_outbox_lanes_by_due)
         WHERE consumer = _ascii x'686f7374' AND due_at <= 5 ORDER BY due_at LIMIT 16 FOR UPDATE SKIP LOCKED",
        "SELECT entry_id FROM chat_outbox FORCE INDEX (PRIMARY)
         WHERE consumer = _ascii x'686f7374' AND lane = _ascii x'726f6f6d' ORDER BY position, entry_id LIMIT 64",
        "DELETE FROM chat_outbox
         WHERE consumer = _ascii x'686f7374' AND lane = _ascii x'726f6f6d' AND position = 7 AND entry_id = x'00'",
        "SELECT lane FROM chat_outbox_lanes FORCE INDEX (PRIMARY)
         WHERE consumer = _ascii x'686f7374' AND ((lane=_ascii x'726f6f6d' AND claim=x'00') OR (lane=_ascii x'75' AND claim=x'00'))
         ORDER BY lane FOR UPDATE",
        "SELECT room_id FROM chat_rooms WHERE made_by = _ascii x'616c696365' AND client_id = x'6b'",
    ]
    .iter()
    .map(|statement| statement.replace("ROOM", room))
    .collect()
}

async fn no_hot_statement_reads_a_whole_table(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let mut room = String::new();
    for number in 0..20 {
        let ids = ["alice".to_owned() + &number.to_string(), "bob".to_owned() + &number.to_string()];
        let id = new_room_of(&fresh.store, &[&ids[0], &ids[1]]).await;
        let drafts: Vec<_> = (0..40).map(|_| draft(id, &ids[0], "hi")).collect();
        // So that there are lanes, which are not asked for.
        let consumers: Vec<_> = (0..20).map(|other| ConsumerName::parse(&format!("other-{other}")).unwrap()).collect();
        fresh.store.append_telling(&drafts, attempt(), &consumers).await.unwrap();
        room = format!("x'{}'", id.to_string().replace('-', ""));
    }
    let mut sql = fresh.sql().await;
    if kind == Kind::MySql {
        execute(&mut sql, "SET SESSION explain_format = TRADITIONAL").await.unwrap();
    }
    for statement in statements(&room) {
        for step in plan(&mut sql, &statement).await {
            assert!(!step.trim().is_empty(), "{statement}: no plan");
            assert!(!step.starts_with("ALL") && !step.starts_with("index "), "{statement}: {step}");
        }
    }
}

/// How each table is read, and by which key.
async fn plan(sql: &mut MySqlConnection, statement: &str) -> Vec<String> {
    let explain = AssertSqlSafe(format!("EXPLAIN {statement}"));
    let rows = sqlx::raw_sql(explain).fetch_all(sql).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    let text = |row: &sqlx::mysql::MySqlRow, column: &str| {
        row.try_get::<Option<String>, _>(column).ok().flatten().unwrap_or_default()
    };
    rows.iter().map(|row| format!("{} {} {}", text(row, "type"), text(row, "key"), text(row, "Extra"))).collect()
}
