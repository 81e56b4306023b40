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

response! {
    /// One of one's sessions.
    pub(crate) struct DeviceSession = "DeviceSession" {
        /// On which device.
        required device_id: String = "deviceId",
        /// Since when.
        required created_at: Time = "createdAt",
        /// When it was last used, to within the life of an access token.
        required last_seen_at: Time = "lastSeenAt",
        /// Whether it is the one that asks.
        required current: bool = "current",
    }
}

response! {
    /// One's sessions.
    pub(crate) struct DeviceSessions = "DeviceSessions" {
        /// Those that can still be used, the one seen last first.
        required sessions: Vec<DeviceSession> = "sessions",
    }
}

impl From<api::DeviceSession> for DeviceSession {
    fn from(session: api::DeviceSession) -> Self {
        Self {
            device_id: session.device.to_string(),
            created_at: Time(session.created_at),
            last_seen_at: Time(session.last_seen_at),
            current: session.current,
        }
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
