use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    friend::{Friend, FriendRequest, RequestBox, RequestId, RequestState},
    time::Timestamp,
    user::UserId,
};

/// What lies between two users, seen from the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// They are friends.
    pub friends: bool,
    /// The first's open request to the second.
    pub sent: Option<FriendRequest>,
    /// The second's open request to the first.
    pub received: Option<FriendRequest>,
    /// When the second last declined a request of the first.
    pub declined_at: Option<Timestamp>,
    /// The first blocks the second.
    pub blocks: bool,
    /// The second blocks the first.
    pub blocked: bool,
}

/// Reading friends and requests.
#[async_trait]
pub trait FriendStore: Send + Sync + 'static {
    /// A user's friends, by the time they became so, then by id.
    async fn friends(&self, user: &UserId) -> Result<Vec<Friend>, StoreError>;

    /// A user's open requests, the newest first; of those to them, none from somebody whom they block (R-FRI-04).
    async fn open_requests(&self, user: &UserId, which: RequestBox) -> Result<Vec<FriendRequest>, StoreError>;

    /// One request, in any state.
    async fn request(&self, id: RequestId) -> Result<Option<FriendRequest>, StoreError>;

    /// What lies between two users.
    async fn ties(&self, user: &UserId, other: &UserId) -> Result<Ties, StoreError>;
}

/// Writing friends and requests. What lies between two users is protected by the locks of both.
#[async_trait]
pub trait FriendTx: Send {
    /// What lies between two users. Locks: both.
    async fn ties_between(&mut self, user: &UserId, other: &UserId) -> Result<Ties, StoreError>;

    /// Whether two users are, or once were, members of the same room, at whatever times. Locks: none needed.
    async fn have_shared_a_room(&mut self, user: &UserId, other: &UserId) -> Result<bool, StoreError>;

    /// Those who are friends of a user, have an open request from or to them, block them or are blocked by them, in the
    /// order of their ids, without repeats. What lies between two users changes under the locks of both, so that the lock of this one keeps the
    /// answer true.
    async fn tied_to(&mut self, user: &UserId) -> Result<Vec<UserId>, StoreError>;

    /// One request, in any state. Locks: both users.
    async fn request_in(&mut self, id: RequestId) -> Result<Option<FriendRequest>, StoreError>;

    /// Inserts an open request. Locks: both users.
    async fn insert_request(&mut self, request: &FriendRequest) -> Result<(), StoreError>;

    /// Gives an open request another state. Locks: both users.
    async fn decide_request(&mut self, id: RequestId, state: RequestState, at: Timestamp) -> Result<(), StoreError>;

    /// Makes two users friends. Locks: both.
    async fn insert_friendship(&mut self, a: &UserId, b: &UserId, at: Timestamp) -> Result<(), StoreError>;

    /// Ends a friendship; `false` where there was none. Locks: both.
    async fn delete_friendship(&mut self, a: &UserId, b: &UserId) -> Result<bool, StoreError>;
}
