//! Futures that are dropped half-way: nothing stays open, nothing stays locked, nothing half-written is seen.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
};

use chat_core::ports::store::{EventRange, Store};
use tokio::sync::Notify;

use crate::{
    Fixture,
    build::{append, attempt, begin, draft, entry, new_room_of, new_user, seq, user, users},
};

#[derive(Default)]
struct Woken(Notify);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// Polls a future at most `polls` times, each but the first after it was woken, then drops it. Says whether it ended.
pub async fn dropped_after(polls: usize, future: impl Future<Output = ()> + Send) -> bool {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    for poll in 0..polls {
        if poll > 0 {
            woken.0.notified().await;
        }
        if future.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Ready(()) {
            return true;
        }
    }
    false
}

/// A grant and a registration in one transaction.
async fn grant_and_register(store: &dyn Store, balance_after: i64, id: &str) {
    let mut tx = begin(store).await;
    tx.lock_users(&[&user("alice")]).await.unwrap();
    tx.append_coin_entry(&user("alice"), &entry(1, balance_after)).await.unwrap();
    tx.insert_user(&new_user(id)).await.unwrap();
    tx.commit().await.unwrap();
}

pub(crate) async fn a_transaction_may_be_dropped_at_each_step(fixture: &dyn Fixture) {
    let nodes = [fixture.store(), fixture.another_node().await];
    users(&*nodes[0], &["alice"]).await;
    let mut total = 0;
    for polls in 1.. {
        let id = format!("user-{polls}");
        let ended = dropped_after(polls, grant_and_register(&*nodes[0], total + 1, &id)).await;
        for store in &nodes {
            let mut tx = begin(&**store).await;
            let alice = tx.lock_users(&[&user("alice")]).await.unwrap().remove(0).unwrap().user;
            let registered = tx.lock_users(&[&user(&id)]).await.unwrap()[0].is_some();
            tx.rollback().await.unwrap();
            let written = alice.coins.get() - total;
            assert_eq!(written, i64::from(registered), "all or nothing of it after {polls} polls");
            assert!(!ended || registered, "a commit that was answered");
        }
        total = nodes[0].user(&user("alice")).await.unwrap().unwrap().coins.get();
        let entries = nodes[0].coin_entries(&user("alice"), None, usize::MAX).await.unwrap();
        assert_eq!(i64::try_from(entries.len()).unwrap(), total);
        if ended {
            break;
        }
    }
}

pub(crate) async fn r_msg_02_an_append_may_be_dropped_at_each_step(fixture: &dyn Fixture) {
    let nodes = [fixture.store(), fixture.another_node().await];
    let room = new_room_of(&*nodes[0], &["alice"]).await;
    for polls in 1.. {
        let drafts = [draft(room, "alice", "hi"), draft(room, "alice", "ho")];
        let ended = dropped_after(polls, async {
            nodes[0].append(&drafts, attempt()).await.unwrap();
        })
        .await;
        for store in &nodes {
            // Whoever has the lock finds nobody half-way.
            let mut tx = begin(&**store).await;
            let last = tx.lock_room(room).await.unwrap().unwrap().room.last_seq;
            tx.rollback().await.unwrap();
            let events = store.events(room, EventRange::After(seq(0)), 1_000).await.unwrap();
            let numbers: Vec<u64> = events.iter().map(|event| event.seq.get()).collect();
            assert_eq!(numbers, (1..=last.get()).collect::<Vec<_>>(), "after {polls} polls");
            assert_eq!(last.get() % 2, 1, "all or nothing of the batch after {polls} polls");
        }
        if ended {
            break;
        }
    }
}

pub(crate) async fn reads_may_be_dropped_at_each_step_and_readers_do_not_run_out(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    for round in 0..20 {
        for polls in 1..5 {
            dropped_after(polls, async {
                store.events(room, EventRange::Newest, 9).await.unwrap();
            })
            .await;
        }
        assert_eq!(append(store, &[draft(room, "alice", "hi")]).await, [format!("new {}", round + 2)]);
    }
    assert_eq!(store.events(room, EventRange::Newest, 90).await.unwrap().len(), 21);
}

pub(crate) async fn transactions_may_be_dropped_open_and_writers_do_not_run_out(store: &dyn Store) {
    users(store, &["alice"]).await;
    for _ in 0..40 {
        let mut tx = begin(store).await;
        tx.lock_users(&[&user("alice")]).await.unwrap();
        tx.append_coin_entry(&user("alice"), &entry(1, 1)).await.unwrap();
    }
    let mut tx = begin(store).await;
    tx.append_coin_entry(&user("alice"), &entry(1, 1)).await.unwrap();
    tx.commit().await.unwrap();
}
