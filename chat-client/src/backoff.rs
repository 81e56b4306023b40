//! How long a connection that was lost waits before it comes back: exponentially longer, with full jitter
//! (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), so that those who were cut off together
//! do not come back together.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

/// The bounds of the waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The longest that the first wait may be.
    pub(crate) first: Duration,
    /// The longest that any wait may be.
    pub(crate) longest: Duration,
}

pub(crate) struct Backoff {
    bounds: Bounds,
    failures: u32,
    state: u64,
}

impl Backoff {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self::seeded(bounds, RandomState::new().build_hasher().finish())
    }

    fn seeded(bounds: Bounds, seed: u64) -> Self {
        Self { bounds, failures: 0, state: seed }
    }

    /// The wait after one more failure: anything from nothing to twice what could have been the one before.
    pub(crate) fn next(&mut self) -> Duration {
        let doubled = self.bounds.first.saturating_mul(1 << self.failures.min(30));
        self.failures = self.failures.saturating_add(1);
        doubled.min(self.bounds.longest).mul_f64(self.random())
    }

    /// A connection has lived for so long; one that did for longer than the longest wait begins anew.
    pub(crate) fn lived(&mut self, life: Duration) {
        if self.bounds.longest <= life {
            self.failures = 0;
        }
    }

    /// From 0 to below 1. SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
    fn random(&mut self) -> f64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        #[expect(clippy::cast_precision_loss, reason = "32 bits are exact")]
        let random = ((mixed ^ (mixed >> 31)) >> 32) as f64 / 4_294_967_296.0;
        random
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDS: Bounds = Bounds { first: Duration::from_millis(100), longest: Duration::from_secs(2) };

    #[test]
    fn waits_double_up_to_the_longest_and_are_anything_below() {
        let mut largest = [Duration::ZERO; 8];
        let mut smallest = [Duration::MAX; 8];
        for seed in 0..500 {
            let mut backoff = Backoff::seeded(BOUNDS, seed);
            for at in 0..8 {
                let wait = backoff.next();
                largest[at] = largest[at].max(wait);
                smallest[at] = smallest[at].min(wait);
            }
        }
        for (at, bound) in [100, 200, 400, 800, 1600, 2000, 2000, 2000].map(Duration::from_millis).iter().enumerate() {
            assert!(largest[at] <= *bound && bound.mul_f64(0.98) < largest[at], "{at}: at most {:?}", largest[at]);
            assert!(smallest[at] < bound.mul_f64(0.02), "{at}: at least {:?}", smallest[at]);
        }
    }

    #[test]
    fn the_same_seed_waits_alike_and_another_differently() {
        let waits = |seed| {
            let mut backoff = Backoff::seeded(BOUNDS, seed);
            (0..20).map(|_| backoff.next()).collect::<Vec<_>>()
        };
        assert_eq!(waits(7), waits(7));
        assert_ne!(waits(7), waits(8));
    }

    #[test]
    fn only_a_connection_that_has_lived_begins_anew() {
        let mut backoff = Backoff::seeded(BOUNDS, 7);
        (0..10).for_each(|_| assert!(backoff.next() <= BOUNDS.longest));
        backoff.lived(Duration::from_millis(1999));
        assert_eq!(backoff.failures, 10);
        backoff.lived(Duration::from_secs(2));
        assert_eq!(backoff.failures, 0);
    }

    #[test]
    fn no_number_of_failures_overflows() {
        let mut backoff = Backoff { failures: u32::MAX - 1, ..Backoff::seeded(BOUNDS, 7) };
        (0..3).for_each(|_| assert!(backoff.next() <= BOUNDS.longest));
    }
}
