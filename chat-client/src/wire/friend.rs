use serde::{Deserialize, Serialize};

use super::Time;

/// Somebody's request to be friends with somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FriendRequest {
    /// Which.
    pub request_id: String,
    /// Who asks.
    pub from_user_id: String,
    /// Who is asked.
    pub to_user_id: String,
    /// How it stands.
    pub state: RequestState,
    /// When it was made.
    pub created_at: Time,
    /// When it was accepted, declined or withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Time>,
}

/// How a friend request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RequestState {
    /// Nobody has decided.
    Open,
    /// They are friends by it.
    Accepted,
    /// Who was asked said no.
    Declined,
    /// Who asked took it back.
    Withdrawn,
    /// A state that is newer than this crate.
    #[serde(other)]
    Other,
}

/// Which requests are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBox {
    /// Those that one was sent.
    In,
    /// Those that one has sent.
    Out,
}

/// One of one's friends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Friend {
    /// Who.
    pub user_id: String,
    /// The name.
    pub name: String,
    /// Since when.
    pub since: Time,
}

/// Somebody whom one has blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// Who.
    pub user_id: String,
    /// Since when.
    pub at: Time,
}
