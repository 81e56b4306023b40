use async_trait::async_trait;
use chat_core::{
    model::{ban::Ban, room::RoomId, user::UserId},
    ports::store::{BanStore, BanTx, StoreError},
};
use chat_sql::ban;

use crate::{MySqlStore, snapshot::Mark, tx::MySqlTx};

const BANS: &str = "
SELECT room_id, user_id, banned_by, at FROM chat_bans WHERE room_id = ? ORDER BY at, user_id";

#[async_trait]
impl BanStore for MySqlStore {
    async fn bans(&self, room: RoomId) -> Result<Vec<Ban>, StoreError> {
        self.snapshot(BANS, &[(&room).into()], Mark::Itself).await?.iter().map(ban).collect()
    }
}

const BANNED: &str = "SELECT 1 FROM chat_bans WHERE room_id = ? AND user_id = ?";
const INSERT_BAN: &str = "INSERT INTO chat_bans (room_id, user_id, banned_by, at) VALUES (?, ?, ?, ?)";
const DELETE_BAN: &str = "DELETE FROM chat_bans WHERE room_id = ? AND user_id = ?";

#[async_trait]
impl BanTx for MySqlTx {
    async fn is_banned(&mut self, room: RoomId, user: &UserId) -> Result<bool, StoreError> {
        Ok(self.row(BANNED, &[(&room).into(), user.into()]).await?.is_some())
    }

    async fn insert_ban(&mut self, room: RoomId, ban: &Ban) -> Result<(), StoreError> {
        self.write(INSERT_BAN, &[(&room).into(), (&ban.user).into(), (&ban.by).into(), ban.at.into()]);
        Ok(())
    }

    async fn delete_ban(&mut self, room: RoomId, user: &UserId) -> Result<(), StoreError> {
        self.write(DELETE_BAN, &[(&room).into(), user.into()]);
        Ok(())
    }
}
