use chat_core::api::InviteUser;
use tonic::{Request, Response, Status};

use super::{Calls, answer};
use crate::{read, v1};

#[tonic::async_trait]
impl v1::invites_server::Invites for Calls {
    async fn invite(&self, request: Request<v1::InviteRequest>) -> Result<Response<v1::NewInvite>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let room = read::room_id(&request.room_id)?;
            let invitee = read::somebody(&request.user_id);
            let invite = InviteUser { invitee, password: request.password.into() };
            Ok(self.0.chat.invite(&caller, room, invite).await?.into())
        })
        .await
    }

    async fn list_invites(
        &self,
        request: Request<v1::ListInvitesRequest>,
    ) -> Result<Response<v1::ListInvitesResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let invites = self.0.chat.invites(&caller, read::room_id(&request.room_id)?).await?;
            Ok(v1::ListInvitesResponse { invites: invites.into_iter().map(v1::RoomInvite::from).collect() })
        })
        .await
    }

    async fn revoke_invite(
        &self,
        request: Request<v1::RevokeInviteRequest>,
    ) -> Result<Response<v1::RevokeInviteResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let room = read::room_id(&request.room_id)?;
            self.0.chat.revoke_invite(&caller, room, read::invite_id(&request.invite_id)).await?;
            Ok(v1::RevokeInviteResponse {})
        })
        .await
    }
}
