use chat_core::{
    api::{FriendRequestOutcome, RequestedFriend},
    model::{
        block,
        friend::{self, FriendChange, RequestState},
    },
};

use super::time;
use crate::v1::{self, friend_changed::Change, request_friend_response::Outcome};

impl From<friend::FriendRequest> for v1::FriendRequest {
    fn from(request: friend::FriendRequest) -> Self {
        Self {
            request_id: request.id.to_string(),
            from_user_id: request.from.to_string(),
            to_user_id: request.to.to_string(),
            state: v1::RequestState::from(request.state).into(),
            created_at: Some(time(request.created_at)),
            decided_at: request.decided_at.map(time),
        }
    }
}

impl From<RequestState> for v1::RequestState {
    fn from(state: RequestState) -> Self {
        match state {
            RequestState::Open => Self::Open,
            RequestState::Accepted => Self::Accepted,
            RequestState::Declined => Self::Declined,
            RequestState::Withdrawn => Self::Withdrawn,
        }
    }
}

impl From<RequestedFriend> for v1::RequestFriendResponse {
    fn from(requested: RequestedFriend) -> Self {
        let outcome = match requested.outcome {
            FriendRequestOutcome::New => Outcome::New,
            FriendRequestOutcome::Repeated => Outcome::Repeated,
            FriendRequestOutcome::Accepted => Outcome::Accepted,
        };
        Self { request: Some(requested.request.into()), outcome: outcome.into() }
    }
}

impl From<friend::Friend> for v1::Friend {
    fn from(friend: friend::Friend) -> Self {
        Self { user_id: friend.id.to_string(), name: friend.name.to_string(), since: Some(time(friend.since)) }
    }
}

impl From<FriendChange> for Change {
    fn from(change: FriendChange) -> Self {
        match change {
            FriendChange::Request => Self::Request,
            FriendChange::Accepted => Self::Accepted,
            FriendChange::Declined => Self::Declined,
            FriendChange::Withdrawn => Self::Withdrawn,
            FriendChange::Removed => Self::Removed,
        }
    }
}

impl From<block::Block> for v1::BlockedUser {
    fn from(block: block::Block) -> Self {
        Self { user_id: block.id.to_string(), at: Some(time(block.at)) }
    }
}
