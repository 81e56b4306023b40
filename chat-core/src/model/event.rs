//! A room's log: numbered events.

use std::fmt;

use super::{
    message::Message,
    room::{Role, RoomId},
    time::Timestamp,
    user::UserId,
};

/// The number of an event in its room: 1, 2, 3 … without gap. 0 stands before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(u64);

impl Seq {
    /// Before the first event.
    pub const ZERO: Self = Self(0);

    /// That number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The number after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The number before this one; before [`Seq::ZERO`] there is none.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Something that happened in a room, in its place in the log. It looks alike to everybody who may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// In which room.
    pub room: RoomId,
    /// Its place in the room's log.
    pub seq: Seq,
    /// Who did it.
    pub sender: UserId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// The sender wrote.
    Message(Message),
    /// The sender took a seat.
    Joined,
    /// The sender gave up the seat.
    Left,
    /// The role of `user` changed.
    RoleChanged {
        /// Whose.
        user: UserId,
        /// To what.
        role: Role,
    },
    /// Nothing more is written here.
    RoomClosed {
        /// The operator closed it, not its owner.
        by_operator: bool,
    },
}

impl EventKind {
    /// The name on the wire and in stores.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Message(_) => "message",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::RoleChanged { .. } => "role_changed",
            Self::RoomClosed { .. } => "room_closed",
        }
    }
}
