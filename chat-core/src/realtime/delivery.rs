//! What a connection brings to its client.

use std::sync::Arc;

use super::notice::Logged;
use crate::{
    api::Sent,
    error::{ChatError, Rejection},
    model::{
        event::{EventKind, Seq},
        friend::{FriendChange, RequestId},
        room::{RoomId, RoomView},
        time::Timestamp,
        user::UserId,
    },
};

/// Something for the client.
#[derive(Debug)]
pub enum Delivery {
    /// An event of one of the client's rooms: each once, in the order of the log.
    Event(Arc<Logged>),
    /// The answer to a command of this connection, in the place of the event that it logged.
    Sent {
        /// The number that was given with the command.
        command: u64,
        /// The event; where it changes a message, with that.
        event: Arc<Logged>,
    },
    /// The answer to a send of this connection that logged nothing: a repetition, or a failure.
    Answered {
        /// The number that was given with the send.
        command: u64,
        /// What became of it.
        result: Result<Sent, ChatError>,
    },
    /// What waited for the connection at a [`mark`](super::connection::Connection::mark) was brought.
    Marked {
        /// The number that was given with the mark.
        command: u64,
    },
    /// The client's user took a seat. What follows of the room are its events after `last_seq`.
    RoomAdded(Box<RoomView>),
    /// The client's user has no seat any more. Nothing follows of the room.
    RoomRemoved {
        /// Which room.
        room: RoomId,
        /// Why.
        reason: RoomRemoval,
    },
    /// Too much was missed to be brought after, or the client has named a number beyond the log: nothing of the room
    /// comes before the event after `last_seq`. What lies before is read page by page.
    Reset {
        /// Which room.
        room: RoomId,
        /// The number of its newest event.
        last_seq: Seq,
    },
    /// A member has read on.
    Receipt {
        /// In which room.
        room: RoomId,
        /// Who.
        user: UserId,
        /// How far.
        read_seq: Seq,
    },
    /// A friendship or a request of the client's user changed.
    Friend {
        /// What happened.
        change: FriendChange,
        /// With whom.
        with: UserId,
        /// By which request.
        request: Option<RequestId>,
    },
    /// A member types. Nothing tells that they have ceased to: a few seconds without another of these do.
    Typing {
        /// In which room.
        room: RoomId,
        /// Who.
        user: UserId,
    },
    /// Somebody whom the client's user may see is online, or is so no more.
    Presence {
        /// Who.
        user: UserId,
        /// When they were last seen; none while they are online.
        last_seen: Option<Timestamp>,
    },
    /// The chat shuts down: send nothing more, take the answers that are due, and come back.
    Draining,
    /// The connection is over. Nothing follows.
    Ended(EndReason),
}

/// Why a room was taken from a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoomRemoval {
    /// The user left, or never was in it.
    Left,
    /// The user was removed (R-ROL-02).
    Removed,
    /// The user was removed, and banned (R-ROL-02).
    Banned,
}

impl RoomRemoval {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Removed => "removed",
            Self::Banned => "banned",
        }
    }

    /// Why a seat ended that this event has ended.
    pub(crate) const fn by(kind: &EventKind) -> Self {
        match kind {
            EventKind::Removed { banned: true, .. } => Self::Banned,
            EventKind::Removed { banned: false, .. } => Self::Removed,
            _ => Self::Left,
        }
    }
}

/// Why the chat ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndReason {
    /// The session was revoked, replaced or signed out. Sign in before coming back.
    SessionEnded,
    /// The user was suspended or erased (R-ACC-06).
    Suspended,
    /// More was waiting for the reader than may wait. Come back and resume.
    TooSlow,
    /// The chat could not keep its promise of order without gap. Come back and resume.
    Overloaded,
}

/// Why, as a transport that ends in an error says it.
impl From<EndReason> for ChatError {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::SessionEnded => Rejection::SessionRevoked.into(),
            EndReason::Suspended => Rejection::Suspended.into(),
            EndReason::TooSlow => Self::Overloaded("a client does not take what it is sent"),
            EndReason::Overloaded => Self::Overloaded("a client cannot be brought what it is to be sent"),
        }
    }
}
