use std::time::Duration;

use chat_core::{
    model::event::EventKind,
    ports::store::{Attempt, AttemptId, Store},
};

use crate::builders::{NOON, append, attempt, begin, draft, event, new_room_of, new_user, user, users};

pub(crate) async fn a_rollback_leaves_nothing_and_no_hole(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let mut tx = begin(store).await;
    tx.insert_user(&new_user("bob")).await.unwrap();
    tx.append_event(&event(room, 2, "alice", EventKind::Left)).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(store.user(&user("bob")).await.unwrap(), None);
    assert_eq!(append(store, &[draft(room, "alice", "hi")]).await, ["new 2"]);
}

pub(crate) async fn a_dropped_transaction_leaves_nothing(store: &dyn Store) {
    let mut tx = begin(store).await;
    tx.insert_user(&new_user("bob")).await.unwrap();
    drop(tx);
    assert_eq!(store.user(&user("bob")).await.unwrap(), None);
    users(store, &["bob"]).await;
}

pub(crate) async fn a_commit_is_known_by_its_attempt(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let (registration, batch) = (attempt(), attempt());
    assert!(!store.was_committed(registration.id).await.unwrap());
    let mut tx = store.begin(registration).await.unwrap();
    tx.insert_user(&new_user("bob")).await.unwrap();
    tx.commit().await.unwrap();
    store.append(&[draft(room, "alice", "hi")], batch).await.unwrap();
    for id in [registration.id, batch.id] {
        assert!(store.was_committed(id).await.unwrap());
    }
    let undone = attempt();
    let mut tx = store.begin(undone).await.unwrap();
    tx.insert_user(&new_user("carol")).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(!store.was_committed(undone.id).await.unwrap());
}

pub(crate) async fn what_wrote_nothing_was_not_committed(store: &dyn Store) {
    users(store, &["alice"]).await;
    let reading = attempt();
    let mut tx = store.begin(reading).await.unwrap();
    tx.lock_users(&[&user("alice")]).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!store.was_committed(reading.id).await.unwrap());
}

pub(crate) async fn writers_wait_for_each_other(store: &dyn Store) {
    users(store, &["alice"]).await;
    let add_a_coin = async || {
        for _ in 0..5 {
            let mut tx = begin(store).await;
            let balance = tx.lock_users(&[&user("alice")]).await.unwrap()[0].as_ref().unwrap().user.coins.get();
            tokio::task::yield_now().await;
            tx.append_coin_entry(&user("alice"), &crate::builders::entry(1, balance + 1)).await.unwrap();
            tx.commit().await.unwrap();
        }
    };
    tokio::join!(add_a_coin(), add_a_coin(), add_a_coin(), add_a_coin());
    assert_eq!(store.user(&user("alice")).await.unwrap().unwrap().coins.get(), 20);
}

pub(crate) async fn attempts_are_forgotten_after_an_hour(store: &dyn Store) {
    users(store, &["alice"]).await;
    let old = attempt();
    let mut tx = store.begin(old).await.unwrap();
    tx.set_prime(&user("alice"), true).await.unwrap();
    tx.commit().await.unwrap();
    let later = |elapsed| async move {
        for _ in 0..100 {
            let attempt = Attempt { id: AttemptId::new(), at: NOON.after(elapsed) };
            let mut tx = store.begin(attempt).await.unwrap();
            tx.set_prime(&user("alice"), true).await.unwrap();
            tx.commit().await.unwrap();
        }
    };
    later(Duration::from_secs(60 * 60)).await;
    assert!(store.was_committed(old.id).await.unwrap(), "within the hour");
    later(Duration::from_secs(60 * 60 + 1)).await;
    assert!(!store.was_committed(old.id).await.unwrap());
}

pub(crate) async fn a_ping_is_answered(store: &dyn Store) {
    store.ping().await.unwrap();
}
