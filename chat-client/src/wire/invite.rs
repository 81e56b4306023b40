use std::fmt;

use serde::{Deserialize, Serialize};

use super::Time;

/// An invite that was made by this call.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewInvite {
    /// Which.
    pub invite_id: String,
    /// What the invited person joins with. It is shown here alone.
    pub invite_token: String,
    /// Who alone can use it.
    pub user_id: String,
    /// When it ends unused.
    pub expires_at: Time,
}

impl fmt::Debug for NewInvite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { invite_id, user_id, expires_at, .. } = self;
        f.debug_struct("NewInvite")
            .field("invite_id", invite_id)
            .field("user_id", user_id)
            .field("expires_at", expires_at)
            .finish_non_exhaustive()
    }
}

/// An invite to a room, for one person, once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    /// Which.
    pub invite_id: String,
    /// Who alone can use it.
    pub user_id: String,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// When it ends unused.
    pub expires_at: Time,
    /// When it was used, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Time>,
    /// When it was revoked, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Time>,
}
