use chat_core::{api::MadeInvite, model::invite as core};

use super::Time;
use crate::response::response;

response! {
    /// An invite to a room, for one person, once.
    pub(crate) struct Invite = "Invite" {
        /// Which. Of no use without the token.
        required invite_id: String = "inviteId",
        /// Who alone can use it.
        required user_id: String = "userId",
        /// Who made it.
        required created_by: String = "createdBy",
        /// When it was made.
        required created_at: Time = "createdAt",
        /// When it ends unused.
        required expires_at: Time = "expiresAt",
        /// When it was used, where it was.
        optional used_at: Time = "usedAt",
        /// When it was revoked, where it was.
        optional revoked_at: Time = "revokedAt",
    }
}

response! {
    /// An invite that was made by this call.
    pub(crate) struct CreatedInvite = "CreatedInvite" {
        /// Which.
        required invite_id: String = "inviteId",
        /// What the invited person joins with. It is shown here alone.
        required invite_token: String = "inviteToken",
        /// Who alone can use it.
        required user_id: String = "userId",
        /// When it ends unused.
        required expires_at: Time = "expiresAt",
    }
}

impl From<core::Invite> for Invite {
    fn from(invite: core::Invite) -> Self {
        Self {
            invite_id: invite.id.to_string(),
            user_id: invite.invitee.to_string(),
            created_by: invite.maker.to_string(),
            created_at: Time(invite.created_at),
            expires_at: Time(invite.expires_at),
            used_at: invite.used_at.map(Time),
            revoked_at: invite.revoked_at.map(Time),
        }
    }
}

impl From<MadeInvite> for CreatedInvite {
    fn from(MadeInvite { invite, token }: MadeInvite) -> Self {
        Self {
            invite_id: invite.id.to_string(),
            invite_token: token.expose().to_owned(),
            user_id: invite.invitee.to_string(),
            expires_at: Time(invite.expires_at),
        }
    }
}
