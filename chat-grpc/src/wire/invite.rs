use chat_core::{api::MadeInvite, model::invite};

use super::time;
use crate::v1;

impl From<invite::Invite> for v1::RoomInvite {
    fn from(invite: invite::Invite) -> Self {
        Self {
            invite_id: invite.id.to_string(),
            user_id: invite.invitee.to_string(),
            created_by: invite.maker.to_string(),
            created_at: Some(time(invite.created_at)),
            expires_at: Some(time(invite.expires_at)),
            used_at: invite.used_at.map(time),
            revoked_at: invite.revoked_at.map(time),
        }
    }
}

impl From<MadeInvite> for v1::NewInvite {
    fn from(MadeInvite { invite, token }: MadeInvite) -> Self {
        Self {
            invite_id: invite.id.to_string(),
            invite_token: token.expose().to_owned(),
            user_id: invite.invitee.to_string(),
            expires_at: Some(time(invite.expires_at)),
        }
    }
}
