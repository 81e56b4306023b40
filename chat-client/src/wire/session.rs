use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Time, User};

/// What a client holds of its session. Both tokens are secrets.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Sent with every call.
    pub access_token: String,
    /// When the access token ends.
    pub expires_at: Time,
    /// Exchanged for new tokens, and replaced by that.
    pub refresh_token: String,
    /// When the refresh token ends if it is not used.
    pub refresh_expires_at: Time,
    /// The device that is signed in.
    pub device_id: String,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("access_token", &"***")
            .field("expires_at", &self.expires_at)
            .field("refresh_token", &"***")
            .field("refresh_expires_at", &self.refresh_expires_at)
            .field("device_id", &self.device_id)
            .finish()
    }
}

/// A user who has just signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    /// The user.
    pub user: User,
    /// The session.
    pub session: Session,
}

/// Who registers, and from which device.
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// Who.
    pub user_id: String,
    /// The device that is signed in by it.
    pub device_id: String,
    /// The name that others see.
    pub name: String,
    /// In E.164.
    pub phone: String,
    /// The opening balance, where the server leaves that to who asks.
    pub avail_coins: i64,
    /// The password.
    pub password: String,
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user_id, device_id, name, .. } = self;
        f.debug_struct("Registration")
            .field("user_id", user_id)
            .field("device_id", device_id)
            .field("name", name)
            .finish_non_exhaustive()
    }
}

/// One of one's sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DeviceSession {
    /// On which device.
    pub device_id: String,
    /// Since when.
    pub created_at: Time,
    /// When it signed in or was refreshed last.
    pub last_seen_at: Time,
    /// Whether it is the one that asks.
    pub current: bool,
}
