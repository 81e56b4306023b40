use async_trait::async_trait;
use secrecy::SecretString;

use crate::{
    error::ChatError,
    model::{
        admission::Admission,
        coin::Coins,
        invite::InviteToken,
        message::ClientId,
        room::{Capacity, Room, RoomId, RoomPassword, RoomView},
        session::Caller,
        text::Name,
    },
};

/// A room to make.
#[derive(Clone, Debug)]
pub struct CreateRoom {
    /// Its name.
    pub name: Name,
    /// Its password.
    pub password: RoomPassword,
    /// How many members it may have.
    pub capacity: Capacity,
    /// The maker's key for it: the same again answers the room that was made first.
    pub client_id: Option<ClientId>,
}

/// A room that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedRoom {
    /// The room, as its maker sees it.
    pub room: RoomView,
    /// It was made by an earlier call under the same client id.
    pub repeated: bool,
}

/// What changes of a room. What is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ChangeRoom {
    /// Another name.
    pub name: Option<Name>,
    /// Another password. Invites that were made stay good (R-INV-03).
    pub password: Option<RoomPassword>,
    /// How many members it may have.
    pub capacity: Option<Capacity>,
}

/// What opens the door.
#[derive(Clone, Debug)]
pub enum JoinKey {
    /// The room's id and its password as given; one of impossible length is simply wrong.
    Password {
        /// Which room.
        room: RoomId,
        /// Its password.
        password: SecretString,
    },
    /// An invite.
    Invite(InviteToken),
}

/// A seat asked for.
#[derive(Clone, Debug)]
pub struct JoinRoom {
    /// With what.
    pub key: JoinKey,
    /// Decide alike, and change nothing (R-ADM-11).
    pub dry_run: bool,
    /// The most that may be charged (R-ADM-11).
    pub max_charge: Option<Coins>,
}

/// A seat that was taken, or in a dry run would be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The room.
    pub room: Room,
    /// The room as a member sees it; absent in a dry run of one who is none.
    pub view: Option<RoomView>,
    /// The standing admission; absent in a dry run where there is none.
    pub admission: Option<Admission>,
    /// What this call took, or would take.
    pub charged: Coins,
    /// The caller was a member before.
    pub already_member: bool,
    /// The caller's balance; in a dry run as it is.
    pub balance: Coins,
}

/// Rooms and their members.
#[async_trait]
pub trait Rooms: Send + Sync + 'static {
    /// Makes a room; the caller owns it and takes its first seat.
    ///
    /// # Errors
    /// `PrimeRequired`; `NotAMember` where the room of a repeated client id was left since.
    async fn create_room(&self, caller: &Caller, create: CreateRoom) -> Result<CreatedRoom, ChatError>;

    /// The rooms of which the caller is a member, the one with the latest event first.
    async fn rooms(&self, caller: &Caller) -> Result<Vec<RoomView>, ChatError>;

    /// One of the caller's rooms.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`.
    async fn room(&self, caller: &Caller, room: RoomId) -> Result<RoomView, ChatError>;

    /// Takes a seat (R-ADM-04). Joining again changes nothing and costs nothing.
    ///
    /// # Errors
    /// In this order: `RoomNotFound` or `InviteNotFound`, `RoomClosed`, `Banned`, `WrongRoomPassword` or `InviteUsed`,
    /// `InviteExpired`, `InviteRevoked`, `InviteeNotPrime`, then `RoomFull`, `PriceChanged`, `InsufficientCoins`.
    async fn join_room(&self, caller: &Caller, join: JoinRoom) -> Result<Joined, ChatError>;

    /// Gives up the caller's seat (R-ADM-10).
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`.
    async fn leave_room(&self, caller: &Caller, room: RoomId) -> Result<(), ChatError>;

    /// Changes what a room is. For its owner.
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `NotAllowed`, `RoomClosed`, `CapacityBelowMembers`; `Overloaded`.
    async fn change_room(&self, caller: &Caller, room: RoomId, change: ChangeRoom) -> Result<RoomView, ChatError>;

    /// Closes a room for good; its members stay, and read on (R-ADM-10). For its owner. Closing again changes nothing.
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `NotAllowed`.
    async fn close_own_room(&self, caller: &Caller, room: RoomId) -> Result<(), ChatError>;
}
