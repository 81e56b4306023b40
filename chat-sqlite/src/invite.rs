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
use chat_sql::{invite, row::changed};

use crate::{SqliteStore, error::from_driver, tx::SqliteTx};

const INVITE_BY_TOKEN: &str = "
SELECT invite_id, room_id, maker, invitee, created_at, expires_at, used_at, revoked_at
FROM chat_invites
WHERE token_hash = ?1";

const INVITES_TO: &str = "
SELECT invite_id, room_id, maker, invitee, created_at, expires_at, used_at, revoked_at
FROM chat_invites
WHERE room_id = ?1
ORDER BY created_at DESC, invite_id DESC";

#[async_trait]
impl InviteStore for SqliteStore {
    async fn invite_by_token(&self, token: &InviteTokenHash) -> Result<Option<Invite>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(INVITE_BY_TOKEN).bind(token.as_bytes().as_slice());
        db.row(query).await.map_err(from_driver)?.as_ref().map(invite).transpose()
    }

    async fn invites_to(&self, room: RoomId) -> Result<Vec<Invite>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(INVITES_TO).bind(room.as_bytes().as_slice());
        db.rows(query).await.map_err(from_driver)?.iter().map(invite).collect()
    }
}

const INSERT_INVITE: &str = "
INSERT INTO chat_invites
    (invite_id, room_id, maker, invitee, token_hash, created_at, expires_at, used_at, revoked_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";

const INVITE_IN: &str = "
SELECT invite_id, room_id, maker, invitee, created_at, expires_at, used_at, revoked_at
FROM chat_invites
WHERE invite_id = ?1 AND room_id = ?2";

const USE_INVITE: &str = "UPDATE chat_invites SET used_at = ?2 WHERE invite_id = ?1 AND used_at IS NULL";
const REVOKE_INVITE: &str = "
UPDATE chat_invites SET revoked_at = ?2 WHERE invite_id = ?1 AND used_at IS NULL AND revoked_at IS NULL";
const REVOKE_INVITES_BY: &str = "
UPDATE chat_invites SET revoked_at = ?3
WHERE room_id = ?1 AND maker = ?2 AND used_at IS NULL AND revoked_at IS NULL";

#[async_trait]
impl InviteTx for SqliteTx {
    async fn insert_invite(&mut self, invite: &Invite, token: &InviteTokenHash) -> Result<(), StoreError> {
        let statement = self
            .query(INSERT_INVITE)
            .bind(invite.id.as_bytes().as_slice())
            .bind(invite.room.as_bytes().as_slice())
            .bind(invite.maker.as_str())
            .bind(invite.invitee.as_str())
            .bind(token.as_bytes().as_slice())
            .bind(invite.created_at.as_millis())
            .bind(invite.expires_at.as_millis())
            .bind(invite.used_at.map(Timestamp::as_millis))
            .bind(invite.revoked_at.map(Timestamp::as_millis));
        self.write(statement).await?;
        Ok(())
    }

    async fn invite_in(&mut self, room: RoomId, id: InviteId) -> Result<Option<Invite>, StoreError> {
        let query = self.query(INVITE_IN).bind(id.as_bytes().as_slice()).bind(room.as_bytes().as_slice());
        self.row(query).await?.as_ref().map(invite).transpose()
    }

    async fn use_invite(&mut self, id: InviteId, at: Timestamp) -> Result<(), StoreError> {
        let statement = self.query(USE_INVITE).bind(id.as_bytes().as_slice()).bind(at.as_millis());
        changed(self.write(statement).await?, 1, "invites", id)
    }

    async fn revoke_invite(&mut self, id: InviteId, at: Timestamp) -> Result<(), StoreError> {
        let statement = self.query(REVOKE_INVITE).bind(id.as_bytes().as_slice()).bind(at.as_millis());
        self.write(statement).await?;
        Ok(())
    }

    async fn revoke_invites_by(&mut self, room: RoomId, maker: &UserId, at: Timestamp) -> Result<(), StoreError> {
        let revoke =
            self.query(REVOKE_INVITES_BY).bind(room.as_bytes().as_slice()).bind(maker.as_str()).bind(at.as_millis());
        self.write(revoke).await?;
        Ok(())
    }
}
