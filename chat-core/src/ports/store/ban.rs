use async_trait::async_trait;

use super::StoreError;
use crate::model::{ban::Ban, room::RoomId, user::UserId};

/// Reading bans.
#[async_trait]
pub trait BanStore: Send + Sync + 'static {
    /// Who is banned from a room, by the time of it, then by id.
    async fn bans(&self, room: RoomId) -> Result<Vec<Ban>, StoreError>;
}

/// Writing bans (R-ROL-02). Those of a room are protected by the lock of the room.
#[async_trait]
pub trait BanTx: Send {
    /// Whether a user is banned from a room. Lock: the room.
    async fn is_banned(&mut self, room: RoomId, user: &UserId) -> Result<bool, StoreError>;

    /// Bans somebody who is not. Locks: the user and the room.
    async fn insert_ban(&mut self, room: RoomId, ban: &Ban) -> Result<(), StoreError>;

    /// Lifts a ban; where there is none, nothing changes. Lock: the room.
    async fn delete_ban(&mut self, room: RoomId, user: &UserId) -> Result<(), StoreError>;
}
