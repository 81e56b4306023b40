use chat_core::{api, model::session::SessionTokens};
use secrecy::ExposeSecret;

use super::time;
use crate::v1;

impl From<SessionTokens> for v1::Session {
    fn from(tokens: SessionTokens) -> Self {
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            expires_at: Some(time(tokens.expires_at)),
            refresh_token: tokens.refresh_token.expose_secret().to_owned(),
            refresh_expires_at: Some(time(tokens.refresh_expires_at)),
            device_id: tokens.device.to_string(),
        }
    }
}

impl From<api::SignedIn> for v1::SignedInUser {
    fn from(signed_in: api::SignedIn) -> Self {
        Self { user: Some(signed_in.user.into()), session: Some(signed_in.session.into()) }
    }
}

impl From<api::DeviceSession> for v1::DeviceSession {
    fn from(session: api::DeviceSession) -> Self {
        Self {
            device_id: session.device.to_string(),
            created_at: Some(time(session.created_at)),
            last_seen_at: Some(time(session.last_seen_at)),
            current: session.current,
        }
    }
}
