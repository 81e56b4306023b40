//! What was answered is there after a restart, and on the disk before the answer.

use chat_conformance::build::{append, attempt, begin, draft, entry, keyed_draft, log, new_room_of, user};
use chat_core::ports::store::{StoreError, UserStore};
use sqlx::Row;

use crate::stores::file;

#[tokio::test]
async fn what_was_committed_is_there_when_the_file_is_opened_again() {
    let store = file().await;
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    let mut tx = begin(&*store).await;
    tx.append_coin_entry(&user("alice"), &entry(5, 5)).await.unwrap();
    tx.commit().await.unwrap();
    append(&*store, &[keyed_draft(room, "alice", "hi", "k")]).await;
    let before = log(&*store, room).await;
    store.store.close().await;

    let again = store.beside().await;
    assert_eq!(log(&again, room).await, before);
    assert_eq!(again.user(&user("alice")).await.unwrap().unwrap().coins.get(), 5);
    let sent = append(&again, &[keyed_draft(room, "alice", "hi", "k"), draft(room, "bob", "ho")]).await;
    assert_eq!(sent, ["repeats 3", "new 4"]);
}

#[tokio::test]
async fn what_was_committed_is_in_a_copy_of_the_files_as_they_lie() {
    let store = file().await;
    let room = new_room_of(&*store, &["alice"]).await;
    append(&*store, &[draft(room, "alice", "hi")]).await;
    // As after a crash: the store is still open, its log not yet moved into the file.
    let copy = tempfile::tempdir().unwrap();
    for name in ["chat.db", "chat.db-wal"] {
        std::fs::copy(store.folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let revived = chat_sqlite::SqliteStore::open(&crate::stores::url(&copy)).await.unwrap();
    assert_eq!(log(&revived, room).await, ["1 joined alice", "2 message alice"]);
}

#[tokio::test]
async fn closing_leaves_one_file_and_a_closed_store_serves_nobody() {
    let store = file().await;
    new_room_of(&*store, &["alice"]).await;
    store.user(&user("alice")).await.unwrap();
    store.store.close().await;
    let names: Vec<_> =
        std::fs::read_dir(store.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["chat.db"]);
    let refusals =
        [store.user(&user("alice")).await.err(), store.begin(attempt()).await.err(), store.ping().await.err()];
    for refused in refusals {
        assert!(matches!(refused, Some(StoreError::Unavailable(_))), "{refused:?}");
    }
    store.store.close().await;
}

#[tokio::test]
async fn a_file_has_a_write_ahead_log() {
    let store = file().await;
    let mode: String = sqlx::query("PRAGMA journal_mode").fetch_one(&store.sql().await).await.unwrap().get(0);
    assert_eq!(mode, "wal");
}
