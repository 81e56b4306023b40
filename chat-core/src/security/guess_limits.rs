//! How many wrong passwords are looked at.

use std::time::Duration;

/// So many wrong passwords at once, and then one in each `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessRate {
    /// How many at once. Of 0 it is none at all.
    pub burst: u32,
    /// After which time there is one more.
    pub every: Duration,
}

impl GuessRate {
    pub(crate) const fn new(burst: u32, seconds: u64) -> Self {
        Self { burst, every: Duration::from_secs(seconds) }
    }
}

/// How many wrong passwords are looked at. Beyond that it is `rate_limited`, right or wrong. Each process counts for itself.
///
/// ```
/// use std::time::Duration;
///
/// use chat_core::{GuessLimits, GuessRate};
///
/// let every = Duration::from_secs(60);
/// let strict = GuessLimits { user_from: GuessRate { burst: 10, every }, ..GuessLimits::default() };
/// assert_eq!(strict.room.burst, 300);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuessLimits {
    /// Of a user, from one address, or on one device where they are signed in. Default: 100, then one in 20 s.
    pub user_from: GuessRate,
    /// Of a user, from all addresses that are new. Default: 300, then one in 6 s.
    pub user: GuessRate,
    /// From an address, of whatever users. Default: 300, then one in 2 s.
    pub address: GuessRate,
    /// Of a room, from one user; and of one's own old password, when one changes it. Default: 60, then one in 20 s.
    pub room_from: GuessRate,
    /// Of a room, from all users who have not been right before. Default: 300, then one in 6 s.
    pub room: GuessRate,
}

impl Default for GuessLimits {
    fn default() -> Self {
        Self {
            user_from: GuessRate::new(100, 20),
            user: GuessRate::new(300, 6),
            address: GuessRate::new(300, 2),
            room_from: GuessRate::new(60, 20),
            room: GuessRate::new(300, 6),
        }
    }
}
