use chat_core::model::friend::{self as core, RequestState};

use super::Time;
use crate::response::{response, word};

response! {
    /// Somebody's request to be friends with somebody.
    pub(crate) struct FriendRequest = "FriendRequest" {
        /// Which.
        required request_id: String = "requestId",
        /// Who asks.
        required from_user_id: String = "fromUserId",
        /// Who is asked.
        required to_user_id: String = "toUserId",
        /// How it stands.
        required state: RequestStateName = "state",
        /// When it was made.
        required created_at: Time = "createdAt",
        /// When it was accepted, declined or withdrawn.
        optional decided_at: Time = "decidedAt",
    }
}

response! {
    /// One of the caller's friends.
    pub(crate) struct Friend = "Friend" {
        /// Who.
        required user_id: String = "userId",
        /// The name.
        required name: String = "name",
        /// Since when.
        required since: Time = "since",
    }
}

word! {
    /// How a friend request stands.
    pub(crate) RequestStateName(RequestState) { Open, Accepted, Declined, Withdrawn }
}

impl From<core::FriendRequest> for FriendRequest {
    fn from(request: core::FriendRequest) -> Self {
        Self {
            request_id: request.id.to_string(),
            from_user_id: request.from.to_string(),
            to_user_id: request.to.to_string(),
            state: RequestStateName(request.state),
            created_at: Time(request.created_at),
            decided_at: request.decided_at.map(Time),
        }
    }
}

impl From<core::Friend> for Friend {
    fn from(friend: core::Friend) -> Self {
        Self { user_id: friend.id.to_string(), name: friend.name.to_string(), since: Time(friend.since) }
    }
}
