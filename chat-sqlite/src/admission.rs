use async_trait::async_trait;
use chat_core::{
    model::{admission::Admission, invite::InviteId, room::RoomId, user::UserId},
    ports::store::{AdmissionTx, Entrant, StoreError},
};
use chat_sql::entrant;

use crate::tx::SqliteTx;

const ENTRANT: &str = "
SELECT a.kind, a.coins, a.at,
    i.invite_id, i.room_id, i.maker, i.invitee, i.created_at, i.expires_at, i.used_at, i.revoked_at,
    m.user_id IS NOT NULL AND m.left_at IS NULL AS is_member,
    EXISTS (SELECT 1 FROM chat_bans WHERE room_id = ?1 AND user_id = ?2) AS is_banned,
    EXISTS (SELECT 1 FROM chat_admissions WHERE user_id = ?2 AND kind = 'free') AS had_free_admission
FROM (SELECT 1) AS one
LEFT JOIN chat_members m ON m.room_id = ?1 AND m.user_id = ?2
LEFT JOIN chat_admissions a ON a.user_id = ?2 AND a.room_id = ?1
LEFT JOIN chat_invites i ON i.invite_id = ?3 AND i.room_id = ?1";

const INSERT_ADMISSION: &str =
    "INSERT INTO chat_admissions (user_id, room_id, kind, coins, at) VALUES (?1, ?2, ?3, ?4, ?5)";

#[async_trait]
impl AdmissionTx for SqliteTx {
    async fn entrant(&mut self, room: RoomId, user: &UserId, invite: Option<InviteId>) -> Result<Entrant, StoreError> {
        let query = self
            .query(ENTRANT)
            .bind(room.as_bytes().as_slice())
            .bind(user.as_str())
            .bind(invite.as_ref().map(|id| id.as_bytes().as_slice()));
        entrant(&self.only_row(query).await?)
    }

    async fn insert_admission(&mut self, user: &UserId, room: RoomId, admission: &Admission) -> Result<(), StoreError> {
        let statement = self
            .query(INSERT_ADMISSION)
            .bind(user.as_str())
            .bind(room.as_bytes().as_slice())
            .bind(admission.kind.as_str())
            .bind(admission.coins.get())
            .bind(admission.at.as_millis());
        self.write(statement).await?;
        Ok(())
    }
}
