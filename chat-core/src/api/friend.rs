use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{
        friend::{Friend, FriendRequest, RequestBox, RequestId},
        session::Caller,
        user::UserId,
    },
};

/// A friend request that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestedFriend {
    /// The request.
    pub request: FriendRequest,
    /// What became of the asking.
    pub outcome: FriendRequestOutcome,
}

/// What became of asking somebody to be friends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FriendRequestOutcome {
    /// A new request.
    New,
    /// The one that was open before.
    Repeated,
    /// It met one from the other side, which it accepted (R-FRI-02).
    Accepted,
}

/// Friends and friend requests.
#[async_trait]
pub trait Friends: Send + Sync + 'static {
    /// Asks somebody to be friends; `None` where what was given is no user id, and so nobody's.
    ///
    /// # Errors
    /// In this order: `Invalid` (oneself), `UserNotFound`, `AlreadyFriends`, `RequestDeclined`, `NotAParticipant`.
    async fn request_friend(&self, caller: &Caller, user: Option<UserId>) -> Result<RequestedFriend, ChatError>;

    /// The caller's open requests, the newest first.
    async fn friend_requests(&self, caller: &Caller, which: RequestBox) -> Result<Vec<FriendRequest>, ChatError>;

    /// Accepts a request to the caller; one they have accepted before succeeds again.
    ///
    /// # Errors
    /// `RequestNotFound`.
    async fn accept_request(&self, caller: &Caller, request: RequestId) -> Result<FriendRequest, ChatError>;

    /// Declines a request to the caller.
    ///
    /// # Errors
    /// `RequestNotFound`.
    async fn decline_request(&self, caller: &Caller, request: RequestId) -> Result<FriendRequest, ChatError>;

    /// Withdraws the caller's request.
    ///
    /// # Errors
    /// `RequestNotFound`.
    async fn withdraw_request(&self, caller: &Caller, request: RequestId) -> Result<(), ChatError>;

    /// The caller's friends, in the order in which they became so.
    async fn friends(&self, caller: &Caller) -> Result<Vec<Friend>, ChatError>;

    /// Ends a friendship; where there is none, nothing changes.
    ///
    /// # Errors
    /// `UserNotFound`.
    async fn unfriend(&self, caller: &Caller, user: &UserId) -> Result<(), ChatError>;
}
