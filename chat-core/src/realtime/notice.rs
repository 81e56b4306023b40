//! What was committed, as nodes and connections hear of it.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

use crate::{
    model::{
        event::{Event, Seq},
        friend::{FriendChange, RequestId},
        room::RoomId,
        session::SessionId,
        user::{Standing, UserId},
    },
    realtime::{
        connection::ConnectionId,
        sign::{NodeId, Sign},
    },
};

/// Something that was committed and concerns live connections; or, of typing and presence, that is so for now.
#[derive(Clone, Debug)]
pub enum Notice {
    /// An event of a room's log.
    Logged(Arc<Logged>),
    /// A member has read on.
    Receipt {
        /// In which room.
        room: RoomId,
        /// Who.
        user: UserId,
        /// How far.
        read_seq: Seq,
    },
    /// A friendship or a request changed.
    Friend {
        /// Who is told.
        to: UserId,
        /// What happened.
        change: FriendChange,
        /// With whom.
        with: UserId,
        /// By which request, where there is one.
        request: Option<RequestId>,
    },
    /// A member types.
    Typing {
        /// In which room.
        room: RoomId,
        /// Who.
        user: UserId,
        /// Who is told.
        to: Vec<UserId>,
    },
    /// Who is connected to a node.
    Presence {
        /// Which node says it.
        node: NodeId,
        /// What it says.
        sign: Sign,
    },
    /// Somebody blocks somebody, or does so no more: neither is told, but what they may hear of each other changes.
    BlockChanged {
        /// Who.
        user: UserId,
        /// Whom.
        other: UserId,
        /// They do now.
        blocks: bool,
    },
    /// A session was ended: its connections close, its access tokens are good no more.
    SessionEnded {
        /// Whose.
        user: UserId,
        /// Which.
        session: SessionId,
    },
    /// A user whom the host signs in was signed out: their connections close.
    SignedOut {
        /// Who.
        user: UserId,
    },
    /// A user was suspended or erased: their connections close. Or a suspension was lifted.
    StandingChanged {
        /// Whose.
        user: UserId,
        /// What it is now.
        standing: Standing,
    },
}

/// An event of a room's log on its way to the connections, encoded once for all of them.
#[derive(Debug)]
pub struct Logged {
    /// The event.
    pub event: Event,
    /// The command that caused it: on that connection its reply stands in the event's place.
    pub(crate) origin: Option<Origin>,
    /// Of an event that changes a message and was caused by a command: the message as that left it.
    pub message: Option<Event>,
    encoded: OnceLock<Bytes>,
}

/// A command on a live connection: on that connection its answer stands in the place of the event that it logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    pub(crate) connection: ConnectionId,
    pub(crate) command: u64,
}

impl Logged {
    /// An event that no connection's command has caused.
    pub fn new(event: Event) -> Self {
        Self::caused_by(event, None)
    }

    pub(crate) fn caused_by(event: Event, origin: Option<Origin>) -> Self {
        Self { event, origin, message: None, encoded: OnceLock::new() }
    }

    /// An event that leaves a message as this, caused by a command where one is named.
    pub(crate) fn changing(message: &Event, event: Event, origin: Option<Origin>) -> Self {
        Self { message: origin.map(|_| message.clone()), ..Self::caused_by(event, origin) }
    }

    /// The event in the encoding of the transport that first asks; all others get the same bytes. One slot, for the
    /// one encoding that a process speaks to most of its connections; other transports encode for themselves.
    pub fn encoded(&self, encode: impl FnOnce(&Event) -> Bytes) -> &Bytes {
        self.encoded.get_or_init(|| encode(&self.event))
    }
}
