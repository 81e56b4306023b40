use async_trait::async_trait;
use chat_core::{
    model::{
        invite::{Invite, InviteId, InviteTokenHash},
        room::RoomId,
        time::Timestamp,
        user::UserId,
    },
    ports::store::{InviteStore, InviteTx, StoreError},
};
use chat_sql::invite;

use crate::{MySqlStore, snapshot::Mark, tx::MySqlTx};

const INVITE_BY_TOKEN: &str = "
SELECT invite_id, room_id, maker, invitee, created_at, expires_at, used_at, revoked_at
FROM chat_invites
WHERE token_hash = ?";

const INVITES_TO: &str = "
SELECT invite_id, room_id, maker, invitee, created_at, expires_at, used_at, revoked_at
FROM chat_invites
WHERE room_id = ?
ORDER BY created_at DESC, invite_id DESC";

#[async_trait]
impl InviteStore for MySqlStore {
    async fn invite_by_token(&self, token: &InviteTokenHash) -> Result<Option<Invite>, StoreError> {
        self.row(INVITE_BY_TOKEN, &[token.into()]).await?.as_ref().map(invite).transpose()
    }

    async fn invites_to(&self, room: RoomId) -> Result<Vec<Invite>, StoreError> {
        self.snapshot(INVITES_TO, &[(&room).into()], Mark::Itself).await?.iter().map(invite).collect()
    }
}

const INSERT_INVITE: &str = "
INSERT INTO chat_invites
    (invite_id, room_id, maker, invitee, token_hash, created_at, expires_at, used_at, revoked_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

const INVITE_IN: &str = "
SELECT invite_id, room_id, maker, invitee, created_at, expires_at, used_at, revoked_at
FROM chat_invites
WHERE invite_id = ? AND room_id = ?";

const USE_INVITE: &str = "UPDATE chat_invites SET used_at = ? WHERE invite_id = ? AND used_at IS NULL";
const REVOKE_INVITE: &str = "
UPDATE chat_invites SET revoked_at = ? WHERE invite_id = ? AND used_at IS NULL AND revoked_at IS NULL";
const REVOKE_INVITES_BY: &str = "
UPDATE chat_invites SET revoked_at = ?
WHERE room_id = ? AND maker = ? AND used_at IS NULL AND revoked_at IS NULL";

#[async_trait]
impl InviteTx for MySqlTx {
    async fn insert_invite(&mut self, invite: &Invite, token: &InviteTokenHash) -> Result<(), StoreError> {
        self.write(
            INSERT_INVITE,
            &[
                (&invite.id).into(),
                (&invite.room).into(),
                (&invite.maker).into(),
                (&invite.invitee).into(),
                token.into(),
                invite.created_at.into(),
                invite.expires_at.into(),
                invite.used_at.into(),
                invite.revoked_at.into(),
            ],
        );
        Ok(())
    }

    async fn invite_in(&mut self, room: RoomId, id: InviteId) -> Result<Option<Invite>, StoreError> {
        self.row(INVITE_IN, &[(&id).into(), (&room).into()]).await?.as_ref().map(invite).transpose()
    }

    async fn use_invite(&mut self, id: InviteId, at: Timestamp) -> Result<(), StoreError> {
        self.change(USE_INVITE, &[at.into(), (&id).into()], "invites", id);
        Ok(())
    }

    async fn revoke_invite(&mut self, id: InviteId, at: Timestamp) -> Result<(), StoreError> {
        self.write(REVOKE_INVITE, &[at.into(), (&id).into()]);
        Ok(())
    }

    async fn revoke_invites_by(&mut self, room: RoomId, maker: &UserId, at: Timestamp) -> Result<(), StoreError> {
        self.write(REVOKE_INVITES_BY, &[at.into(), (&room).into(), maker.into()]);
        Ok(())
    }
}
