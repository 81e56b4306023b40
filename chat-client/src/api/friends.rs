//! Friends, those who ask to be, and those whom one does not want to hear of.

use serde_json::json;

use super::{Api, part};
use crate::{
    error::Error,
    wire::{Block, Friend, FriendRequest, RequestBox},
};

impl Api {
    /// One's friends.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn friends(&self) -> Result<Vec<Friend>, Error> {
        self.list("/api/friends", "friends").await
    }

    /// Ends a friendship.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn unfriend(&self, user_id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/friends/{}", part(user_id))).await
    }

    /// The friend requests that one was sent, or has sent.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn friend_requests(&self, which: RequestBox) -> Result<Vec<FriendRequest>, Error> {
        let which = match which {
            RequestBox::In => "in",
            RequestBox::Out => "out",
        };
        self.list(&format!("/api/friend-requests?box={which}"), "requests").await
    }

    /// Asks to be somebody's friend, or accepts where they have asked. Asked again it answers the open request.
    ///
    /// # Errors
    /// Those of any call; `not_a_participant`, `already_friends`, `request_declined`.
    pub async fn befriend(&self, user_id: &str) -> Result<FriendRequest, Error> {
        self.post("/api/friend-requests", &json!({"userId": user_id})).await
    }

    /// Accepts a request.
    ///
    /// # Errors
    /// Those of any call; `request_not_found`.
    pub async fn accept(&self, request_id: &str) -> Result<FriendRequest, Error> {
        self.post_empty(&format!("/api/friend-requests/{}/accept", part(request_id))).await
    }

    /// Declines a request.
    ///
    /// # Errors
    /// Those of any call; `request_not_found`.
    pub async fn decline(&self, request_id: &str) -> Result<FriendRequest, Error> {
        self.post_empty(&format!("/api/friend-requests/{}/decline", part(request_id))).await
    }

    /// Withdraws a request of one's own.
    ///
    /// # Errors
    /// Those of any call; `request_not_found`.
    pub async fn withdraw(&self, request_id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/friend-requests/{}", part(request_id))).await
    }

    /// Whom one has blocked.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn blocks(&self) -> Result<Vec<Block>, Error> {
        self.list("/api/blocks", "blocks").await
    }

    /// Blocks somebody.
    ///
    /// # Errors
    /// Those of any call; `user_not_found`.
    pub async fn block(&self, user_id: &str) -> Result<(), Error> {
        self.put_empty(&format!("/api/blocks/{}", part(user_id))).await
    }

    /// Lifts a block.
    ///
    /// # Errors
    /// Those of any call.
    pub async fn unblock(&self, user_id: &str) -> Result<(), Error> {
        self.delete(&format!("/api/blocks/{}", part(user_id))).await
    }
}
