//! What the host is told of: entries of the outbox, which say what happened and never what was said.

use super::{
    event::Seq,
    room::RoomId,
    text_id,
    time::Timestamp,
    user::{Standing, UserId},
    uuid_id,
};

text_id! {
    /// What a consumer is called in the store: 1 to 64 of `A-Z a-z 0-9 . _ @ : + -`. What waits for it waits under this name.
    ConsumerName, at most 64
}

uuid_id! {
    /// Which entry of the outbox. It stays the same however often the entry is sent.
    OutboxId
}

/// What an entry is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An event of a room's log.
    Logged {
        /// Of which room.
        room: RoomId,
        /// Which number.
        seq: Seq,
    },
    /// Two became friends.
    FriendshipMade {
        /// One of them, whose id is the lesser.
        user: UserId,
        /// The other.
        other: UserId,
    },
    /// Two are friends no more.
    FriendshipEnded {
        /// One of them, whose id is the lesser.
        user: UserId,
        /// The other.
        other: UserId,
    },
    /// A user was suspended or erased, or a suspension was lifted.
    StandingChanged {
        /// Whose.
        user: UserId,
        /// What it was then.
        standing: Standing,
    },
    /// A user's ledger has an entry more.
    CoinsChanged {
        /// Whose.
        user: UserId,
        /// The entry's number.
        number: u64,
    },
}

impl Subject {
    /// Its lane: entries of one lane go out one after the other. That is the room; of what happened in none, the user,
    /// and of two the one whose id is the lesser.
    pub fn lane(&self) -> Lane {
        Lane(match self {
            Self::Logged { room, .. } => format!("room:{room}").into(),
            Self::FriendshipMade { user, .. }
            | Self::FriendshipEnded { user, .. }
            | Self::StandingChanged { user, .. }
            | Self::CoinsChanged { user, .. } => format!("user:{user}").into(),
        })
    }

    /// Its place in its lane; entries of the same place follow each other by their ids, which is by time.
    pub const fn position(&self) -> u64 {
        match self {
            Self::Logged { seq, .. } => seq.get(),
            _ => 0,
        }
    }
}

/// What goes out in order: see [`Subject::lane`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lane(Box<str>);

impl Lane {
    /// The greatest number of characters.
    pub const MAX: usize = 5 + UserId::MAX;

    /// A lane as it was stored.
    pub fn from_stored(text: &str) -> Self {
        Self(text.into())
    }

    /// The lane as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Something that one consumer shall be told of. It was written in the transaction that made it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Which.
    pub id: OutboxId,
    /// Who shall be told.
    pub consumer: ConsumerName,
    /// Of what.
    pub subject: Subject,
    /// When that happened.
    pub at: Timestamp,
    /// How often it was tried in vain.
    pub attempts: u32,
    /// Which kind of event was [`Logged`](Subject::Logged), as it is called on the wire. Stores do not keep it, since the
    /// log has it: whoever delivers looks it up for consumers that
    /// [want to know](crate::ports::outbox::Delivery::event_kinds).
    pub event_kind: Option<&'static str>,
}

impl OutboxEntry {
    /// An entry that was not tried yet.
    pub fn new(consumer: ConsumerName, subject: Subject, at: Timestamp) -> Self {
        Self { id: OutboxId::new(), consumer, subject, at, attempts: 0, event_kind: None }
    }

    /// One for each consumer.
    pub(crate) fn for_each(consumers: &[ConsumerName], subject: &Subject, at: Timestamp, entries: &mut Vec<Self>) {
        entries.extend(consumers.iter().map(|consumer| Self::new(consumer.clone(), subject.clone(), at)));
    }
}

/// An entry that was given up. It is kept until an operator has it sent again or deletes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// What was to be sent; `attempts` counts the last one, too.
    pub entry: OutboxEntry,
    /// What the last attempt failed with.
    pub error: String,
    /// When it was given up.
    pub died_at: Timestamp,
}

impl DeadLetter {
    /// The greatest number of characters of `error`; what is longer is cut.
    pub const MAX_ERROR: usize = 500;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    #[test]
    fn events_of_a_room_share_a_lane_in_the_order_of_their_numbers_and_all_else_is_the_users() {
        let room = RoomId::new();
        let logged = |seq| Subject::Logged { room, seq: Seq::new(seq) };
        assert_eq!(logged(1).lane(), logged(2).lane());
        assert_eq!((logged(1).position(), logged(2).position()), (1, 2));
        let made = Subject::FriendshipMade { user: user("alice"), other: user("bob") };
        let coins = Subject::CoinsChanged { user: user("alice"), number: 3 };
        assert_eq!((made.lane(), made.position()), (coins.lane(), coins.position()));
        assert_ne!(made.lane(), Subject::CoinsChanged { user: user("bob"), number: 3 }.lane());
    }

    #[test]
    fn the_longest_lane_is_as_long_as_stores_are_told() {
        let longest = user(&"x".repeat(UserId::MAX));
        assert_eq!(Subject::CoinsChanged { user: longest, number: 1 }.lane().as_str().len(), Lane::MAX);
    }
}
