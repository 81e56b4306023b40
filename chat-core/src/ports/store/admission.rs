use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    admission::Admission,
    invite::{Invite, InviteId},
    room::RoomId,
    user::UserId,
};

/// Who stands at the door of a room, as the store knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entrant {
    /// They are a present member.
    pub is_member: bool,
    /// They are banned from the room (R-ROL-02).
    pub is_banned: bool,
    /// Their standing admission to the room (R-ADM-08).
    pub admission: Option<Admission>,
    /// They have had the one free admission of their life (R-ADM-06).
    pub had_free_admission: bool,
    /// The invite that was asked for, where it is one to this room.
    pub invite: Option<Invite>,
}

/// Admissions. A user's are protected by the lock of the user.
#[async_trait]
pub trait AdmissionTx: Send {
    /// All that a join is decided by, beside the user and the room themselves, read at once. Locks: the user and the
    /// room.
    async fn entrant(&mut self, room: RoomId, user: &UserId, invite: Option<InviteId>) -> Result<Entrant, StoreError>;

    /// Inserts an admission, which stands for good (R-ADM-08). Locks: the user and the room. What must never be: a
    /// second one to the same room, or a second free one (R-ADM-06).
    async fn insert_admission(&mut self, user: &UserId, room: RoomId, admission: &Admission) -> Result<(), StoreError>;
}
