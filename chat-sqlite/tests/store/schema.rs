//! What must never be cannot be stored, and what was stored by other hands and is wrong is reported where it lies.

use chat_conformance::build::{append, begin, draft, keyed_draft, new_room_of, seq, user};
use chat_core::{
    model::room::RoomId,
    ports::store::{EventRange, StoreError},
};
use sqlx::SqlitePool;

use crate::stores::{Fresh, file};

async fn room_and_sql(store: &Fresh) -> (RoomId, SqlitePool) {
    let room = new_room_of(&**store, &["alice", "bob"]).await;
    append(&**store, &[keyed_draft(room, "alice", "hi", "k")]).await;
    (room, store.sql().await)
}

#[tokio::test]
async fn the_schema_refuses_what_must_never_be() {
    let store = file().await;
    let (_, sql) = room_and_sql(&store).await;
    for statement in [
        "UPDATE chat_users SET coins = -1",
        "UPDATE chat_users SET coins = 9007199254740992",
        "UPDATE chat_users SET coins = 'many'",
        "UPDATE chat_users SET standing = 'gone'",
        "UPDATE chat_users SET prime = 2",
        "UPDATE chat_users SET folded = 'ALICE' WHERE user_id = 'alice'",
        "UPDATE chat_rooms SET capacity = 7",
        "UPDATE chat_rooms SET capacity = 1",
        "UPDATE chat_rooms SET member_count = -1",
        "UPDATE chat_rooms SET member_count = 7",
        "UPDATE chat_rooms SET last_seq = -1",
        "UPDATE chat_members SET role = 'king'",
        "INSERT INTO chat_bans SELECT room_id, 'nobody', 'alice', 0 FROM chat_rooms",
        "INSERT INTO chat_blocks VALUES ('alice', 'alice', 0)",
        "INSERT INTO chat_edits SELECT room_id, 3, 3 FROM chat_rooms",
        "UPDATE chat_events SET reactions = 'x' WHERE seq = 1",
        "UPDATE chat_members SET user_id = 'nobody' WHERE user_id = 'bob'",
        "UPDATE chat_events SET seq = 0 WHERE seq = 1",
        "UPDATE chat_events SET seq = 1 WHERE seq = 2",
        "UPDATE chat_events SET target = 3 WHERE seq = 3",
        "UPDATE chat_events SET body = NULL WHERE seq = 3",
        "UPDATE chat_events SET content = x'00' WHERE seq = 3",
        "UPDATE chat_events SET client_id = 'k' WHERE sender = 'alice'",
        "UPDATE chat_events SET client_id = NULL WHERE seq = 3",
        "INSERT INTO chat_admissions SELECT 'bob', room_id, 'free', 150, 0 FROM chat_rooms",
        "INSERT INTO chat_coin_entries VALUES ('bob', 0, 1, 'grant', NULL, 1, NULL, NULL, 0)",
        "INSERT INTO chat_coin_entries VALUES ('bob', 1, 1, 'gift', NULL, 1, NULL, NULL, 0)",
        "INSERT INTO chat_coin_entries VALUES ('bob', 1, 1, 'grant', NULL, -1, NULL, NULL, 0)",
        "INSERT INTO chat_friendships VALUES ('bob', 'bob', 0)",
        "INSERT INTO chat_standings VALUES ('nobody', 'spam', NULL)",
        "INSERT INTO chat_standings VALUES ('bob', 'spam', 1)",
        "INSERT INTO chat_audit VALUES (randomblob(16), 'host', 'erased', NULL, NULL, NULL, 0)",
        "INSERT INTO chat_audit VALUES (randomblob(15), 'host', 'erased', 'bob', NULL, NULL, 0)",
        "INSERT INTO chat_outbox VALUES ('c', 'l', 1, randomblob(16), 'logged', NULL, NULL, NULL, 1, 0, 0)",
        "INSERT INTO chat_outbox VALUES ('c', 'l', -1, randomblob(16), 'coins_changed', NULL, 'bob', NULL, 1, 0, 0)",
        "INSERT INTO chat_outbox VALUES ('c', 'l', 1, randomblob(15), 'coins_changed', NULL, 'bob', NULL, 1, 0, 0)",
        "INSERT INTO chat_dead_letters VALUES (randomblob(16), 'c', 'logged', NULL, 'bob', NULL, 1, 0, 1, 'e', 0)",
        "INSERT INTO chat_friend_requests VALUES (randomblob(16), 'bob', 'bob', 'open', 0, NULL)",
        "INSERT INTO chat_friend_requests VALUES (randomblob(16), 'bob', 'alice', 'open', 0, 1)",
        "INSERT INTO chat_friend_requests VALUES (randomblob(15), 'bob', 'alice', 'open', 0, NULL)",
    ] {
        let refused = sqlx::raw_sql(statement).execute(&sql).await;
        let error = refused.err().unwrap_or_else(|| panic!("{statement} was taken"));
        let code: i32 = error.as_database_error().unwrap().code().unwrap().parse().unwrap();
        assert_eq!(code & 0xff, 19, "{statement}: {error}");
    }
}

#[tokio::test]
async fn a_row_that_does_not_parse_is_reported_with_table_column_and_id() {
    let store = file().await;
    let (room, sql) = room_and_sql(&store).await;
    sqlx::raw_sql(
        "UPDATE chat_users SET phone = 'none' WHERE user_id = 'alice';
         UPDATE chat_events SET kind = 'shouted' WHERE seq = 2;
         UPDATE chat_rooms SET name = ''",
    )
    .execute(&sql)
    .await
    .unwrap();
    let corrupt = |error: StoreError| match error {
        StoreError::Corrupt(report) => report,
        other => panic!("{other:?}"),
    };
    let of_user = corrupt(store.user(&user("alice")).await.unwrap_err());
    assert!(of_user.starts_with("users.phone of alice: "), "{of_user}");
    let of_event = corrupt(store.events(room, EventRange::After(seq(0)), 9).await.unwrap_err());
    let hexadecimal = room.to_string().replace('-', "");
    assert!(of_event.starts_with(&format!("events.kind of {hexadecimal} 2: ")), "{of_event}");
    let of_room = corrupt(store.rooms_of(&user("bob")).await.unwrap_err());
    assert!(of_room.starts_with(&format!("rooms.name of {hexadecimal}: ")), "{of_room}");
}

#[tokio::test]
async fn a_deleted_message_is_a_tombstone_that_is_not_unread_and_answers_its_client_id() {
    let store = file().await;
    let (room, sql) = room_and_sql(&store).await;
    sqlx::raw_sql("UPDATE chat_events SET body = NULL, content = NULL, deleted_at = 9 WHERE seq = 3")
        .execute(&sql)
        .await
        .unwrap();
    assert_eq!(store.room_view(room, &user("bob")).await.unwrap().unwrap().unread, 0);
    assert_eq!(append(&*store, &[keyed_draft(room, "alice", "other", "k")]).await, ["repeats 3"]);
}

#[tokio::test]
async fn a_ban_and_a_suspension_are_seen_as_they_lie() {
    let store = file().await;
    let (room, sql) = room_and_sql(&store).await;
    sqlx::raw_sql(
        "UPDATE chat_members SET left_at = 1 WHERE user_id = 'bob';
         INSERT INTO chat_bans SELECT room_id, 'bob', 'alice', 1 FROM chat_rooms;
         UPDATE chat_users SET standing = 'suspended' WHERE user_id = 'alice'",
    )
    .execute(&sql)
    .await
    .unwrap();
    assert!(begin(&*store).await.is_banned(room, &user("bob")).await.unwrap());
    let sent = append(&*store, &[draft(room, "alice", "a"), draft(room, "bob", "b")]).await;
    assert_eq!(sent, ["suspended", "not_a_member"]);
}
