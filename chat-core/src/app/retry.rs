//! Running a transaction again that the database gave up.

use std::time::Duration;

use crate::ports::store::{Source, StoreError};

/// A bounded number of further tries, each after a random pause of up to twice as long as the one before, so that two
/// that were in each other's way are not so again.
pub(crate) struct Retry {
    left: u32,
    longest: Duration,
}

const TRIES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(4);

impl Retry {
    pub(crate) const fn new() -> Self {
        Self { left: TRIES, longest: FIRST_PAUSE }
    }

    /// Waits before the next try; answers `source` as the final error where none is left.
    pub(crate) async fn pause(&mut self, source: Source) -> Result<(), StoreError> {
        if self.left == 0 {
            return Err(StoreError::Transient(source));
        }
        self.left -= 1;
        tokio::time::sleep(random_below(self.longest)).await;
        self.longest *= 2;
        Ok(())
    }
}

fn random_below(longest: Duration) -> Duration {
    let mut byte = [0xFF];
    // Without randomness the pause is the longest, which is as good.
    let _ = getrandom::fill(&mut byte);
    longest * u32::from(byte[0]) / 255
}
