use tonic::{Request, Response, Status};

use super::{Calls, answer};
use crate::{read, v1};

#[tonic::async_trait]
impl v1::friends_server::Friends for Calls {
    async fn request_friend(
        &self,
        request: Request<v1::RequestFriendRequest>,
    ) -> Result<Response<v1::RequestFriendResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            Ok(self.0.chat.request_friend(&caller, read::somebody(&request.user_id)).await?.into())
        })
        .await
    }

    async fn list_friend_requests(
        &self,
        request: Request<v1::ListFriendRequestsRequest>,
    ) -> Result<Response<v1::ListFriendRequestsResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let requests = self.0.chat.friend_requests(&caller, read::request_box(request.r#box)?).await?;
            Ok(v1::ListFriendRequestsResponse { requests: requests.into_iter().map(v1::FriendRequest::from).collect() })
        })
        .await
    }

    async fn accept_friend_request(
        &self,
        request: Request<v1::AcceptFriendRequestRequest>,
    ) -> Result<Response<v1::FriendRequest>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            Ok(self.0.chat.accept_request(&caller, read::request_id(&request.request_id)?).await?.into())
        })
        .await
    }

    async fn decline_friend_request(
        &self,
        request: Request<v1::DeclineFriendRequestRequest>,
    ) -> Result<Response<v1::FriendRequest>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            Ok(self.0.chat.decline_request(&caller, read::request_id(&request.request_id)?).await?.into())
        })
        .await
    }

    async fn withdraw_friend_request(
        &self,
        request: Request<v1::WithdrawFriendRequestRequest>,
    ) -> Result<Response<v1::WithdrawFriendRequestResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            self.0.chat.withdraw_request(&caller, read::request_id(&request.request_id)?).await?;
            Ok(v1::WithdrawFriendRequestResponse {})
        })
        .await
    }

    async fn list_friends(
        &self,
        request: Request<v1::ListFriendsRequest>,
    ) -> Result<Response<v1::ListFriendsResponse>, Status> {
        answer(async {
            let (caller, _) = self.0.signed_in(request)?;
            let friends = self.0.chat.friends(&caller).await?;
            Ok(v1::ListFriendsResponse { friends: friends.into_iter().map(v1::Friend::from).collect() })
        })
        .await
    }

    async fn unfriend(&self, request: Request<v1::UnfriendRequest>) -> Result<Response<v1::UnfriendResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            self.0.chat.unfriend(&caller, &read::user_id(&request.user_id)?).await?;
            Ok(v1::UnfriendResponse {})
        })
        .await
    }
}
