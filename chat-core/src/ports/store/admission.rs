use async_trait::async_trait;

use super::StoreError;
use crate::model::{admission::Admission, room::RoomId, user::UserId};

/// Admissions. A user's are protected by the lock of the user.
#[async_trait]
pub trait AdmissionTx: Send {
    /// The user's standing admission to a room. Lock: the user.
    async fn admission(&mut self, user: &UserId, room: RoomId) -> Result<Option<Admission>, StoreError>;

    /// Whether the user has had the one free admission of their life (R-ADM-06). Lock: the user.
    async fn has_free_admission(&mut self, user: &UserId) -> Result<bool, StoreError>;

    /// Inserts an admission, which stands for good (R-ADM-08). Lock: the user.
    async fn insert_admission(&mut self, user: &UserId, room: RoomId, admission: &Admission) -> Result<(), StoreError>;
}
