//! Several at once: readers beside a writer, and two processes, which are two stores on one file.

use std::time::Duration;

use chat_core::{
    model::event::Seq,
    ports::store::{EventRange, MessageStore, Store, StoreError, UserStore},
    rules::message::{Draft, Planned},
};
use chat_sqlite::{SqliteOptions, SqliteStore};

use crate::{
    builders::{append, attempt, begin, draft, entry, keyed_draft, log, new_room_of, new_user, seq, user, users},
    stores::{file, memory},
};

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
async fn a_reader_of_a_page_does_not_see_the_rooms_number_ahead_of_its_events() {
    let store = file().await;
    let room = new_room_of(&*store, &["alice"]).await;
    let write = async {
        for _ in 0..50 {
            append(&*store, &[draft(room, "alice", "hi"), draft(room, "alice", "ho")]).await;
        }
    };
    let read = async {
        loop {
            let last = store.last_seqs(&[room]).await.unwrap()[0].1;
            let newest = store.events(room, EventRange::Newest, 1).await.unwrap()[0].seq;
            assert!(last <= newest, "{last} of the room, {newest} in its log");
            if newest == seq(101) {
                return;
            }
        }
    };
    tokio::join!(write, read);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_on_one_file_number_one_log_without_hole_or_repeat() {
    let store = file().await;
    let room = new_room_of(&*store, &["alice", "bob"]).await;
    let send = |store: SqliteStore, sender: &'static str| async move {
        let mut numbers = Vec::new();
        for batch in 0..30 {
            let drafts: Vec<Draft> = (0..3).map(|n| keyed_draft(room, sender, "hi", &format!("{batch}-{n}"))).collect();
            for planned in store.append(&drafts, attempt()).await.unwrap() {
                let Planned::New(event) = planned else { panic!("{planned:?}") };
                numbers.push(event.seq);
            }
        }
        numbers
    };
    let first = tokio::spawn(send(store.beside().await, "alice"));
    let second = tokio::spawn(send(store.beside().await, "bob"));
    let mut numbers = first.await.unwrap();
    numbers.extend(second.await.unwrap());
    numbers.sort();
    assert_eq!(numbers, (3..=182).map(Seq::new).collect::<Vec<_>>());
    assert_eq!(store.last_seqs(&[room]).await.unwrap(), [(room, seq(182))]);
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
