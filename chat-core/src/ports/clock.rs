//! The time.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::time::Timestamp;

/// Tells the time. Every decision that depends on it asks here, so that a test can move it.
///
/// ```
/// use std::sync::atomic::{AtomicI64, Ordering};
///
/// use chat_core::{model::time::Timestamp, ports::clock::Clock};
///
/// /// A clock that a test moves.
/// struct Hands(AtomicI64);
///
/// impl Clock for Hands {
///     fn now(&self) -> Timestamp {
///         Timestamp::from_millis(self.0.load(Ordering::Relaxed))
///     }
/// }
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}
