//! How a connection is ended: the codes of the contract.

use axum::extract::ws::CloseFrame;
use chat_core::realtime::delivery::EndReason;

use crate::code::Code;

/// Why the server closes. From 4001 to 4099 a client must act before it comes back; from 4100, and after 1001, it
/// comes back by itself and resumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Close {
    GoingAway,
    TooBig,
    TokenExpired,
    SessionEnded,
    Suspended,
    ProtocolError(&'static str),
    SignInRefused,
    HelloMissing,
    TooSlow,
    Overloaded,
    Idle,
}

/// Each, for the AsyncAPI document.
const ALL: [Close; 11] = [
    Close::GoingAway,
    Close::TooBig,
    Close::TokenExpired,
    Close::SessionEnded,
    Close::Suspended,
    Close::ProtocolError("protocol error"),
    Close::SignInRefused,
    Close::HelloMissing,
    Close::TooSlow,
    Close::Overloaded,
    Close::Idle,
];

/// Every code with its word and what a client does about it.
pub(crate) fn told() -> impl Iterator<Item = (u16, String, &'static str)> {
    ALL.into_iter().map(|close| {
        let CloseFrame { code, reason } = close.frame();
        (code, reason.to_string(), close.advice())
    })
}

impl Close {
    /// What a client does about it.
    const fn advice(self) -> &'static str {
        match self {
            Self::GoingAway | Self::TooSlow | Self::Overloaded | Self::Idle => "come back with backoff, and resume",
            Self::TooBig => "send less",
            Self::TokenExpired => "refresh it",
            Self::SessionEnded | Self::SignInRefused => "sign in",
            Self::Suspended => "nothing helps",
            Self::ProtocolError(_) => "mend the client",
            Self::HelloMissing => "say hello in time",
        }
    }

    /// The code (RFC 6455, section 7.4) and a word to go with it.
    pub(super) fn frame(self) -> CloseFrame {
        let (code, reason) = match self {
            Self::GoingAway => (1001, "going away"),
            Self::TooBig => (1009, "a frame has at most 64 KiB"),
            Self::TokenExpired => (4001, "token expired"),
            Self::SessionEnded => (4002, "session ended"),
            Self::Suspended => (4003, "suspended"),
            Self::ProtocolError(what) => (4004, what),
            Self::SignInRefused => (4005, "sign-in refused"),
            Self::HelloMissing => (4006, "hello missing"),
            Self::TooSlow => (4100, "too slow"),
            Self::Overloaded => (4101, "overloaded"),
            Self::Idle => (4102, "idle"),
        };
        CloseFrame { code, reason: reason.into() }
    }

    /// For a sign-in that was refused with this code, where no HTTP status can say so any more.
    pub(super) const fn for_refused_sign_in(code: Code) -> Self {
        match code {
            Code::TokenExpired => Self::TokenExpired,
            Code::SessionRevoked => Self::SessionEnded,
            Code::Suspended => Self::Suspended,
            Code::RateLimited | Code::Overloaded | Code::StoreUnavailable => Self::Overloaded,
            _ => Self::SignInRefused,
        }
    }
}

impl From<EndReason> for Close {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::SessionEnded => Self::SessionEnded,
            EndReason::Suspended => Self::Suspended,
            EndReason::TooSlow => Self::TooSlow,
            EndReason::Overloaded => Self::Overloaded,
        }
    }
}
