//! How many wrong passwords are left, as one number.

use std::time::Duration;

use super::guess_limits::GuessRate;

/// Tokens that come back evenly (GCRA); unlike those that count requests, they can be given back.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct GuessBucket {
    /// When, in nanoseconds, it is full again.
    pub(super) full_at: u64,
}

impl GuessBucket {
    /// Takes a token, or says when there is one.
    pub(super) fn take(&mut self, rate: GuessRate, now: u64) -> Result<(), Duration> {
        let every = nanos(rate.every);
        let empty = now.saturating_add(every.saturating_mul(rate.burst.into()));
        let full_at = self.full_at.max(now).saturating_add(every);
        if empty < full_at {
            return Err(Duration::from_nanos(full_at - empty));
        }
        self.full_at = full_at;
        Ok(())
    }

    pub(super) fn give_back(&mut self, rate: GuessRate) {
        self.full_at = self.full_at.saturating_sub(nanos(rate.every));
    }

    pub(super) const fn is_full(self, now: u64) -> bool {
        self.full_at <= now
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000_000_000;
    const SECOND: u64 = 1_000_000_000;
    const THREE: GuessRate = GuessRate::new(3, 10);

    #[test]
    fn a_burst_is_there_at_once_and_then_one_in_a_while() {
        let mut bucket = GuessBucket::default();
        let mut take = |seconds| bucket.take(THREE, NOW + seconds * SECOND).map_err(|wait| wait.as_secs());
        assert_eq!([take(0), take(0), take(0), take(0)], [Ok(()), Ok(()), Ok(()), Err(10)]);
        assert_eq!([take(9), take(10), take(10)], [Err(1), Ok(()), Err(10)], "a refusal costs nothing");
        assert_eq!([take(3_600); 1], [Ok(())]);
        assert_eq!([take(3_600), take(3_600), take(3_600)], [Ok(()), Ok(()), Err(10)], "and never more than a burst");
    }

    #[test]
    fn what_is_given_back_is_there_again() {
        let mut bucket = GuessBucket::default();
        while bucket.take(THREE, NOW).is_ok() {}
        bucket.give_back(THREE);
        assert!(bucket.take(THREE, NOW).is_ok());
        assert!(bucket.take(THREE, NOW).is_err());
    }

    #[test]
    fn a_rate_of_less_than_a_millisecond_is_one_and_none_overflows() {
        let fast = GuessRate { burst: 2, every: Duration::from_nanos(10) };
        let mut bucket = GuessBucket::default();
        assert_eq!([(); 3].map(|()| bucket.take(fast, NOW).is_ok()), [true, true, false]);
        let never = GuessRate { burst: u32::MAX, every: Duration::MAX };
        assert_eq!(GuessBucket::default().take(never, NOW), Ok(()));
        let none = GuessRate { burst: 0, every: Duration::from_secs(10) };
        assert!(GuessBucket::default().take(none, NOW).is_err());
    }
}
