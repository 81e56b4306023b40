use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    invite::{Invite, InviteId, InviteTokenHash},
    room::RoomId,
    time::Timestamp,
    user::UserId,
};

/// Reading invites.
#[async_trait]
pub trait InviteStore: Send + Sync + 'static {
    /// The invite of that token, used, expired and revoked ones included.
    async fn invite_by_token(&self, token: &InviteTokenHash) -> Result<Option<Invite>, StoreError>;

    /// All invites to a room, the newest first.
    async fn invites_to(&self, room: RoomId) -> Result<Vec<Invite>, StoreError>;
}

/// Writing invites. Those of a room are protected by the lock of the room.
#[async_trait]
pub trait InviteTx: Send {
    /// Inserts an invite. Lock: the room.
    async fn insert_invite(&mut self, invite: &Invite, token: &InviteTokenHash) -> Result<(), StoreError>;

    /// One invite to a room; `None` also where it is to another. Lock: the room.
    async fn invite_in(&mut self, room: RoomId, id: InviteId) -> Result<Option<Invite>, StoreError>;

    /// Notes that it was used. Lock: the room.
    async fn use_invite(&mut self, id: InviteId, at: Timestamp) -> Result<(), StoreError>;

    /// Notes that it was revoked; what was revoked or used before stays as it is. Lock: the room.
    async fn revoke_invite(&mut self, id: InviteId, at: Timestamp) -> Result<(), StoreError>;

    /// Notes that all invites to a room that somebody made were revoked, as [`revoke_invite`](Self::revoke_invite) does
    /// of one. Lock: the room.
    async fn revoke_invites_by(&mut self, room: RoomId, maker: &UserId, at: Timestamp) -> Result<(), StoreError>;
}
