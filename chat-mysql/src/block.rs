use async_trait::async_trait;
use chat_core::{
    model::{block::Block, room::RoomId, time::Timestamp, user::UserId},
    ports::store::{BlockStore, BlockTx, StoreError},
};
use chat_sql::{block, other};

use crate::{MySqlStore, literal::Value, snapshot::Mark, tx::MySqlTx};

const BLOCKS: &str = "
SELECT user_id, blocked_id, at FROM chat_blocks WHERE user_id = ? ORDER BY at, blocked_id";

const ACQUAINTANCES: &str = "
SELECT f.friend_id AS other
FROM chat_friendships f
WHERE f.user_id = ?
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ? AND blocked_id = f.friend_id)
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = f.friend_id AND blocked_id = ?)
UNION
SELECT m.user_id AS other
FROM chat_members own JOIN chat_members m ON m.room_id = own.room_id AND m.left_at IS NULL AND m.user_id <> ?
WHERE own.user_id = ? AND own.left_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ? AND blocked_id = m.user_id)
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = m.user_id AND blocked_id = ?)
ORDER BY other";

const UNBLOCKED_MEMBERS: &str = "
SELECT m.user_id AS other
FROM chat_members m
WHERE m.room_id = ? AND m.left_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ? AND blocked_id = m.user_id)
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = m.user_id AND blocked_id = ?)
ORDER BY other";

#[async_trait]
impl BlockStore for MySqlStore {
    async fn blocks(&self, user: &UserId) -> Result<Vec<Block>, StoreError> {
        self.snapshot(BLOCKS, &[user.into()], Mark::Itself).await?.iter().map(block).collect()
    }

    async fn acquaintances(&self, user: &UserId) -> Result<Vec<UserId>, StoreError> {
        self.snapshot(ACQUAINTANCES, &[user.into(); 7], Mark::Itself).await?.iter().map(other).collect()
    }

    async fn unblocked_members(&self, id: RoomId, user: &UserId) -> Result<Vec<UserId>, StoreError> {
        let values = [(&id).into(), user.into(), user.into()];
        self.snapshot(UNBLOCKED_MEMBERS, &values, Mark::Itself).await?.iter().map(other).collect()
    }
}

const INSERT_BLOCK: &str = "INSERT INTO chat_blocks (user_id, blocked_id, at) VALUES (?, ?, ?)";

const DELETE_BLOCK: &str = "DELETE FROM chat_blocks WHERE user_id = ? AND blocked_id = ?";

#[async_trait]
impl BlockTx for MySqlTx {
    async fn insert_block(&mut self, user: &UserId, blocked: &UserId, at: Timestamp) -> Result<(), StoreError> {
        self.write(INSERT_BLOCK, &[user.into(), blocked.into(), at.into()]);
        Ok(())
    }

    async fn delete_block(&mut self, user: &UserId, blocked: &UserId) -> Result<(), StoreError> {
        let values: [Value<'_>; 2] = [user.into(), blocked.into()];
        self.change(DELETE_BLOCK, &values, "blocks", blocked);
        Ok(())
    }
}
