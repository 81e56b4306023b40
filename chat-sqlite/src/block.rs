use async_trait::async_trait;
use chat_core::{
    model::{block::Block, room::RoomId, time::Timestamp, user::UserId},
    ports::store::{BlockStore, BlockTx, StoreError},
};
use chat_sql::{block, other, row::changed};

use crate::{SqliteStore, error::from_driver, tx::SqliteTx};

const BLOCKS: &str = "
SELECT user_id, blocked_id, at FROM chat_blocks WHERE user_id = ?1 ORDER BY at, blocked_id";

const ACQUAINTANCES: &str = "
SELECT f.friend_id AS other
FROM chat_friendships f
WHERE f.user_id = ?1
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ?1 AND blocked_id = f.friend_id)
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = f.friend_id AND blocked_id = ?1)
UNION
SELECT m.user_id AS other
FROM chat_members own JOIN chat_members m ON m.room_id = own.room_id AND m.left_at IS NULL AND m.user_id <> ?1
WHERE own.user_id = ?1 AND own.left_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ?1 AND blocked_id = m.user_id)
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = m.user_id AND blocked_id = ?1)
ORDER BY other";

const UNBLOCKED_MEMBERS: &str = "
SELECT m.user_id AS other
FROM chat_members m
WHERE m.room_id = ?1 AND m.left_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ?2 AND blocked_id = m.user_id)
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = m.user_id AND blocked_id = ?2)
ORDER BY other";

#[async_trait]
impl BlockStore for SqliteStore {
    async fn blocks(&self, user: &UserId) -> Result<Vec<Block>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(BLOCKS).bind(user.as_str());
        db.rows(query).await.map_err(from_driver)?.iter().map(block).collect()
    }

    async fn acquaintances(&self, user: &UserId) -> Result<Vec<UserId>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(ACQUAINTANCES).bind(user.as_str());
        db.rows(query).await.map_err(from_driver)?.iter().map(other).collect()
    }

    async fn unblocked_members(&self, id: RoomId, user: &UserId) -> Result<Vec<UserId>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(UNBLOCKED_MEMBERS).bind(id.as_bytes().as_slice()).bind(user.as_str());
        db.rows(query).await.map_err(from_driver)?.iter().map(other).collect()
    }
}

const INSERT_BLOCK: &str = "
INSERT INTO chat_blocks (user_id, blocked_id, at) VALUES (?1, ?2, ?3)";

const DELETE_BLOCK: &str = "
DELETE FROM chat_blocks WHERE user_id = ?1 AND blocked_id = ?2";

#[async_trait]
impl BlockTx for SqliteTx {
    async fn insert_block(&mut self, user: &UserId, blocked: &UserId, at: Timestamp) -> Result<(), StoreError> {
        let statement = self.query(INSERT_BLOCK).bind(user.as_str()).bind(blocked.as_str()).bind(at.as_millis());
        self.write(statement).await?;
        Ok(())
    }

    async fn delete_block(&mut self, user: &UserId, blocked: &UserId) -> Result<(), StoreError> {
        let statement = self.query(DELETE_BLOCK).bind(user.as_str()).bind(blocked.as_str());
        changed(self.write(statement).await?, 1, "blocks", blocked)
    }
}
