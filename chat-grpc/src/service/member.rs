use tonic::{Request, Response, Status};

use super::{Calls, answer};
use crate::{read, v1};

#[tonic::async_trait]
impl v1::members_server::Members for Calls {
    async fn list_members(
        &self,
        request: Request<v1::ListMembersRequest>,
    ) -> Result<Response<v1::ListMembersResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let members = self.0.chat.members(&caller, read::room_id(&request.room_id)?).await?;
            Ok(v1::ListMembersResponse { members: members.into_iter().map(v1::Member::from).collect() })
        })
        .await
    }

    async fn remove_member(
        &self,
        request: Request<v1::RemoveMemberRequest>,
    ) -> Result<Response<v1::RemoveMemberResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let room = read::room_id(&request.room_id)?;
            self.0.chat.remove_member(&caller, room, read::somebody(&request.user_id)).await?;
            Ok(v1::RemoveMemberResponse {})
        })
        .await
    }

    async fn set_role(&self, request: Request<v1::SetRoleRequest>) -> Result<Response<v1::Member>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let role = read::role(request.role)?;
            let room = read::room_id(&request.room_id)?;
            Ok(self.0.chat.set_role(&caller, room, read::somebody(&request.user_id), role).await?.into())
        })
        .await
    }
}
