//! Why a stream is over.

use chat_core::{
    error::{ChatError, Rejection},
    realtime::delivery::EndReason,
};
use tonic::{Code, Status};

use crate::{refusal::Refusal, routes};

#[derive(Debug)]
pub(super) enum Over {
    /// The client is done, and was answered.
    Done,
    /// The client is gone.
    Gone,
    /// The server ends it.
    Because(Refusal),
}

impl Over {
    fn because(status: Code, code: &'static str, message: &str) -> Self {
        Self::Because(Refusal::new(status, code, message))
    }

    /// The chat ends the connection.
    pub(super) fn ended(reason: EndReason) -> Self {
        match reason {
            EndReason::SessionEnded | EndReason::Suspended => Self::Because(ChatError::from(reason).into()),
            EndReason::TooSlow => Self::too_slow(),
            EndReason::Overloaded => Self::because(Code::Unavailable, "overloaded", "come back and resume"),
        }
    }

    /// What the client has shown ends.
    pub(super) fn expired() -> Self {
        Self::Because(Rejection::TokenExpired.into())
    }

    /// The client does not take what it is told.
    pub(super) fn too_slow() -> Self {
        Self::because(Code::Unavailable, "too_slow", "more waits than may wait; come back and resume")
    }

    /// The chat shuts down.
    pub(super) fn draining() -> Self {
        Self::because(Code::Unavailable, "draining", "the server stops; come back and resume")
    }

    /// No `hello` came.
    pub(super) fn hello_missing() -> Self {
        Self::because(Code::DeadlineExceeded, "hello_missing", "no hello came")
    }

    /// The client does what it must not.
    pub(super) fn protocol_error(what: &str) -> Self {
        Self::because(Code::FailedPrecondition, "protocol_error", what)
    }

    /// What came cannot be read. Where nothing can come any more, there is nobody who would be told.
    pub(super) fn unreadable(status: &Status) -> Self {
        match status.code() {
            Code::OutOfRange => Self::Because(routes::too_large()),
            Code::Internal | Code::InvalidArgument => Self::Because(routes::no_message()),
            _ => Self::Gone,
        }
    }

    /// What the client is told last; nothing where all is well.
    pub(super) fn status(self) -> Option<Status> {
        match self {
            Self::Done | Self::Gone => None,
            Self::Because(refusal) => Some(refusal.into()),
        }
    }
}
