use std::sync::Arc;

use chat_core::{
    api::{self, ChatService, JoinKey},
    error::{Fault, FieldCode, FieldError},
    model::{
        coin::Coins,
        invite::InviteToken,
        message::ClientId,
        room::{Capacity, RoomPassword},
        session::Caller,
        text::Name,
    },
};
use poem_openapi::{OpenApi, param::Path};

use super::{Tag, room_id};
use crate::{
    answer::{Answer, Created, CreatedOrOk, NoContent},
    payload::Json,
    problem::Problem,
    request,
    request_context::RequestContext,
    response::response,
    signed_in::SignedIn,
    wire::room::{Joined, Room},
};

request! {
    /// A room to be made.
    pub(super) struct CreateRoom = "CreateRoomRequest" {
        /// Its name: 1 to 64 characters, white space around them not counted.
        required name: Name = "name",
        /// With which others join. Any characters but NUL.
        required password: RoomPassword = "password",
        /// How many members it may have, the owner included. 6 unless given.
        optional capacity: Capacity = "capacity",
        /// A key of printable ASCII, best a random UUID: the same again answers the room that was made first.
        optional client_id: ClientId = "clientId",
    }
}

request! {
    /// What changes of a room.
    pub(super) struct UpdateRoom = "UpdateRoomRequest" {
        /// Another name: 1 to 64 characters, white space around them not counted.
        optional name: Name = "name",
        /// Another password. Any characters but NUL.
        optional password: RoomPassword = "password",
        /// How many members it may have, the owner included; not below those it has.
        optional capacity: Capacity = "capacity",
    }
}

request! {
    /// A seat to be taken: with `roomId` and `password`, or with `inviteToken`.
    pub(super) struct JoinRoom = "JoinRoomRequest" {
        /// Which room. Together with `password`.
        optional room_id: String = "roomId",
        /// The room's password.
        optional password: String = "password",
        /// The token of an invite. Stands in for `roomId` and `password`.
        optional invite_token: String = "inviteToken",
        /// Only say what would come of it, and change nothing.
        optional dry_run: bool = "dryRun",
        /// The most that may be charged; without it, whatever it costs.
        optional max_charge: Coins = "maxCharge",
    }
}

response! {
    /// Some rooms.
    pub(super) struct RoomList = "RoomList" {
        /// The one with the latest event first.
        required rooms: Vec<Room> = "rooms",
    }
}

pub(super) struct RoomRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Rooms")]
impl RoomRoutes {
    /// Make a room.
    ///
    /// For prime members. The caller owns it and takes its first seat.
    #[oai(path = "/api/chatrooms", method = "post", operation_id = "createRoom")]
    async fn create_room(
        &self,
        caller: SignedIn<Caller>,
        context: RequestContext,
        create: Json<CreateRoom>,
    ) -> Answer<CreatedOrOk<Room>> {
        let Json(CreateRoom { name, password, capacity, client_id }) = create;
        let capacity = capacity.unwrap_or(Capacity::MAX);
        let create = api::CreateRoom { name, password, capacity, client_id };
        let made = self.0.create_room(&caller.0, create).await?;
        let room = Room::from(&made.room);
        if made.repeated {
            return Ok(CreatedOrOk::Ok(room));
        }
        let location = context.location(&format!("/api/chatrooms/{}", room.room_id));
        Ok(CreatedOrOk::Created(Created::at(location, room)))
    }

    /// List one's rooms.
    ///
    /// The one with the latest event first, closed ones among them.
    #[oai(path = "/api/chatrooms", method = "get", operation_id = "listRooms")]
    async fn list_rooms(&self, caller: SignedIn<Caller>) -> Answer<Json<RoomList>> {
        let rooms = self.0.rooms(&caller.0).await?;
        Ok(Json(RoomList { rooms: rooms.iter().map(Room::from).collect() }))
    }

    /// Look at one of one's rooms.
    ///
    /// For its members alone: others look by a dry run of `joinRoom`.
    #[oai(path = "/api/chatrooms/:roomId", method = "get", operation_id = "getRoom")]
    async fn get_room(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
    ) -> Answer<Json<Room>> {
        Ok(Json(Room::from(&self.0.room(&caller.0, room_id(&room)?).await?)))
    }

    /// Take a seat in a room.
    ///
    /// The first admission of a life is free, as are those of prime members; each further one costs coins. Joining
    /// again changes nothing and costs nothing.
    #[oai(path = "/api/joinroom", method = "post", operation_id = "joinRoom")]
    async fn join_room(&self, caller: SignedIn<Caller>, join: Json<JoinRoom>) -> Answer<Json<Joined>> {
        let Json(JoinRoom { room_id, password, invite_token, dry_run, max_charge }) = join;
        let key = join_key(room_id, password, invite_token)?;
        let join = api::JoinRoom { key, dry_run: dry_run.unwrap_or(false), max_charge };
        Ok(Json(self.0.join_room(&caller.0, join).await?.into()))
    }

    /// Give up one's seat.
    ///
    /// An owner hands the room over by it; the last one out closes it.
    #[oai(path = "/api/chatrooms/:roomId/leave", method = "post", operation_id = "leaveRoom")]
    async fn leave_room(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
    ) -> Answer<NoContent> {
        self.0.leave_room(&caller.0, room_id(&room)?).await?;
        Ok(NoContent)
    }

    /// Change a room.
    ///
    /// For its owner. What is absent stays. Invites that were made stay good when the password changes.
    #[oai(path = "/api/chatrooms/:roomId", method = "patch", operation_id = "updateRoom")]
    async fn update_room(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
        update: Json<UpdateRoom>,
    ) -> Answer<Json<Room>> {
        let Json(UpdateRoom { name, password, capacity }) = update;
        let change = api::ChangeRoom { name, password, capacity };
        Ok(Json(Room::from(&self.0.change_room(&caller.0, room_id(&room)?, change).await?)))
    }

    /// Close a room.
    ///
    /// For its owner. Its members stay, and read on; nothing is written or joined any more. Closing again changes nothing.
    #[oai(path = "/api/chatrooms/:roomId", method = "delete", operation_id = "closeRoom")]
    async fn close_room(
        &self,
        caller: SignedIn<Caller>,
        /// Which room.
        #[oai(name = "roomId")]
        room: Path<String>,
    ) -> Answer<NoContent> {
        self.0.close_own_room(&caller.0, room_id(&room)?).await?;
        Ok(NoContent)
    }
}

fn join_key(room: Option<String>, password: Option<String>, invite: Option<String>) -> Result<JoinKey, Problem> {
    match (room, password, invite) {
        (Some(room), Some(password), None) => {
            Ok(JoinKey::Password { room: room_id(&room)?, password: password.into() })
        }
        (None, None, Some(token)) => Ok(JoinKey::Invite(InviteToken::from_client(&token))),
        (room, password, None) => {
            let missing = [("roomId", room.is_none()), ("password", password.is_none())];
            let missing = missing.into_iter().filter(|(_, missing)| *missing);
            Err(Problem::invalid(missing.map(|(field, _)| needed(field)).collect()))
        }
        (room, password, Some(_)) => {
            let superfluous = [("roomId", room.is_some()), ("password", password.is_some())];
            let superfluous = superfluous.into_iter().filter(|(_, given)| *given);
            Err(Problem::invalid(superfluous.map(|(field, _)| not_with_an_invite(field)).collect()))
        }
    }
}

fn needed(field: &'static str) -> FieldError {
    Fault::new(FieldCode::Required, "give roomId and password, or inviteToken alone").at(field)
}

fn not_with_an_invite(field: &'static str) -> FieldError {
    Fault::new(FieldCode::Unknown, "inviteToken stands in for roomId and password: leave them out").at(field)
}
