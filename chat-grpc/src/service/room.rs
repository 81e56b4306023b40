use tonic::{Request, Response, Status};

use super::{Calls, answer};
use crate::{read, v1};

#[tonic::async_trait]
impl v1::rooms_server::Rooms for Calls {
    async fn create_room(
        &self,
        request: Request<v1::CreateRoomRequest>,
    ) -> Result<Response<v1::CreateRoomResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            Ok(self.0.chat.create_room(&caller, read::create_room(request)?).await?.into())
        })
        .await
    }

    async fn list_rooms(
        &self,
        request: Request<v1::ListRoomsRequest>,
    ) -> Result<Response<v1::ListRoomsResponse>, Status> {
        answer(async {
            let (caller, _) = self.0.signed_in(request)?;
            let rooms = self.0.chat.rooms(&caller).await?;
            Ok(v1::ListRoomsResponse { rooms: rooms.iter().map(v1::Room::from).collect() })
        })
        .await
    }

    async fn get_room(&self, request: Request<v1::GetRoomRequest>) -> Result<Response<v1::Room>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let room = self.0.chat.room(&caller, read::room_id(&request.room_id)?).await?;
            Ok((&room).into())
        })
        .await
    }

    async fn join_room(&self, request: Request<v1::JoinRoomRequest>) -> Result<Response<v1::JoinRoomResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            Ok(self.0.chat.join_room(&caller, read::join_room(request)?).await?.into())
        })
        .await
    }

    async fn leave_room(
        &self,
        request: Request<v1::LeaveRoomRequest>,
    ) -> Result<Response<v1::LeaveRoomResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            self.0.chat.leave_room(&caller, read::room_id(&request.room_id)?).await?;
            Ok(v1::LeaveRoomResponse {})
        })
        .await
    }

    async fn update_room(&self, request: Request<v1::UpdateRoomRequest>) -> Result<Response<v1::Room>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let room = request.room_id.clone();
            let change = read::change_room(request)?;
            let room = self.0.chat.change_room(&caller, read::room_id(&room)?, change).await?;
            Ok((&room).into())
        })
        .await
    }

    async fn close_room(
        &self,
        request: Request<v1::CloseRoomRequest>,
    ) -> Result<Response<v1::CloseRoomResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            self.0.chat.close_own_room(&caller, read::room_id(&request.room_id)?).await?;
            Ok(v1::CloseRoomResponse {})
        })
        .await
    }
}
