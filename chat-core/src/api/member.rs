use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{
        room::{NamedMember, Role, RoomId},
        session::Caller,
        user::UserId,
    },
};

/// Members of rooms, and what they may do to each other. Of whom it is about, `None` stands for what is no user id, and
/// so nobody's.
#[async_trait]
pub trait Members: Send + Sync + 'static {
    /// The members of one of the caller's rooms.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`.
    async fn members(&self, caller: &Caller, room: RoomId) -> Result<Vec<NamedMember>, ChatError>;

    /// Takes a member's seat back, and revokes the invites that they made (R-ROL-02). Removing oneself is leaving.
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `NotAllowed`, `RoomClosed`, `UserNotFound`, `NotAllowed` (the
    /// other's role).
    async fn remove_member(&self, caller: &Caller, room: RoomId, user: Option<UserId>) -> Result<(), ChatError>;

    /// Gives a member a role. That of the owner hands the room over (R-ROL-01).
    ///
    /// # Errors
    /// Those of [`remove_member`](Self::remove_member).
    async fn set_role(
        &self,
        caller: &Caller,
        room: RoomId,
        user: Option<UserId>,
        role: Role,
    ) -> Result<NamedMember, ChatError>;
}
