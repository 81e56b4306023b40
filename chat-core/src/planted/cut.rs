//! Aborts the task in which a write runs, at a poll that the test names. For tests alone.
//!
//! The order is given to the thread that gives it, so that tests beside each other do not meet: chat and test must run
//! on one current-thread runtime.

use std::{
    cell::Cell,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use tokio::task::{AbortHandle, JoinHandle};

thread_local! {
    static ORDER: Cell<Order> = const { Cell::new(Order::None) };
}

#[derive(Clone, Copy)]
enum Order {
    None,
    /// The next task is aborted at its poll of this number, counted from 0.
    Next(usize),
    /// It is under way.
    Taken,
    /// It was aborted.
    Done,
}

/// Aborts the next task in which a write of this thread runs in place of its poll number `poll`, counted from 0: so often
/// it is polled before.
pub fn abort_next(poll: usize) {
    ORDER.set(Order::Next(poll));
}

/// Takes the order back, and says whether a task was aborted by it.
pub fn was_aborted() -> bool {
    matches!(ORDER.replace(Order::None), Order::Done)
}

pub(crate) fn spawn<F: Future>(
    future: F,
    spawn: impl FnOnce(Cuttable<F>) -> JoinHandle<F::Output>,
) -> JoinHandle<F::Output> {
    let polls_left = match ORDER.get() {
        Order::Next(poll) => {
            ORDER.set(Order::Taken);
            Some(poll)
        }
        Order::None | Order::Taken | Order::Done => None,
    };
    let task = Arc::new(OnceLock::new());
    let spawned = spawn(Cuttable { future: Box::pin(future), polls_left, task: Arc::clone(&task) });
    // On a current-thread runtime the task was not polled yet.
    let _ = task.set(spawned.abort_handle());
    spawned
}

/// A future that may abort the task in which it runs.
pub(crate) struct Cuttable<F> {
    future: Pin<Box<F>>,
    polls_left: Option<usize>,
    task: Arc<OnceLock<AbortHandle>>,
}

impl<F: Future> Future for Cuttable<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if self.polls_left == Some(0)
            && let Some(task) = self.task.get()
        {
            ORDER.set(Order::Done);
            // The runtime drops the future when this poll is over.
            task.abort();
            return Poll::Pending;
        }
        self.polls_left = self.polls_left.map(|left| left - 1);
        self.future.as_mut().poll(context)
    }
}
