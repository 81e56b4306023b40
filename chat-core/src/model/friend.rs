//! Friend requests and friendships.

use super::{text::Name, time::Timestamp, user::UserId, uuid_id};

uuid_id! {
    /// Which friend request.
    RequestId
}

/// How a friend request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestState {
    /// Neither answered nor withdrawn.
    Open,
    /// They are, or were, friends by it.
    Accepted,
    /// The receiver said no.
    Declined,
    /// The sender took it back.
    Withdrawn,
}

impl RequestState {
    /// The name on the wire and in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Open, Self::Accepted, Self::Declined, Self::Withdrawn].into_iter().find(|state| state.as_str() == name)
    }
}

/// A friend request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FriendRequest {
    /// Which.
    pub id: RequestId,
    /// Who asks.
    pub from: UserId,
    /// Who is asked.
    pub to: UserId,
    /// How it stands.
    pub state: RequestState,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was accepted, declined or withdrawn.
    pub decided_at: Option<Timestamp>,
}

/// Which of one's friend requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RequestBox {
    /// Those that others made to oneself.
    In,
    /// Those that oneself made.
    Out,
}

/// One of a user's friends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Friend {
    /// Who.
    pub id: UserId,
    /// The name.
    pub name: Name,
    /// Since when.
    pub since: Timestamp,
}

/// What became of a friendship or a request, as live connections are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FriendChange {
    /// A request was made.
    Request,
    /// It was accepted: they are friends.
    Accepted,
    /// It was declined.
    Declined,
    /// It was withdrawn.
    Withdrawn,
    /// The friendship was ended.
    Removed,
}

impl FriendChange {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Removed => "removed",
        }
    }
}
