use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{ban::Ban, room::RoomId, session::Caller, user::UserId},
};

/// Keeping people out of rooms (R-ROL-02). Of whom it is about, `None` stands for what is no user id, and so nobody's.
#[async_trait]
pub trait Bans: Send + Sync + 'static {
    /// Who is banned from a room, by the time of it. For those who may ban.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `NotAllowed`.
    async fn bans(&self, caller: &Caller, room: RoomId) -> Result<Vec<Ban>, ChatError>;

    /// Bans somebody, who need be no member; one who is loses their seat. Banning again changes nothing.
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `NotAllowed`, `RoomClosed`, `UserNotFound`, `NotAllowed` (the
    /// other's role).
    async fn ban(&self, caller: &Caller, room: RoomId, user: Option<UserId>) -> Result<(), ChatError>;

    /// Lifts a ban; where there is none, nothing changes. Who was a member comes back as any who joins, and on their
    /// standing admission (R-ADM-08).
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `NotAllowed`, `RoomClosed`, `UserNotFound`.
    async fn lift_ban(&self, caller: &Caller, room: RoomId, user: Option<UserId>) -> Result<(), ChatError>;
}
