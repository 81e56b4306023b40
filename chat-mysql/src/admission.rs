use async_trait::async_trait;
use chat_core::{
    model::{admission::Admission, invite::InviteId, room::RoomId, user::UserId},
    ports::store::{AdmissionTx, Entrant, StoreError},
};
use chat_sql::entrant;

use crate::{literal::Value, tx::MySqlTx};

const ENTRANT: &str = "
SELECT a.kind, a.coins, a.at,
    i.invite_id, i.room_id, i.maker, i.invitee, i.created_at, i.expires_at, i.used_at, i.revoked_at,
    m.user_id IS NOT NULL AND m.left_at IS NULL AS is_member,
    EXISTS (SELECT 1 FROM chat_bans WHERE room_id = ? AND user_id = ?) AS is_banned,
    EXISTS (SELECT 1 FROM chat_admissions WHERE free_of = ?) AS had_free_admission
FROM (SELECT 1 AS one) AS one
LEFT JOIN chat_members m ON m.room_id = ? AND m.user_id = ?
LEFT JOIN chat_admissions a ON a.user_id = ? AND a.room_id = ?
LEFT JOIN chat_invites i ON i.invite_id = ? AND i.room_id = ?";

const INSERT_ADMISSION: &str = "INSERT INTO chat_admissions (user_id, room_id, kind, coins, at) VALUES (?, ?, ?, ?, ?)";

#[async_trait]
impl AdmissionTx for MySqlTx {
    async fn entrant(&mut self, room: RoomId, user: &UserId, invite: Option<InviteId>) -> Result<Entrant, StoreError> {
        let (id, user) = (Value::from(&room), Value::from(user));
        let row = self.row(ENTRANT, &[id, user, user, id, user, user, id, invite.as_ref().into(), id]).await?;
        row.as_ref().map_or_else(|| Ok(Entrant::default()), entrant)
    }

    async fn insert_admission(&mut self, user: &UserId, room: RoomId, admission: &Admission) -> Result<(), StoreError> {
        let kind = Value::Ascii(admission.kind.as_str());
        self.write(INSERT_ADMISSION, &[user.into(), (&room).into(), kind, admission.coins.into(), admission.at.into()]);
        Ok(())
    }
}
