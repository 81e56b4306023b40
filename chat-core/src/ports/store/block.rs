use async_trait::async_trait;

use super::StoreError;
use crate::model::{block::Block, room::RoomId, time::Timestamp, user::UserId};

/// Reading who blocks whom, and who may hear of whom (R-FRI-04).
#[async_trait]
pub trait BlockStore: Send + Sync + 'static {
    /// Whom a user blocks, by the time since when, then by id.
    async fn blocks(&self, user: &UserId) -> Result<Vec<Block>, StoreError>;

    /// Those who share a room with a user now, closed ones included, or are their friends, without those of whom either
    /// blocks the other; in the order of their ids, without repeats, at a price that does not grow with how many users
    /// there are.
    async fn acquaintances(&self, user: &UserId) -> Result<Vec<UserId>, StoreError>;

    /// The present members of a room without those of whom either and this user block the other, the user included
    /// where they are one; in the order of their ids.
    async fn unblocked_members(&self, id: RoomId, user: &UserId) -> Result<Vec<UserId>, StoreError>;
}

/// Writing who blocks whom. What lies between two users is protected by the locks of both.
#[async_trait]
pub trait BlockTx: Send {
    /// Notes that a user blocks another, whom they do not block yet. Locks: both.
    async fn insert_block(&mut self, user: &UserId, blocked: &UserId, at: Timestamp) -> Result<(), StoreError>;

    /// Ends a block that there is. Locks: both.
    async fn delete_block(&mut self, user: &UserId, blocked: &UserId) -> Result<(), StoreError>;
}
