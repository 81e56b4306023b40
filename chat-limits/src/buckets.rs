use std::{hash::Hash, time::Duration};

use governor::{
    RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
};

use crate::{rate::Rate, states::States};

/// A bucket for each key, all of the same rate.
///
/// ```
/// use std::time::Duration;
///
/// use chat_limits::{Buckets, Rate, Taken};
///
/// let sends = Buckets::new(Rate::new(2, Duration::from_secs(3_600)));
/// assert_eq!((sends.take(&"alice"), sends.take(&"alice")), (Taken::Left(1), Taken::Left(0)));
/// assert!(matches!(sends.take(&"alice"), Taken::Wait(_)));
/// assert_eq!(sends.take(&"bob"), Taken::Left(1));
/// ```
pub struct Buckets<K: Hash + Eq + Clone, C: Clock = DefaultClock> {
    rate: Rate,
    limiter: RateLimiter<K, States<K>, C, StateInformationMiddleware>,
}

/// What became of asking for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was there, and so many are left.
    Left(u32),
    /// There was none; the next one is there after this time.
    Wait(Duration),
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    /// Full ones, of this rate.
    pub fn new(rate: Rate) -> Self {
        Self::with_clock(rate, DefaultClock::default())
    }
}

impl<K: Hash + Eq + Clone, C: Clock> Buckets<K, C> {
    fn with_clock(rate: Rate, clock: C) -> Self {
        Self { rate, limiter: RateLimiter::new(rate.quota(), States::default(), clock) }
    }

    /// The rate.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Takes a token out of the key's bucket.
    pub fn take(&self, key: &K) -> Taken {
        match self.limiter.check_key(key) {
            Ok(left) => Taken::Left(left.remaining_burst_capacity()),
            Err(not_until) => Taken::Wait(not_until.wait_time_from(self.limiter.clock().now())),
        }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn three_in_six_seconds() -> (Buckets<&'static str, FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        (Buckets::with_clock(Rate::new(3, Duration::from_secs(6)), clock.clone()), clock)
    }

    #[test]
    fn a_bucket_holds_a_burst_and_then_says_how_long_to_wait() {
        let (buckets, _) = three_in_six_seconds();
        let taken: Vec<_> = (0..4).map(|_| buckets.take(&"dora")).collect();
        assert_eq!(taken, [Taken::Left(2), Taken::Left(1), Taken::Left(0), Taken::Wait(Duration::from_secs(2))]);
    }

    #[test]
    fn after_the_time_it_said_there_is_one_token_more() {
        let (buckets, clock) = three_in_six_seconds();
        while buckets.take(&"dora") != Taken::Wait(Duration::from_secs(2)) {}
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(buckets.take(&"dora"), Taken::Wait(Duration::from_millis(500)), "a refusal costs nothing");
        clock.advance(Duration::from_millis(500));
        assert_eq!(buckets.take(&"dora"), Taken::Left(0));
        clock.advance(Duration::from_secs(60));
        assert_eq!(buckets.take(&"dora"), Taken::Left(2), "and never more than a burst");
    }

    #[test]
    fn the_bucket_of_one_is_not_that_of_another() {
        let (buckets, _) = three_in_six_seconds();
        while buckets.take(&"dora") != Taken::Wait(Duration::from_secs(2)) {}
        assert_eq!(buckets.take(&"emil"), Taken::Left(2));
    }
}
