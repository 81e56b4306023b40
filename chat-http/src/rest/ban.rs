use std::sync::Arc;

use chat_core::{
    api::ChatService,
    model::{session::Caller, user::UserId},
};
use poem_openapi::{OpenApi, param::Path};

use super::{Tag, room_id};
use crate::{
    answer::{Answer, NoContent},
    payload::Json,
    response::response,
    signed_in::SignedIn,
    wire::ban::Ban,
};

response! {
    /// Who is banned from a room.
    pub(super) struct BanList = "BanList" {
        /// Each of them, by the time of it.
        required bans: Vec<Ban> = "bans",
    }
}

pub(super) struct BanRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Members")]
impl BanRoutes {
    /// List who is banned from a room.
    ///
    /// For owner and moderators.
    #[oai(path = "/api/chatrooms/:roomId/bans", method = "get", operation_id = "listBans")]
    async fn list_bans(
        &self,
        caller: SignedIn<Caller>,
        /// Of which room.
        #[oai(name = "roomId")]
        room: Path<String>,
    ) -> Answer<Json<BanList>> {
        let bans = self.0.bans(&caller.0, room_id(&room)?).await?;
        Ok(Json(BanList { bans: bans.into_iter().map(Ban::from).collect() }))
    }

    /// Ban somebody from a room.
    ///
    /// For owner and moderators. A member below them loses the seat by it; who is no member is kept out. Banning again
    /// changes nothing.
    #[oai(path = "/api/chatrooms/:roomId/bans/:userId", method = "put", operation_id = "banUser")]
    async fn ban_user(
        &self,
        caller: SignedIn<Caller>,
        /// From which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// Whom.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<NoContent> {
        self.0.ban(&caller.0, room_id(&room)?, UserId::parse(&user).ok()).await?;
        Ok(NoContent)
    }

    /// Lift a ban.
    ///
    /// For owner and moderators. Where there is none, nothing changes.
    #[oai(path = "/api/chatrooms/:roomId/bans/:userId", method = "delete", operation_id = "liftBan")]
    async fn lift_ban(
        &self,
        caller: SignedIn<Caller>,
        /// Of which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        /// Whose.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<NoContent> {
        self.0.lift_ban(&caller.0, room_id(&room)?, UserId::parse(&user).ok()).await?;
        Ok(NoContent)
    }
}
