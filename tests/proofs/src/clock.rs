//! A clock that goes when it is told to.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use chat_core::{model::time::Timestamp, ports::clock::Clock};

/// When every world begins.
pub const MORNING: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// The clock of a chat under test; cloning shares it.
#[derive(Clone, Debug)]
pub struct HandClock(Arc<AtomicI64>);

impl Default for HandClock {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(MORNING.as_millis())))
    }
}

impl HandClock {
    /// Lets time go by.
    pub fn advance(&self, span: Duration) {
        self.0.store(self.now().after(span).as_millis(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
