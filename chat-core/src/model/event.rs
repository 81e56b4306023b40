//! A room's log: numbered events.

use std::fmt;

use super::{
    emoji::Emoji,
    message::{Message, MessageBody},
    room::{Capacity, Role, RoomId},
    text::Name,
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

impl Event {
    /// Whose seat ends by it.
    pub const fn unseats(&self) -> Option<&UserId> {
        match &self.kind {
            EventKind::Left => Some(&self.sender),
            EventKind::Removed { user, .. } => Some(user),
            _ => None,
        }
    }
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
    /// The sender took back the seat of `user` (R-ROL-02).
    Removed {
        /// Whose.
        user: UserId,
        /// They were banned.
        banned: bool,
    },
    /// The role of `user` changed.
    RoleChanged {
        /// Whose.
        user: UserId,
        /// To what.
        role: Role,
    },
    /// The sender changed what the room is.
    RoomChanged {
        /// Its name, where that is another.
        name: Option<Name>,
        /// How many members it may have, where that is another.
        capacity: Option<Capacity>,
    },
    /// The sender wrote their message `target` anew (R-MSG-06).
    MessageEdited {
        /// Which message.
        target: Seq,
        /// What it says since; absent once the message was deleted.
        body: Option<MessageBody>,
        /// The members whom it mentions since (R-MSG-10).
        mentions: Vec<UserId>,
    },
    /// The sender deleted the message `target` (R-MSG-06).
    MessageDeleted {
        /// Which message.
        target: Seq,
    },
    /// The sender reacts to the message `target` (R-MSG-11).
    ReactionAdded {
        /// To which message.
        target: Seq,
        /// With what.
        emoji: Emoji,
    },
    /// The sender took back what they reacted with.
    ReactionRemoved {
        /// To which message.
        target: Seq,
        /// With what.
        emoji: Emoji,
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
            Self::Removed { .. } => "removed",
            Self::RoleChanged { .. } => "role_changed",
            Self::RoomChanged { .. } => "room_changed",
            Self::MessageEdited { .. } => "message_edited",
            Self::MessageDeleted { .. } => "message_deleted",
            Self::ReactionAdded { .. } => "reaction_added",
            Self::ReactionRemoved { .. } => "reaction_removed",
            Self::RoomClosed { .. } => "room_closed",
        }
    }
}
