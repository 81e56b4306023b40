//! What is done one after the other, in the order in which it was asked for.

use tokio::sync::oneshot;

/// The turns that were given so far.
#[derive(Default)]
pub(super) struct Turns {
    /// Closed when the last of them is over.
    last: Option<oneshot::Receiver<()>>,
}

impl Turns {
    /// Does this once all is done that was given a turn before it.
    pub(super) fn after_those_before<F: Future + Send + 'static>(
        &mut self,
        task: F,
    ) -> impl Future<Output = F::Output> + Send + use<F> {
        let (done, next) = oneshot::channel::<()>();
        let before = self.last.replace(next);
        async move {
            let _done = done;
            if let Some(before) = before {
                // An error says that it is over: nothing is ever sent.
                let _ = before.await;
            }
            task.await
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[tokio::test]
    async fn whoever_is_awaited_first_comes_in_their_turn() {
        let (done, mut turns) = (Arc::new(Mutex::new(Vec::new())), Turns::default());
        let mut task = |number| {
            let done = Arc::clone(&done);
            turns.after_those_before(async move { done.lock().unwrap().push(number) })
        };
        let (first, second, third) = (task(1), task(2), task(3));
        tokio::join!(third, second, first);
        assert_eq!(*done.lock().unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_turn_that_is_given_up_holds_up_nobody() {
        let mut turns = Turns::default();
        drop(turns.after_those_before(async {}));
        assert_eq!(turns.after_those_before(async { 2 }).await, 2);
    }
}
