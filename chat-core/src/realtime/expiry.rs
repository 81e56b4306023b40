//! The end of a sign-in, under a living connection.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    api::ChatService,
    model::{session::Caller, time::Timestamp},
};

/// How long before its end a client is told that its access token expires.
const NOTICE: Duration = Duration::from_secs(60);

/// When what a caller has shown ends, and whether they were told that it is about to.
pub struct Expiry {
    end: Option<Timestamp>,
    /// The same by this machine's clock.
    at: Option<Instant>,
    told: bool,
}

/// What there is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Due {
    /// Say that the end is near.
    Notice,
    /// It has come.
    End,
    /// This machine's clock came first by a little: what counts is the chat's.
    Wait,
}

impl Expiry {
    /// That of a caller, who was told of nothing yet.
    pub fn of(caller: &Caller, chat: &dyn ChatService) -> Self {
        let mut expiry = Self { end: caller.expires_at, at: None, told: false };
        expiry.set(chat.now());
        expiry
    }

    fn set(&mut self, now: Timestamp) {
        self.at = self.end.and_then(|end| Instant::now().checked_add(end.since(now)));
    }

    /// Whether it has come.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.end.is_some_and(|end| end <= now)
    }

    /// Waits until there is something to be done. Cancel safe.
    pub async fn due(&self) {
        let Some(at) = self.at else { return std::future::pending().await };
        let next = if self.told { Some(at) } else { at.checked_sub(NOTICE) };
        tokio::time::sleep_until(next.unwrap_or(at)).await;
    }

    /// What that is.
    pub fn take(&mut self, now: Timestamp) -> Due {
        if self.is_over(now) {
            return Due::End;
        }
        if self.told {
            self.set(now);
            return Due::Wait;
        }
        self.told = true;
        Due::Notice
    }
}
