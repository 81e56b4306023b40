//! What must never be cannot be stored, and what was stored by other hands and is wrong is reported where it lies.

use chat_conformance::build::{append, keyed_draft, new_room_of, user};
use chat_core::ports::store::{EventRange, MessageStore, RoomStore, StoreError, UserStore};
use chat_test_databases::Kind;

use crate::stores::{execute, on_both, own};

on_both! {
    the_schema_refuses_what_must_never_be,
    what_others_wrote_wrongly_is_reported_where_it_lies,
}

async fn the_schema_refuses_what_must_never_be(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let room = new_room_of(&fresh.store, &["alice", "bob"]).await;
    append(&fresh.store, &[keyed_draft(room, "alice", "hi", "k")]).await;
    let mut sql = fresh.sql().await;
    for statement in [
        "UPDATE chat_users SET coins = -1",
        "UPDATE chat_users SET coins = 9007199254740992",
        "UPDATE chat_users SET coins = 9223372036854775808",
        "UPDATE chat_users SET entries = -1",
        "UPDATE chat_users SET standing = 'gone'",
        "UPDATE chat_users SET prime = 2",
        "UPDATE chat_users SET folded = 'ALICE' WHERE user_id = 'alice'",
        "INSERT INTO chat_users (user_id, folded, name, created_at) VALUES ('ALICE', 'alice', 'A', 0)",
        "UPDATE chat_rooms SET capacity = 7",
        "UPDATE chat_rooms SET capacity = 1",
        "UPDATE chat_rooms SET member_count = -1",
        "UPDATE chat_rooms SET member_count = 7",
        "UPDATE chat_rooms SET last_seq = -1",
        "UPDATE chat_rooms SET made_by = 'nobody'",
        "UPDATE chat_members SET role = 'king'",
        "INSERT INTO chat_bans SELECT room_id, 'nobody', 'alice', 0 FROM chat_rooms",
        "INSERT INTO chat_blocks VALUES ('alice', 'alice', 0)",
        "INSERT INTO chat_edits SELECT room_id, 3, 3 FROM chat_rooms",
        "UPDATE chat_members SET joined_seq = 0",
        "UPDATE chat_members SET user_id = 'nobody' WHERE user_id = 'bob'",
        "UPDATE chat_events SET seq = 0 WHERE seq = 1",
        "UPDATE chat_events SET seq = 1 WHERE seq = 2",
        "UPDATE chat_events SET target = 3 WHERE seq = 3",
        "UPDATE chat_events SET body = NULL WHERE seq = 3",
        "UPDATE chat_events SET client_id = 'k' WHERE sender = 'alice'",
        "UPDATE chat_events SET client_id = NULL WHERE seq = 3",
        "INSERT INTO chat_sessions VALUES (REPEAT('s', 16), 'nobody', 'd', 0, 0, 0, NULL)",
        "INSERT INTO chat_admissions (user_id, room_id, kind, coins, at) SELECT 'bob', room_id, 'free', 150, 0
         FROM chat_rooms",
        "INSERT INTO chat_admissions (user_id, room_id, kind, coins, at) SELECT 'bob', room_id, 'gift', 0, 0
         FROM chat_rooms",
        "INSERT INTO chat_coin_entries VALUES ('bob', 0, 1, 'grant', NULL, 1, NULL, NULL, 0)",
        "INSERT INTO chat_coin_entries VALUES ('bob', 1, 1, 'gift', NULL, 1, NULL, NULL, 0)",
        "INSERT INTO chat_coin_entries VALUES ('bob', 1, 1, 'grant', NULL, -1, NULL, NULL, 0)",
        "INSERT INTO chat_coin_entries VALUES ('nobody', 1, 1, 'grant', NULL, 1, NULL, NULL, 0)",
        "INSERT INTO chat_friendships VALUES ('bob', 'bob', 0)",
        "INSERT INTO chat_standings VALUES ('nobody', 'spam', NULL)",
        "INSERT INTO chat_standings VALUES ('bob', 'spam', 1)",
        "INSERT INTO chat_audit VALUES (x'01', 'host', 'erased', NULL, NULL, NULL, 0)",
        "INSERT INTO chat_outbox VALUES ('c', 'l', 1, x'01', 'logged', NULL, NULL, NULL, 1, 0, 0)",
        "INSERT INTO chat_outbox VALUES ('c', 'l', -1, x'01', 'coins_changed', NULL, 'bob', NULL, 1, 0, 0)",
        "INSERT INTO chat_dead_letters VALUES (x'01', 'c', 'logged', NULL, 'bob', NULL, 1, 0, 1, 'e', 0)",
        "INSERT INTO chat_friendships VALUES ('bob', 'nobody', 0)",
        "INSERT INTO chat_friend_requests (request_id, sender, receiver, state, created_at, decided_at)
         VALUES (REPEAT('r', 16), 'bob', 'bob', 'open', 0, NULL)",
        "INSERT INTO chat_friend_requests (request_id, sender, receiver, state, created_at, decided_at)
         VALUES (REPEAT('r', 16), 'bob', 'alice', 'open', 0, 1)",
        "INSERT INTO chat_friend_requests (request_id, sender, receiver, state, created_at, decided_at)
         VALUES (REPEAT('r', 16), 'bob', 'nobody', 'open', 0, NULL)",
        "INSERT INTO chat_friend_requests (request_id, sender, receiver, state, created_at, decided_at)
         VALUES (REPEAT('r', 17), 'bob', 'alice', 'open', 0, NULL)",
        "INSERT INTO chat_friend_requests (request_id, sender, receiver, state, created_at, decided_at)
         VALUES (REPEAT('r', 16), 'bob', 'alice', 'open', 0, NULL), (REPEAT('q', 16), 'bob', 'alice', 'open', 0, NULL)",
    ] {
        let refused = execute(&mut sql, statement).await;
        assert!(refused.is_err(), "{statement} was taken");
    }
}

async fn what_others_wrote_wrongly_is_reported_where_it_lies(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let room = new_room_of(&fresh.store, &["alice"]).await;
    let mut sql = fresh.sql().await;
    let corrupt = |error: StoreError, expected: &str| {
        let StoreError::Corrupt(what) = error else { panic!("{error:?}") };
        assert!(what.contains(expected), "{what}");
    };
    execute(&mut sql, "UPDATE chat_users SET name = ''").await.unwrap();
    corrupt(fresh.store.user(&user("alice")).await.unwrap_err(), "users.name of alice");
    execute(&mut sql, "UPDATE chat_events SET kind = 'sung'").await.unwrap();
    corrupt(fresh.store.events(room, EventRange::Newest, 1).await.unwrap_err(), "events.kind of ");
    execute(&mut sql, "UPDATE chat_rooms SET name = ''").await.unwrap();
    corrupt(fresh.store.room(room).await.unwrap_err(), "rooms.name of ");
}
