//! On the application's pool: its settings stay as they are, ours hold while we write.

use std::{path::Path, time::Duration};

use chat_conformance::build::{NOON, append, attempt, begin, draft, event, new_room_of, new_user, seq, user, users};
use chat_core::{
    model::{
        event::EventKind,
        message::Message,
        session::{DeviceId, Session, SessionId},
    },
    ports::store::{MessageStore, Store, StoreError, UserStore},
    rules::message::Planned,
};
use chat_sqlite::SqliteStore;
use sqlx::{
    Row,
    sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions, SqliteSynchronous},
};
use tempfile::TempDir;

use crate::stores::{host_pool, url};

/// `synchronous` and `foreign_keys` of each connection that the pool has.
async fn settings(pool: &SqlitePool) -> Vec<(i64, i64)> {
    let mut held = Vec::new();
    let mut settings = Vec::new();
    for _ in 0..pool.size() {
        let mut connection = pool.acquire().await.unwrap();
        let rows = sqlx::raw_sql("PRAGMA synchronous; PRAGMA foreign_keys").fetch_all(&mut *connection).await.unwrap();
        settings.push((rows[0].get(0), rows[1].get(0)));
        held.push(connection);
    }
    settings
}

async fn pool_of_one(folder: &TempDir, synchronous: SqliteSynchronous, foreign_keys: bool) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("chat.db"))
        .create_if_missing(true)
        .synchronous(synchronous)
        .foreign_keys(foreign_keys);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

#[tokio::test]
async fn the_applications_settings_are_as_before_after_every_way_to_end() {
    for (synchronous, foreign_keys, expected) in [
        (SqliteSynchronous::Off, false, (0, 0)),
        (SqliteSynchronous::Normal, false, (1, 0)),
        (SqliteSynchronous::Full, true, (2, 1)),
        (SqliteSynchronous::Extra, true, (3, 1)),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let pool = pool_of_one(&folder, synchronous, foreign_keys).await;
        let store = SqliteStore::from_pool(pool.clone());
        store.migrate().await.unwrap();
        assert_eq!(settings(&pool).await, [expected], "after the migration");
        users(&store, &["alice"]).await;
        assert_eq!(settings(&pool).await, [expected], "after a commit");
        begin(&store).await.rollback().await.unwrap();
        assert_eq!(settings(&pool).await, [expected], "after a rollback");
        drop(begin(&store).await);
        assert_eq!(settings(&pool).await, [expected], "after a drop");
        store.ping().await.unwrap();
        assert_eq!(settings(&pool).await, [expected], "after reads");
    }
}

#[tokio::test]
async fn r_msg_06_what_is_deleted_is_overwritten_and_the_setting_for_it_is_as_before() {
    for (setting, expected) in [("OFF", 0), ("FAST", 2), ("ON", 1)] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat.db");
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let options = options.pragma("secure_delete", setting);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let store = SqliteStore::from_pool(pool.clone());
        store.migrate().await.unwrap();
        let room = new_room_of(&store, &["alice"]).await;
        // One that fits into a page of the file, and one that does not.
        for (number, length) in [(2, 10), (4, 4_000)] {
            let text = "a word ".repeat(length)[..length].to_owned();
            append(&store, &[draft(room, "alice", &text)]).await;
            assert!(holds(&path, &text), "what is said stands in the file");
            let tombstone = Message {
                body: None,
                client_id: None,
                reply_to: None,
                mentions: Vec::new(),
                edited_at: None,
                deleted_at: Some(NOON),
                reactions: Vec::new(),
            };
            let mut tx = begin(&store).await;
            tx.rewrite_message(room, seq(number), &tombstone).await.unwrap();
            let deleted = EventKind::MessageDeleted { target: seq(number) };
            tx.append_event(&event(room, number + 1, "alice", deleted)).await.unwrap();
            tx.commit().await.unwrap();
            assert!(!holds(&path, "a word "), "with secure_delete {setting}, of {length} characters");
        }
        let held: i64 = sqlx::query("PRAGMA secure_delete").fetch_one(&pool).await.unwrap().get(0);
        assert_eq!(held, expected);
    }
}

fn holds(path: &Path, text: &str) -> bool {
    let file = std::fs::read(path).unwrap();
    file.windows(text.len().min(100)).any(|window| text.as_bytes().starts_with(window))
}

#[tokio::test]
async fn foreign_keys_hold_in_our_transactions_time_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let pool = host_pool(&folder).await;
    let store = SqliteStore::from_pool(pool);
    store.migrate().await.unwrap();
    for _ in 0..3 {
        let session = Session {
            id: SessionId::new(),
            user: user("nobody"),
            device: DeviceId::parse("phone").unwrap(),
            generation: 0,
            created_at: NOON,
            rotated_at: NOON,
            revoked_at: None,
        };
        let inserted = begin(&store).await.insert_session(&session).await;
        assert!(matches!(inserted, Err(StoreError::Corrupt(_))), "{inserted:?}");
    }
}

#[tokio::test]
async fn the_applications_tables_stand_beside_ours_and_its_pool_stays_open() {
    let folder = tempfile::tempdir().unwrap();
    let pool = host_pool(&folder).await;
    sqlx::raw_sql("CREATE TABLE users (id INTEGER); INSERT INTO users VALUES (7)").execute(&pool).await.unwrap();
    let store = SqliteStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    users(&store, &["alice"]).await;
    store.close().await;
    let id: i64 = sqlx::query("SELECT id FROM users").fetch_one(&pool).await.unwrap().get(0);
    assert_eq!(id, 7);
    assert!(SqliteStore::open(&url(&folder)).await.unwrap().user(&user("alice")).await.unwrap().is_some());
}

#[tokio::test]
async fn our_writer_waits_for_the_applications_writer() {
    let folder = tempfile::tempdir().unwrap();
    let pool = host_pool(&folder).await;
    let store = SqliteStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    let theirs = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let ours = tokio::spawn({
        let store = store.clone();
        async move { users(&store, &["alice"]).await }
    });
    assert_eq!(store.user(&user("alice")).await.unwrap(), None);
    theirs.rollback().await.unwrap();
    ours.await.unwrap();
    assert!(store.user(&user("alice")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_pool_whose_other_user_does_not_finish_makes_us_give_up() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("chat.db"))
        .create_if_missing(true)
        .busy_timeout(Duration::from_millis(20));
    let pool = SqlitePool::connect_with(options).await.unwrap();
    let store = SqliteStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    let theirs = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let refused = store.begin(attempt()).await.err();
    assert!(matches!(refused, Some(StoreError::Transient(_))), "{refused:?}");
    theirs.rollback().await.unwrap();
    let mut tx = begin(&store).await;
    tx.insert_user(&new_user("alice")).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_file_that_may_not_grow_makes_the_store_unavailable_until_it_may() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool_of_one(&folder, SqliteSynchronous::Off, false).await;
    let store = SqliteStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    let room = new_room_of(&store, &["alice"]).await;
    let long = "x".repeat(4_000);
    let drafts: Vec<_> = (0..50).map(|_| draft(room, "alice", &long)).collect();
    sqlx::raw_sql("PRAGMA max_page_count = 1").execute(&pool).await.unwrap();
    let refused = store.append(&drafts, attempt()).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(settings(&pool).await, [(0, 0)]);
    sqlx::raw_sql("PRAGMA max_page_count = 1000000").execute(&pool).await.unwrap();
    let planned = store.append(&drafts, attempt()).await.unwrap();
    assert!(matches!(&planned[0], Planned::New(event) if event.seq == seq(2)), "nothing of the first batch stayed");
}

#[tokio::test]
async fn a_commit_that_the_application_forbids_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool_of_one(&folder, SqliteSynchronous::Full, true).await;
    let store = SqliteStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    let mut connection = pool.acquire().await.unwrap();
    connection.lock_handle().await.unwrap().set_commit_hook(|| false);
    drop(connection);
    let forbidden = attempt();
    let mut tx = store.begin(forbidden).await.unwrap();
    tx.insert_user(&new_user("alice")).await.unwrap();
    let refused = tx.commit().await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    pool.acquire().await.unwrap().lock_handle().await.unwrap().remove_commit_hook();
    assert!(!store.was_committed(forbidden.id).await.unwrap());
    assert_eq!(store.user(&user("alice")).await.unwrap(), None);
    users(&store, &["alice"]).await;
}
