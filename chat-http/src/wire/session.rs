use chat_core::{api, model::session::SessionTokens};
use secrecy::ExposeSecret;

use super::{Time, user::User};
use crate::response::response;

response! {
    /// What a client holds of its session. The tokens are secrets.
    pub(crate) struct Session = "Session" {
        /// Sent with every call as `Authorization: Bearer …`.
        required access_token: String = "accessToken",
        /// When the access token ends.
        required expires_at: Time = "expiresAt",
        /// Opaque; exchanged for new tokens, and replaced by that.
        required refresh_token: String = "refreshToken",
        /// When the refresh token ends if it is not used.
        required refresh_expires_at: Time = "refreshExpiresAt",
        /// The device that is signed in.
        required device_id: String = "deviceId",
    }
}

response! {
    /// A user who has just signed in.
    pub(crate) struct SignedInUser = "SignedInUser" {
        /// The user.
        required user: User = "user",
        /// The session.
        required session: Session = "session",
    }
}

impl From<SessionTokens> for Session {
    fn from(tokens: SessionTokens) -> Self {
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            expires_at: Time(tokens.expires_at),
            refresh_token: tokens.refresh_token.expose_secret().to_owned(),
            refresh_expires_at: Time(tokens.refresh_expires_at),
            device_id: tokens.device.to_string(),
        }
    }
}

impl From<api::SignedIn> for SignedInUser {
    fn from(signed_in: api::SignedIn) -> Self {
        Self { user: signed_in.user.into(), session: signed_in.session.into() }
    }
}
