use std::{num::NonZeroU32, time::Duration};

use governor::Quota;

/// So many at once, and as many in each period: a bucket of tokens that fills evenly.
///
/// ```
/// use std::time::Duration;
///
/// use chat_limits::Rate;
///
/// let rate = Rate::new(60, Duration::from_secs(120));
/// assert_eq!(rate.full_in(30), Duration::from_secs(60));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    burst: NonZeroU32,
    period: Duration,
}

impl Rate {
    /// `burst` at once, and as many again in each `period`. At least one, and one each nanosecond at most.
    pub const fn new(burst: u32, period: Duration) -> Self {
        Self { burst: NonZeroU32::MIN.saturating_add(burst.saturating_sub(1)), period }
    }

    /// How many at once.
    pub const fn burst(self) -> u32 {
        self.burst.get()
    }

    /// How long an empty bucket takes to be full.
    pub const fn period(self) -> Duration {
        self.period
    }

    /// How long a bucket takes to be full in which so many tokens are left; up to one token's time less.
    pub fn full_in(self, remaining: u32) -> Duration {
        self.token_time() * self.burst().saturating_sub(remaining)
    }

    pub(crate) fn quota(self) -> Quota {
        let quota = Quota::with_period(self.token_time()).unwrap_or(Quota::per_second(self.burst));
        quota.allow_burst(self.burst)
    }

    fn token_time(self) -> Duration {
        (self.period / self.burst()).max(Duration::from_nanos(1))
    }
}
