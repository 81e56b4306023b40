use std::sync::Arc;

use chat_core::{
    api::{self, Admin},
    model::operator::Operator,
};
use poem_openapi::{OpenApi, param::Path};

use super::Tag;
use crate::{
    answer::{Answer, NoContent},
    payload::Json,
    response::response,
    rest::room_id,
    signed_in::SignedIn,
    wire::{Time, room::Member},
};

response! {
    /// A room, as operators see it.
    pub(super) struct AdminRoom = "AdminRoom" {
        /// Which.
        required room_id: String = "roomId",
        /// Its name.
        required name: String = "name",
        /// Who owns it; of a room that its last member left, who owned it last.
        required owner_id: String = "ownerId",
        /// How many members it may have.
        required capacity: u8 = "capacity",
        /// How many it has.
        required member_count: u8 = "memberCount",
        /// The number of its newest event.
        required last_seq: u64 = "lastSeq",
        /// Since when.
        required created_at: Time = "createdAt",
        /// When it was closed, where it was.
        optional closed_at: Time = "closedAt",
        /// Who sits in it: owner first, then moderators, then members.
        required members: Vec<Member> = "members",
    }
}

pub(super) struct RoomRoutes(pub(super) Arc<dyn Admin>);

#[OpenApi(tag = "Tag::Rooms")]
impl RoomRoutes {
    /// Look at a room.
    ///
    /// With its members; closed ones, too.
    #[oai(path = "/admin/chatrooms/:roomId", method = "get", operation_id = "getRoom")]
    async fn get_room(
        &self,
        operator: SignedIn<Operator>,
        /// Which.
        #[oai(name = "roomId")]
        room: Path<String>,
    ) -> Answer<Json<AdminRoom>> {
        Ok(Json(self.0.look_at_room(&operator.0, room_id(&room)?).await?.into()))
    }

    /// Close a room.
    ///
    /// Its members read on and may leave; nothing is written or joined any more. Twice is no error.
    #[oai(path = "/admin/chatrooms/:roomId", method = "delete", operation_id = "closeRoom")]
    async fn close_room(
        &self,
        operator: SignedIn<Operator>,
        /// Which.
        #[oai(name = "roomId")]
        room: Path<String>,
    ) -> Answer<NoContent> {
        self.0.close_room(&operator.0, room_id(&room)?).await?;
        Ok(NoContent)
    }
}

impl From<api::AdminRoom> for AdminRoom {
    fn from(seen: api::AdminRoom) -> Self {
        let room = seen.room;
        Self {
            room_id: room.id.to_string(),
            name: room.name.to_string(),
            owner_id: room.owner.to_string(),
            capacity: room.capacity.get(),
            member_count: room.member_count,
            last_seq: room.last_seq.get(),
            created_at: Time(room.created_at),
            closed_at: room.closed_at.map(Time),
            members: seen.members.into_iter().map(Member::from).collect(),
        }
    }
}
