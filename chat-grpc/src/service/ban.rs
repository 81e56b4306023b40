use tonic::{Request, Response, Status};

use super::{Calls, answer};
use crate::{read, v1};

#[tonic::async_trait]
impl v1::bans_server::Bans for Calls {
    async fn list_bans(&self, request: Request<v1::ListBansRequest>) -> Result<Response<v1::ListBansResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let bans = self.0.chat.bans(&caller, read::room_id(&request.room_id)?).await?;
            Ok(v1::ListBansResponse { bans: bans.into_iter().map(v1::Ban::from).collect() })
        })
        .await
    }

    async fn ban_user(&self, request: Request<v1::BanUserRequest>) -> Result<Response<v1::BanUserResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let room = read::room_id(&request.room_id)?;
            self.0.chat.ban(&caller, room, read::somebody(&request.user_id)).await?;
            Ok(v1::BanUserResponse {})
        })
        .await
    }

    async fn lift_ban(&self, request: Request<v1::LiftBanRequest>) -> Result<Response<v1::LiftBanResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let room = read::room_id(&request.room_id)?;
            self.0.chat.lift_ban(&caller, room, read::somebody(&request.user_id)).await?;
            Ok(v1::LiftBanResponse {})
        })
        .await
    }
}
