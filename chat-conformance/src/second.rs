//! A second task that wants what the first has, without any clock: the first gives it every chance to do what it must
//! not, and then looks.

use std::future::Future;

use chat_core::ports::store::StoreTx;
use tokio::{sync::oneshot, task::JoinHandle};

use crate::build::user;

/// How often the holder of a lock goes to the store and back while others could break in. Who needs not wait is
/// through after a few of these.
const ROUND_TRIPS: usize = 200;

/// Something done beside an open transaction.
pub(crate) struct Second<T> {
    begun: oneshot::Receiver<()>,
    task: JoinHandle<T>,
}

impl<T: Send + 'static> Second<T> {
    pub(crate) fn start(work: impl Future<Output = T> + Send + 'static) -> Self {
        let (begins, begun) = oneshot::channel();
        let task = tokio::spawn(async move {
            // Who does not want to know has dropped the other end.
            let _ = begins.send(());
            work.await
        });
        Self { begun, task }
    }

    /// Goes on in the first's transaction until the second is through, or would be if nothing held it.
    pub(crate) async fn gets_its_chance(&mut self, tx: &mut dyn StoreTx) {
        (&mut self.begun).await.unwrap();
        for _ in 0..ROUND_TRIPS {
            if self.is_through() {
                break;
            }
            round_trip(tx).await;
        }
    }

    /// It has come to its end, were it a panic.
    pub(crate) fn is_through(&self) -> bool {
        self.task.is_finished()
    }

    /// What came out.
    pub(crate) async fn comes_to(self) -> T {
        match self.task.await {
            Ok(done) => done,
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
}

/// A read that needs no lock.
pub(crate) async fn round_trip(tx: &mut dyn StoreTx) {
    tx.have_shared_a_room(&user("nobody"), &user("no-one")).await.unwrap();
}
