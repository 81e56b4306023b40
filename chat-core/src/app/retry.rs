//! Running a transaction again that the database gave up.

use std::time::Duration;

use tokio::time::Instant;

use crate::ports::store::{Source, StoreError};

/// A bounded number of further tries, each after a random pause of up to twice as long as the one before, so that two
/// that were in each other's way are not so again.
pub(crate) struct Retry {
    left: u32,
    longest: Duration,
    no_later_than: Instant,
}

/// How many further tries there are after the first.
const FURTHER_TRIES: u32 = 4;
/// No further try begins after this long: some stores wait for seconds before they give up.
const TRYING: Duration = Duration::from_secs(2);
const FIRST_PAUSE: Duration = Duration::from_millis(4);

impl Retry {
    pub(crate) fn new() -> Self {
        Self { left: FURTHER_TRIES, longest: FIRST_PAUSE, no_later_than: Instant::now() + TRYING }
    }

    /// Waits before the next try; answers `source` as the final error where none is left.
    pub(crate) async fn pause(&mut self, source: Source) -> Result<(), StoreError> {
        if self.left == 0 || self.no_later_than <= Instant::now() {
            return Err(StoreError::Transient(source));
        }
        self.left -= 1;
        tokio::time::sleep(random_below(self.longest)).await;
        self.longest *= 2;
        Ok(())
    }
}

/// A part of it, by chance.
pub(crate) fn random_below(longest: Duration) -> Duration {
    let mut byte = [0xFF];
    // Without randomness the pause is the longest, which is as good.
    let _ = getrandom::fill(&mut byte);
    longest * u32::from(byte[0]) / 255
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given_up() -> Source {
        "given up".into()
    }

    #[tokio::test(start_paused = true)]
    async fn five_tries_are_made_and_no_more() {
        let mut retry = Retry::new();
        for _ in 0..4 {
            assert!(retry.pause(given_up()).await.is_ok());
        }
        assert!(matches!(retry.pause(given_up()).await, Err(StoreError::Transient(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn pauses_are_random_and_grow() {
        let mut longest = [Duration::ZERO; 4];
        for _ in 0..64 {
            let mut retry = Retry::new();
            for longest in &mut longest {
                let begun = Instant::now();
                retry.pause(given_up()).await.unwrap();
                *longest = begun.elapsed().max(*longest);
            }
        }
        // Of 64 pauses that are any part of the longest, all are below a half once in 2^64 runs. A timer is a
        // millisecond late at most.
        for (longest, at_most) in longest.into_iter().zip([4, 8, 16, 32].map(Duration::from_millis)) {
            assert!(at_most / 2 <= longest && longest <= at_most + Duration::from_millis(1), "{longest:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_try_begins_after_two_seconds() {
        let mut retry = Retry::new();
        assert!(retry.pause(given_up()).await.is_ok());
        tokio::time::advance(Duration::from_secs(2)).await;
        assert!(matches!(retry.pause(given_up()).await, Err(StoreError::Transient(_))));
    }
}
