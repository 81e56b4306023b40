//! Who in the host is told of what happened, after it was committed.

use std::time::Duration;

use async_trait::async_trait;

use crate::model::outbox::OutboxEntry;

/// Is told of all that the outbox has for it: at least once each, also after a crash of the host or the store; in the
/// order of the numbers within a room, and one after the other of a user ([`lane`](crate::model::outbox::Subject::lane)).
/// Different lanes come at the same time. What it does holds up nobody but itself.
///
/// ```
/// use chat_core::model::outbox::{OutboxEntry, Subject};
/// use chat_core::ports::outbox::{Consumer, ConsumerError};
///
/// struct Printer;
///
/// #[async_trait::async_trait]
/// impl Consumer for Printer {
///     async fn after_event(&self, entry: &OutboxEntry) -> Result<(), ConsumerError> {
///         match &entry.subject {
///             Subject::Logged { room, seq } => println!("{room} has an event {}", seq.get()),
///             other => println!("{other:?}"),
///         }
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// Takes an entry. It is done once this answers `Ok`, and comes again after anything else: an error, a panic, more
    /// time than [`Delivery::attempt_limit`]. It may also come again after `Ok`, where the process dies before that was
    /// noted: what is done twice by it is told by the entry's id.
    ///
    /// # Errors
    /// [`ConsumerError`]; its text stands in the log and with the dead letter, so it holds no secret.
    async fn after_event(&self, entry: &OutboxEntry) -> Result<(), ConsumerError>;

    /// How entries are delivered to it; asked once, when the chat is built.
    fn delivery(&self) -> Delivery {
        Delivery::default()
    }
}

/// Why a consumer did not take an entry.
#[derive(Debug, thiserror::Error)]
pub enum ConsumerError {
    /// It shall be tried again.
    #[error("{0}")]
    Failed(String),
    /// It will never take it: the entry is a dead letter at once.
    #[error("{0}")]
    Refused(String),
}

/// How entries are delivered to a consumer.
///
/// ```
/// use std::time::Duration;
///
/// use chat_core::ports::outbox::Delivery;
///
/// let patient = Delivery { attempt_limit: Duration::from_secs(60), parallel: 4, ..Delivery::default() };
/// assert_eq!(patient.attempts, 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// How long one attempt may take. Default 15 s.
    pub attempt_limit: Duration,
    /// After how many attempts in vain an entry is a dead letter. Default 100, which is about a day.
    pub attempts: u32,
    /// The pause after the first attempt in vain, of which a random part of up to a half is taken off. It doubles with
    /// each further one. Default 1 s.
    pub first_pause: Duration,
    /// What the pause grows to. Default 15 min.
    pub longest_pause: Duration,
    /// How many lanes are delivered from at the same time, on each node. Default 16.
    pub parallel: usize,
    /// How often a node looks for what other nodes left, and for what is to be tried again. Default 1 s.
    pub poll: Duration,
    /// Whether entries say which [kind of event](OutboxEntry::event_kind) was logged. It takes a read of the log for each
    /// lane that is delivered from. Default: no.
    pub event_kinds: bool,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            attempt_limit: Duration::from_secs(15),
            attempts: 100,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(15 * 60),
            parallel: 16,
            poll: Duration::from_secs(1),
            event_kinds: false,
        }
    }
}

impl Delivery {
    /// The pause after so many attempts in vain, before chance has taken its part.
    pub(crate) fn pause(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(31);
        self.first_pause.saturating_mul(1 << doublings).min(self.longest_pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let pauses = [1, 2, 3, 10, 11, u32::MAX].map(|attempts| Delivery::default().pause(attempts).as_secs());
        assert_eq!(pauses, [1, 2, 4, 512, 900, 900]);
    }
}
