use std::sync::Arc;

use chat_core::{
    api::{ChatService, InviteUser},
    model::{invite::InviteId, session::Caller, user::UserId},
};
use poem_openapi::{OpenApi, param::Path};

use super::{Tag, room_id};
use crate::{
    answer::{Answer, Created, NoContent},
    payload::Json,
    request,
    response::response,
    signed_in::SignedIn,
    wire::invite::{CreatedInvite, Invite},
};

request! {
    /// Somebody to be invited.
    pub(super) struct InviteRequest = "InviteRequest" {
        /// Who; a prime member.
        required user_id: String = "userId",
        /// The room's password.
        required password: String = "password",
    }
}

response! {
    /// The invites to a room.
    pub(super) struct InviteList = "InviteList" {
        /// Each of them, whatever became of it.
        required invites: Vec<Invite> = "invites",
    }
}

pub(super) struct InviteRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Invites")]
impl InviteRoutes {
    /// Invite a prime member.
    ///
    /// For the room's owner. Hand the token to the invited person: it is shown here alone.
    #[oai(path = "/api/chatrooms/:roomId/invites", method = "post", operation_id = "invite")]
    async fn invite(
        &self,
        caller: SignedIn<Caller>,
        /// To which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        invite: Json<InviteRequest>,
    ) -> Answer<Created<CreatedInvite>> {
        let Json(InviteRequest { user_id, password }) = invite;
        let invite = InviteUser { invitee: UserId::parse(&user_id).ok(), password: password.into() };
        Ok(Created::new(self.0.invite(&caller.0, room_id(&room)?, invite).await?.into()))
    }

    /// List the invites to a room.
    ///
    /// For those who may invite.
    #[oai(path = "/api/chatrooms/:roomId/invites", method = "get", operation_id = "listInvites")]
    async fn list_invites(
        &self,
        caller: SignedIn<Caller>,
        /// Of which room.
        #[oai(name = "roomId")]
        room: Path<String>,
    ) -> Answer<Json<InviteList>> {
        let invites = self.0.invites(&caller.0, room_id(&room)?).await?;
        Ok(Json(InviteList { invites: invites.into_iter().map(Invite::from).collect() }))
    }

    /// Revoke an invite.
    ///
    /// For its maker and the room's owner. One that was used or revoked before stays as it is.
    #[oai(path = "/api/chatrooms/:roomId/invites/:inviteId", method = "delete", operation_id = "revokeInvite")]
    async fn revoke_invite(
        &self,
        caller: SignedIn<Caller>,
        /// Of which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// Which invite.
        #[oai(name = "inviteId")]
        invite: Path<String>,
    ) -> Answer<NoContent> {
        // The room and the membership are looked at first, so that what is no id goes on as one that nothing has.
        let invite = InviteId::parse(&invite).unwrap_or(InviteId::from_bytes([0; 16]));
        self.0.revoke_invite(&caller.0, room_id(&room)?, invite).await?;
        Ok(NoContent)
    }
}
