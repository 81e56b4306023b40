//! What becomes of a call that is not done, and of a connection that is over.

use std::fmt;

use crate::wire::Problem;

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server refused: nothing was changed.
    #[error("refused: {0}")]
    Problem(Box<Problem>),
    /// The connection broke before an answer, and the command was refused when it was asked again: whether it was done
    /// the first time, nobody knows.
    #[error("refused when it was asked again: {0}")]
    InDoubt(Box<Problem>),
    /// The server was not reached, or the connection broke before the answer was there. By REST nothing is asked again:
    /// it may have been done.
    #[error("no answer: {0}")]
    Network(String),
    /// The answer is not what the contract promises.
    #[error("an answer that is none: {0}")]
    Answer(String),
    /// The provider has no access token.
    #[error("no access token: {0}")]
    Token(Box<dyn std::error::Error + Send + Sync>),
    /// A command of more than 64 KiB, which the server would end the connection for.
    #[error("a command has at most 64 KiB")]
    TooLarge,
    /// The connection is over, and does not come back. What was on its way may have been done.
    #[error("the connection is over: {0}")]
    Ended(End),
}

impl Error {
    /// The problem, where the server refused.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem(problem) | Self::InDoubt(problem) => Some(problem),
            _ => None,
        }
    }

    /// The problem's code, where the server refused: `not_a_member`, `room_full` …
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.problem().map(|problem| problem.code.as_str())
    }
}

/// Why a connection is over for good.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// The application closed it, or let go of it.
    Closed,
    /// The session has ended: revoked, signed out, replaced by another sign-in of the device. Sign in anew.
    SessionEnded,
    /// The user is suspended or erased.
    Suspended,
    /// The sign-in was refused, and refreshing did not help.
    SignInRefused(Box<Problem>),
    /// The server did not understand this client (close codes 4004, 4006 and 1009), or is no chat.
    Protocol(String),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("closed by the application"),
            Self::SessionEnded => f.write_str("the session has ended"),
            Self::Suspended => f.write_str("the user is suspended or erased"),
            Self::SignInRefused(problem) => write!(f, "the sign-in was refused: {problem}"),
            Self::Protocol(what) => write!(f, "not understood: {what}"),
        }
    }
}
