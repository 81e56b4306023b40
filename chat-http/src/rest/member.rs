use std::sync::Arc;

use chat_core::{
    api::ChatService,
    model::{room::Role, session::Caller, user::UserId},
};
use poem_openapi::{OpenApi, param::Path};

use super::{Tag, room_id};
use crate::{
    answer::{Answer, NoContent},
    payload::Json,
    request,
    response::response,
    signed_in::SignedIn,
    wire::room::Member,
};

request! {
    /// A role to be given.
    pub(super) struct SetRole = "SetRoleRequest" {
        /// Which. `owner` hands the room over.
        required role: Role = "role",
    }
}

response! {
    /// The members of a room.
    pub(super) struct MemberList = "MemberList" {
        /// Each of them.
        required members: Vec<Member> = "members",
    }
}

pub(super) struct MemberRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Members")]
impl MemberRoutes {
    /// List the members of one of one's rooms.
    ///
    /// With how far each has read.
    #[oai(path = "/api/chatrooms/:roomId/members", method = "get", operation_id = "listMembers")]
    async fn list_members(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
    ) -> Answer<Json<MemberList>> {
        let members = self.0.members(&caller.0, room_id(&room)?).await?;
        Ok(Json(MemberList { members: members.into_iter().map(Member::from).collect() }))
    }

    /// Take a member's seat back.
    ///
    /// For owner and moderators, of those below them. Of oneself it is leaving.
    #[oai(path = "/api/chatrooms/:roomId/members/:userId", method = "delete", operation_id = "removeMember")]
    async fn remove_member(
        &self,
        caller: SignedIn<Caller>,
        /// Of which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// Whose.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<NoContent> {
        self.0.remove_member(&caller.0, room_id(&room)?, UserId::parse(&user).ok()).await?;
        Ok(NoContent)
    }

    /// Give a member a role.
    ///
    /// For the owner, who is a moderator after handing the room over.
    #[oai(path = "/api/chatrooms/:roomId/members/:userId/role", method = "put", operation_id = "setRole")]
    async fn set_role(
        &self,
        caller: SignedIn<Caller>,
        /// Of which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// To whom.
        #[oai(name = "userId")]
        user: Path<String>,
        set: Json<SetRole>,
    ) -> Answer<Json<Member>> {
        let user = UserId::parse(&user).ok();
        Ok(Json(self.0.set_role(&caller.0, room_id(&room)?, user, set.0.role).await?.into()))
    }
}
