//! Who waits for whom, and for how long.

use std::time::Duration;

use chat_conformance::build::{attempt, begin, entry, log, new_room_of, new_user, user, users};
use chat_core::ports::store::{Store, StoreError, UserStore};
use chat_sqlite::SqliteOptions;

use crate::stores::{file, memory};

#[tokio::test]
async fn reads_beside_an_open_transaction_neither_wait_nor_see_it() {
    let store = file().await;
    let room = new_room_of(&*store, &["alice"]).await;
    let mut tx = begin(&*store).await;
    tx.insert_user(&new_user("bob")).await.unwrap();
    tx.append_coin_entry(&user("alice"), &entry(5, 5)).await.unwrap();
    for _ in 0..20 {
        assert_eq!(store.user(&user("bob")).await.unwrap(), None);
        assert_eq!(store.coin_entries(&user("alice"), None, 9).await.unwrap(), []);
        assert_eq!(log(&*store, room).await, ["1 joined alice"]);
    }
    tx.commit().await.unwrap();
    assert!(store.user(&user("bob")).await.unwrap().is_some());
}

#[tokio::test]
async fn who_waits_too_long_for_another_process_is_told_that_it_may_try_again() {
    let store = file().await;
    let impatient = SqliteOptions::default().lock_timeout(Duration::from_millis(20)).open(&store.url()).await.unwrap();
    let tx = begin(&*store).await;
    let refused = impatient.begin(attempt()).await.err();
    assert!(matches!(refused, Some(StoreError::Transient(_))), "{refused:?}");
    tx.rollback().await.unwrap();
    begin(&impatient).await.rollback().await.unwrap();
}

#[tokio::test]
async fn who_waits_too_long_for_the_same_store_is_told_that_it_may_try_again() {
    let store = SqliteOptions::default().lock_timeout(Duration::from_millis(20)).open("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    let tx = begin(&store).await;
    let refused = store.user(&user("alice")).await;
    assert!(matches!(refused, Err(StoreError::Transient(_))), "{refused:?}");
    tx.rollback().await.unwrap();
    users(&store, &["alice"]).await;
}

#[tokio::test]
async fn a_read_in_memory_waits_for_the_transaction_and_sees_its_commit() {
    let store = memory().await;
    let mut tx = begin(&*store).await;
    tx.insert_user(&new_user("alice")).await.unwrap();
    let reading = tokio::spawn({
        let store = store.store.clone();
        async move { store.user(&user("alice")).await.unwrap() }
    });
    tx.commit().await.unwrap();
    assert!(reading.await.unwrap().is_some());
}

#[tokio::test]
async fn two_stores_in_memory_are_two_stores() {
    let (one, other) = (memory().await, memory().await);
    users(&*one, &["alice"]).await;
    assert_eq!(other.user(&user("alice")).await.unwrap(), None);
}
