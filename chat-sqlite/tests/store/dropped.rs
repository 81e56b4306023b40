//! Futures that are dropped half-way: nothing stays open, nothing stays locked, nothing half-written is seen.

use std::{
    future::Future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use chat_core::ports::store::{EventRange, Store};
use tokio::sync::Notify;

use crate::{
    builders::{append, attempt, begin, draft, entry, new_room_of, new_user, seq, user},
    stores::{Fresh, file, host, memory},
};

/// Wakes whoever waits for a poll, and counts.
#[derive(Default)]
struct Woken {
    times: AtomicUsize,
    notify: Notify,
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.times.fetch_add(1, Ordering::SeqCst);
        self.notify.notify_one();
    }
}

/// Polls a future at most `polls` times, each but the first after it was woken, then drops it. Says whether it ended.
async fn dropped_after(polls: usize, future: impl Future<Output = ()>) -> bool {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    let mut future = pin!(future);
    for poll in 0..polls {
        if poll > 0 {
            woken.notify.notified().await;
        }
        if future.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Ready(()) {
            return true;
        }
    }
    false
}

/// A transaction that writes, dropped at each of its awaits in turn; after each, the store must serve and hold either
/// all of it or nothing, and the file must not be locked.
async fn a_transaction_dropped_at_each_step(store: &Fresh, other: Option<&dyn Store>) {
    let room = new_room_of(&**store, &["alice"]).await;
    let mut total = 0;
    for polls in 1.. {
        let ended = dropped_after(polls, async {
            let mut tx = begin(&**store).await;
            tx.lock_users(&[&user("alice")]).await.unwrap();
            tx.append_coin_entry(&user("alice"), &entry(1, total + 1)).await.unwrap();
            tx.insert_user(&new_user(&format!("user-{polls}"))).await.unwrap();
            tx.commit().await.unwrap();
        })
        .await;
        if let Some(other) = other {
            begin(other).await.rollback().await.unwrap();
        }
        let written =
            i64::from(begin(&**store).await.lock_users(&[&user(&format!("user-{polls}"))]).await.unwrap()[0].is_some());
        total += written;
        let alice = begin(&**store).await.lock_users(&[&user("alice")]).await.unwrap().remove(0).unwrap();
        assert_eq!(alice.user.coins.get(), total, "after {polls} polls");
        assert!(!ended || written == 1);
        if ended {
            break;
        }
    }
    let sent = append(&**store, &[draft(room, "alice", "hi")]).await;
    assert_eq!(sent, ["new 2"]);
}

#[tokio::test]
async fn a_transaction_on_a_file_may_be_dropped_at_each_step() {
    let store = file().await;
    let other = store.beside().await;
    a_transaction_dropped_at_each_step(&store, Some(&other)).await;
}

#[tokio::test]
async fn a_transaction_in_memory_may_be_dropped_at_each_step() {
    a_transaction_dropped_at_each_step(&memory().await, None).await;
}

#[tokio::test]
async fn a_transaction_on_a_pool_may_be_dropped_at_each_step() {
    let store = host().await;
    let other = store.beside().await;
    a_transaction_dropped_at_each_step(&store, Some(&other)).await;
}

#[tokio::test]
async fn an_append_may_be_dropped_at_each_step() {
    let store = file().await;
    let other = store.beside().await;
    let room = new_room_of(&*store, &["alice"]).await;
    for polls in 1.. {
        let ended = dropped_after(polls, async {
            store.append(&[draft(room, "alice", "hi"), draft(room, "alice", "ho")], attempt()).await.unwrap();
        })
        .await;
        begin(&other).await.rollback().await.unwrap();
        begin(&*store).await.rollback().await.unwrap();
        let last = store.room(room).await.unwrap().unwrap().room.last_seq;
        let events = store.events(room, EventRange::After(seq(0)), 1_000).await.unwrap();
        let numbers: Vec<u64> = events.iter().map(|event| event.seq.get()).collect();
        assert_eq!(numbers, (1..=last.get()).collect::<Vec<_>>(), "after {polls} polls");
        if ended {
            break;
        }
    }
}

#[tokio::test]
async fn reads_may_be_dropped_at_each_step_and_the_readers_do_not_run_out() {
    let store = file().await;
    let room = new_room_of(&*store, &["alice"]).await;
    for _ in 0..10 {
        for polls in 1..4 {
            dropped_after(polls, async {
                store.events(room, EventRange::Newest, 9).await.unwrap();
            })
            .await;
        }
    }
    assert_eq!(store.events(room, EventRange::Newest, 9).await.unwrap().len(), 1);
}
