use std::sync::Arc;

use chat_core::{
    api::{ChatService, FriendRequestOutcome},
    error::{Fault, FieldCode},
    model::{friend::RequestBox, session::Caller, user::UserId},
};
use poem_openapi::{OpenApi, param::Path, registry::MetaSchema};
use serde_json::Value;

use super::{Tag, request_id, user_id};
use crate::{
    answer::{Answer, Created, CreatedOrOk, NoContent},
    field::{Field, text},
    payload::Json,
    query::Query,
    request,
    response::response,
    signed_in::SignedIn,
    wire::friend::{Friend, FriendRequest},
};

request! {
    /// Somebody to be asked to be friends.
    pub(super) struct RequestFriend = "FriendRequestRequest" {
        /// Who.
        required user_id: String = "userId",
    }
}

response! {
    /// Some of one's open friend requests.
    pub(super) struct FriendRequestList = "FriendRequestList" {
        /// The newest first.
        required requests: Vec<FriendRequest> = "requests",
    }
}

response! {
    /// One's friends.
    pub(super) struct FriendList = "FriendList" {
        /// In the order in which they became so.
        required friends: Vec<Friend> = "friends",
    }
}

pub(super) struct FriendRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Friends")]
impl FriendRoutes {
    /// Ask somebody to be friends.
    ///
    /// Somebody with whom one shares or shared a room. Who asks again gets the open request; who asks somebody that has
    /// asked them accepts, and gets it as `accepted`.
    #[oai(path = "/api/friend-requests", method = "post", operation_id = "requestFriend")]
    async fn request_friend(
        &self,
        caller: SignedIn<Caller>,
        request: Json<RequestFriend>,
    ) -> Answer<CreatedOrOk<FriendRequest>> {
        let user = UserId::parse(&request.0.user_id).ok();
        let requested = self.0.request_friend(&caller.0, user).await?;
        let request = requested.request.into();
        Ok(match requested.outcome {
            FriendRequestOutcome::New => CreatedOrOk::Created(Created::new(request)),
            FriendRequestOutcome::Repeated | FriendRequestOutcome::Accepted => CreatedOrOk::Ok(request),
        })
    }

    /// List one's open friend requests.
    ///
    /// Those that one got, or those that one made.
    #[oai(path = "/api/friend-requests", method = "get", operation_id = "listFriendRequests")]
    async fn list_friend_requests(
        &self,
        caller: SignedIn<Caller>,
        /// `in`: those of others to oneself, which are the default; `out`: one's own.
        #[oai(name = "box")]
        which: Query<RequestBox>,
    ) -> Answer<Json<FriendRequestList>> {
        let requests = self.0.friend_requests(&caller.0, which.0.unwrap_or(RequestBox::In)).await?;
        Ok(Json(FriendRequestList { requests: requests.into_iter().map(FriendRequest::from).collect() }))
    }

    /// Accept a friend request.
    ///
    /// For whom it was sent to: both are friends from then on.
    #[oai(path = "/api/friend-requests/:requestId/accept", method = "post", operation_id = "acceptFriendRequest")]
    async fn accept_friend_request(
        &self,
        caller: SignedIn<Caller>,
        /// Which request, one to oneself.
        #[oai(name = "requestId")]
        request: Path<String>,
    ) -> Answer<Json<FriendRequest>> {
        Ok(Json(self.0.accept_request(&caller.0, request_id(&request)?).await?.into()))
    }

    /// Decline a friend request.
    ///
    /// Its sender waits a day before they can ask again.
    #[oai(path = "/api/friend-requests/:requestId/decline", method = "post", operation_id = "declineFriendRequest")]
    async fn decline_friend_request(
        &self,
        caller: SignedIn<Caller>,
        /// Which request, one to oneself.
        #[oai(name = "requestId")]
        request: Path<String>,
    ) -> Answer<Json<FriendRequest>> {
        Ok(Json(self.0.decline_request(&caller.0, request_id(&request)?).await?.into()))
    }

    /// Withdraw a friend request.
    ///
    /// For its sender, while it is open.
    #[oai(path = "/api/friend-requests/:requestId", method = "delete", operation_id = "withdrawFriendRequest")]
    async fn withdraw_friend_request(
        &self,
        caller: SignedIn<Caller>,
        /// Which request, one of one's own.
        #[oai(name = "requestId")]
        request: Path<String>,
    ) -> Answer<NoContent> {
        self.0.withdraw_request(&caller.0, request_id(&request)?).await?;
        Ok(NoContent)
    }

    /// List one's friends.
    ///
    /// In the order in which they became so.
    #[oai(path = "/api/friends", method = "get", operation_id = "listFriends")]
    async fn list_friends(&self, caller: SignedIn<Caller>) -> Answer<Json<FriendList>> {
        let friends = self.0.friends(&caller.0).await?;
        Ok(Json(FriendList { friends: friends.into_iter().map(Friend::from).collect() }))
    }

    /// End a friendship.
    ///
    /// Where there is none, nothing changes.
    #[oai(path = "/api/friends/:userId", method = "delete", operation_id = "unfriend")]
    async fn unfriend(
        &self,
        caller: SignedIn<Caller>,
        /// With whom.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<NoContent> {
        self.0.unfriend(&caller.0, &user_id(&user)?).await?;
        Ok(NoContent)
    }
}

impl Field for RequestBox {
    fn schema() -> MetaSchema {
        let enum_items = vec!["in".into(), "out".into()];
        MetaSchema { enum_items, default: Some("in".into()), ..MetaSchema::new("string") }
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        match text(value)?.as_str() {
            "in" => Ok(Self::In),
            "out" => Ok(Self::Out),
            _ => Err(Fault::new(FieldCode::BadFormat, "in or out")),
        }
    }
}
