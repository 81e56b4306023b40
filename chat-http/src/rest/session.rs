use std::sync::Arc;

use chat_core::{
    api::{self, ChatService},
    model::{
        session::{Caller, DeviceId},
        user::Password,
    },
};
use poem_openapi::{OpenApi, param::Path};

use super::{Tag, device_id};
use crate::{
    answer::{Answer, NoContent},
    payload::Json,
    request,
    signed_in::SignedIn,
    stranger::Stranger,
    wire::session::{DeviceSession, DeviceSessions, Session, SignedInUser},
};

request! {
    /// A sign-in.
    pub(super) struct Login = "LoginRequest" {
        /// Who.
        required user_id: String = "userId",
        /// The device; an earlier session of the same user on it ends. `A-Z a-z 0-9 . _ @ : + -`.
        required device: DeviceId = "deviceId",
        /// The password.
        required password: String = "password",
    }
}

request! {
    /// An exchange of tokens.
    pub(super) struct Refresh = "RefreshRequest" {
        /// The refresh token as it was given last.
        required refresh_token: String = "refreshToken",
    }
}

request! {
    /// A change of password.
    pub(super) struct ChangePassword = "ChangePasswordRequest" {
        /// The present one.
        required old: String = "oldPassword",
        /// The next one. Any characters but NUL.
        required new: Password = "newPassword",
    }
}

pub(super) struct SessionRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Sessions")]
impl SessionRoutes {
    /// Sign in on a device.
    ///
    /// Ends an earlier session of the same user on that device.
    #[oai(path = "/api/login", method = "post", operation_id = "login")]
    async fn login(&self, stranger: Stranger, login: Json<Login>) -> Answer<Json<SignedInUser>> {
        let Json(Login { user_id, device, password }) = login;
        let login = api::Login { user_id, device, password: password.into(), address: stranger.address };
        Ok(Json(self.0.login(login).await?.into()))
    }

    /// Exchange a refresh token for new tokens.
    ///
    /// Keep what is answered: the old token is good for one minute more, in case the answer is lost on the way.
    #[oai(path = "/api/refresh", method = "post", operation_id = "refresh")]
    async fn refresh(&self, _stranger: Stranger, refresh: Json<Refresh>) -> Answer<Json<Session>> {
        Ok(Json(self.0.refresh(&refresh.0.refresh_token).await?.into()))
    }

    /// Sign out on this device.
    ///
    /// The session ends at once, with its connections.
    #[oai(path = "/api/logout", method = "post", operation_id = "logout")]
    async fn logout(&self, caller: SignedIn<Caller>) -> Answer<NoContent> {
        self.0.logout(&caller.0).await?;
        Ok(NoContent)
    }

    /// List one's sessions.
    ///
    /// Those that can still be used, the one seen last first.
    #[oai(path = "/api/sessions", method = "get", operation_id = "listSessions")]
    async fn list_sessions(&self, caller: SignedIn<Caller>) -> Answer<Json<DeviceSessions>> {
        let sessions = self.0.sessions(&caller.0).await?;
        Ok(Json(DeviceSessions { sessions: sessions.into_iter().map(DeviceSession::from).collect() }))
    }

    /// Sign out on one of one's devices.
    ///
    /// That session ends at once, with its connections.
    #[oai(path = "/api/sessions/:deviceId", method = "delete", operation_id = "endSession")]
    async fn end_session(
        &self,
        caller: SignedIn<Caller>,
        /// Which device.
        #[oai(name = "deviceId")]
        device: Path<String>,
    ) -> Answer<NoContent> {
        self.0.end_session(&caller.0, &device_id(&device)?).await?;
        Ok(NoContent)
    }

    /// Change one's password.
    ///
    /// All other sessions end.
    #[oai(path = "/api/password", method = "post", operation_id = "changePassword")]
    async fn change_password(&self, caller: SignedIn<Caller>, change: Json<ChangePassword>) -> Answer<NoContent> {
        let Json(ChangePassword { old, new }) = change;
        self.0.change_password(&caller.0, api::ChangePassword { old: old.into(), new }).await?;
        Ok(NoContent)
    }
}
