use async_trait::async_trait;
use secrecy::SecretString;

use crate::{
    error::ChatError,
    model::{
        invite::{Invite, InviteId, InviteToken},
        room::RoomId,
        session::Caller,
        user::UserId,
    },
};

/// Somebody to invite.
#[derive(Clone, Debug)]
pub struct InviteUser {
    /// Who; `None` where what was given is no user id, and so nobody's.
    pub invitee: Option<UserId>,
    /// The room's password as given.
    pub password: SecretString,
}

/// An invite that was made.
#[derive(Clone, Debug)]
pub struct MadeInvite {
    /// The invite.
    pub invite: Invite,
    /// What the invited person shows. It is not seen again.
    pub token: InviteToken,
}

/// Invites.
#[async_trait]
pub trait Invites: Send + Sync + 'static {
    /// Invites a prime user (R-INV-02).
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `NotAllowed`, `RoomClosed`, `WrongRoomPassword`, `Invalid` (oneself),
    /// `UserNotFound`, `AlreadyMember`, `Banned`, `InviteeNotPrime`.
    async fn invite(&self, caller: &Caller, room: RoomId, invite: InviteUser) -> Result<MadeInvite, ChatError>;

    /// The invites to a room, for those who may invite.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `NotAllowed`.
    async fn invites(&self, caller: &Caller, room: RoomId) -> Result<Vec<Invite>, ChatError>;

    /// Revokes an invite (R-INV-03); revoked or used before, it stays as it is.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`, `InviteNotFound`, `NotAllowed`.
    async fn revoke_invite(&self, caller: &Caller, room: RoomId, invite: InviteId) -> Result<(), ChatError>;
}
