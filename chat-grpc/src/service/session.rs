use chat_core::api;
use tonic::{Request, Response, Status};

use super::{Calls, answer};
use crate::{read, v1};

#[tonic::async_trait]
impl v1::sessions_server::Sessions for Calls {
    async fn login(&self, request: Request<v1::LoginRequest>) -> Result<Response<v1::SignedInUser>, Status> {
        answer(async {
            let address = self.0.stranger(&request);
            let v1::LoginRequest { user_id, device_id, password } = request.into_inner();
            let device = read::login_device(&device_id)?;
            let login = api::Login { user_id, device, password: password.into(), address };
            Ok(self.0.chat.login(login).await?.into())
        })
        .await
    }

    async fn refresh(&self, request: Request<v1::RefreshRequest>) -> Result<Response<v1::Session>, Status> {
        answer(async {
            self.0.stranger(&request);
            Ok(self.0.chat.refresh(&request.get_ref().refresh_token).await?.into())
        })
        .await
    }

    async fn logout(&self, request: Request<v1::LogoutRequest>) -> Result<Response<v1::LogoutResponse>, Status> {
        answer(async {
            let (caller, _) = self.0.signed_in(request)?;
            self.0.chat.logout(&caller).await?;
            Ok(v1::LogoutResponse {})
        })
        .await
    }

    async fn list_sessions(
        &self,
        request: Request<v1::ListSessionsRequest>,
    ) -> Result<Response<v1::ListSessionsResponse>, Status> {
        answer(async {
            let (caller, _) = self.0.signed_in(request)?;
            let sessions = self.0.chat.sessions(&caller).await?;
            Ok(v1::ListSessionsResponse { sessions: sessions.into_iter().map(v1::DeviceSession::from).collect() })
        })
        .await
    }

    async fn end_session(
        &self,
        request: Request<v1::EndSessionRequest>,
    ) -> Result<Response<v1::EndSessionResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            self.0.chat.end_session(&caller, &read::device_id(&request.device_id)?).await?;
            Ok(v1::EndSessionResponse {})
        })
        .await
    }

    async fn change_password(
        &self,
        request: Request<v1::ChangePasswordRequest>,
    ) -> Result<Response<v1::ChangePasswordResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            self.0.chat.change_password(&caller, read::change_password(request)?).await?;
            Ok(v1::ChangePasswordResponse {})
        })
        .await
    }
}
