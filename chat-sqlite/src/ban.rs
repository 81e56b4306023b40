use async_trait::async_trait;
use chat_core::{
    model::{ban::Ban, room::RoomId, user::UserId},
    ports::store::{BanStore, BanTx, StoreError},
};
use chat_sql::ban;

use crate::{SqliteStore, error::from_driver, tx::SqliteTx};

const BANS: &str = "
SELECT room_id, user_id, banned_by, at FROM chat_bans WHERE room_id = ?1 ORDER BY at, user_id";

#[async_trait]
impl BanStore for SqliteStore {
    async fn bans(&self, room: RoomId) -> Result<Vec<Ban>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(BANS).bind(room.as_bytes().as_slice());
        db.rows(query).await.map_err(from_driver)?.iter().map(ban).collect()
    }
}

const BANNED: &str = "SELECT 1 FROM chat_bans WHERE room_id = ?1 AND user_id = ?2";
const INSERT_BAN: &str = "INSERT INTO chat_bans (room_id, user_id, banned_by, at) VALUES (?1, ?2, ?3, ?4)";
const DELETE_BAN: &str = "DELETE FROM chat_bans WHERE room_id = ?1 AND user_id = ?2";

#[async_trait]
impl BanTx for SqliteTx {
    async fn is_banned(&mut self, room: RoomId, user: &UserId) -> Result<bool, StoreError> {
        let query = self.query(BANNED).bind(room.as_bytes().as_slice()).bind(user.as_str());
        Ok(self.row(query).await?.is_some())
    }

    async fn insert_ban(&mut self, room: RoomId, ban: &Ban) -> Result<(), StoreError> {
        let insert = self
            .query(INSERT_BAN)
            .bind(room.as_bytes().as_slice())
            .bind(ban.user.as_str())
            .bind(ban.by.as_str())
            .bind(ban.at.as_millis());
        self.write(insert).await?;
        Ok(())
    }

    async fn delete_ban(&mut self, room: RoomId, user: &UserId) -> Result<(), StoreError> {
        let delete = self.query(DELETE_BAN).bind(room.as_bytes().as_slice()).bind(user.as_str());
        self.write(delete).await?;
        Ok(())
    }
}
