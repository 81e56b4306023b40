//! Attempts are not kept for ever.

use std::time::Duration;

use chat_conformance::build::{NOON, attempt, user, users};
use chat_core::ports::store::{Attempt, AttemptId, Store};

use crate::stores::file;

#[tokio::test]
async fn attempts_are_forgotten_after_an_hour() {
    let store = file().await;
    users(&*store, &["alice"]).await;
    let old = attempt();
    make_prime(&*store, old).await;
    for _ in 0..100 {
        let at = NOON.after(Duration::from_secs(60 * 60 + 1));
        make_prime(&*store, Attempt { id: AttemptId::new(), at }).await;
    }
    assert!(!store.was_committed(old.id).await.unwrap());
}

async fn make_prime(store: &dyn Store, attempt: Attempt) {
    let mut tx = store.begin(attempt).await.unwrap();
    tx.set_prime(&user("alice"), true).await.unwrap();
    tx.commit().await.unwrap();
}
