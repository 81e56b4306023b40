use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    event::{Event, Seq},
    message::ClientId,
    room::{Capacity, Member, NamedMember, Role, Room, RoomId, RoomView},
    text::Name,
    time::Timestamp,
    user::{PasswordHash, UserId},
};

/// A room to be. It has no members and no events until they are added.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// Which.
    pub id: RoomId,
    /// Its name.
    pub name: Name,
    /// Who makes it, and owns it.
    pub owner: UserId,
    /// Its password.
    pub password: PasswordHash,
    /// How many members it may have.
    pub capacity: Capacity,
    /// The maker's key for it, unique among the rooms that they made.
    pub client_id: Option<ClientId>,
    /// Since when.
    pub created_at: Timestamp,
}

/// A room under lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedRoom {
    /// The room.
    pub room: Room,
    /// Its password.
    pub password: PasswordHash,
}

/// What a member needs to be let in, without counting what they have not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The member's role.
    pub role: Role,
    /// The number of the room's newest event.
    pub last_seq: Seq,
}

/// Reading rooms.
#[async_trait]
pub trait RoomStore: Send + Sync + 'static {
    /// The room and its password, closed ones included.
    async fn room(&self, id: RoomId) -> Result<Option<LockedRoom>, StoreError>;

    /// The present membership of a user, at a price that does not grow with the log.
    async fn membership(&self, id: RoomId, user: &UserId) -> Result<Option<Membership>, StoreError>;

    /// The room as this user sees it; `None` where they are no present member, or there is no such room.
    async fn room_view(&self, id: RoomId, user: &UserId) -> Result<Option<RoomView>, StoreError>;

    /// All rooms of which the user is a present member, closed ones included, the one with the latest event first.
    async fn rooms_of(&self, user: &UserId) -> Result<Vec<RoomView>, StoreError>;

    /// The present members of a room with their names, owner first, then moderators, then members, each by the
    /// earlier join.
    async fn members(&self, id: RoomId) -> Result<Vec<NamedMember>, StoreError>;

    /// The events that ended the last seats of a user in these rooms, of those in which they have none any more and it is
    /// known, in no order.
    async fn departures(&self, ids: &[RoomId], user: &UserId) -> Result<Vec<Event>, StoreError>;

    /// The numbers of the newest events of these rooms, of those that exist, in no order.
    async fn last_seqs(&self, ids: &[RoomId]) -> Result<Vec<(RoomId, Seq)>, StoreError>;
}

/// Writing rooms and their members.
#[async_trait]
pub trait RoomTx: Send {
    /// Locks a room, and reads it.
    async fn lock_room(&mut self, id: RoomId) -> Result<Option<LockedRoom>, StoreError>;

    /// The room that `owner` made under `client_id`, if any, whoever owns it now. Lock: the user who made it.
    async fn room_made_as(&mut self, owner: &UserId, client_id: &ClientId) -> Result<Option<RoomId>, StoreError>;

    /// Inserts a room with `last_seq` 0 and no members. Lock: the owner. Errors: `Taken(RoomClientId)`.
    async fn insert_room(&mut self, room: &NewRoom) -> Result<(), StoreError>;

    /// The rooms in which a user has a seat, closed ones included, in the order of their ids. Lock: the user, without
    /// whom nobody sits down.
    async fn rooms_with(&mut self, user: &UserId) -> Result<Vec<RoomId>, StoreError>;

    /// The present members of a room, in no order. Lock: the room.
    async fn members_in(&mut self, id: RoomId) -> Result<Vec<Member>, StoreError>;

    /// One present member of a room. Lock: the room.
    async fn member_in(&mut self, id: RoomId, user: &UserId) -> Result<Option<Member>, StoreError>;

    /// The room as a present member sees it, with what this transaction has written. Lock: the room.
    async fn view_in(&mut self, id: RoomId, user: &UserId) -> Result<Option<RoomView>, StoreError>;

    /// Gives a seat, also to one who had a seat earlier, and counts it. Lock: the room.
    async fn seat_member(&mut self, id: RoomId, member: &Member) -> Result<(), StoreError>;

    /// Takes a seat back by this event, and counts it; that the user was there stays known (R-FRI-01). Lock: the room.
    async fn unseat_member(&mut self, user: &UserId, by: &Event) -> Result<(), StoreError>;

    /// Sets the role of a present member, and of the room its owner where the role is that. Lock: the room.
    async fn set_role(&mut self, id: RoomId, user: &UserId, role: Role) -> Result<(), StoreError>;

    /// Sets what a room is called and how many members it may have. Lock: the room.
    async fn change_room(&mut self, id: RoomId, name: &Name, capacity: Capacity) -> Result<(), StoreError>;

    /// Sets a room's password. Lock: the room.
    async fn set_room_password(&mut self, id: RoomId, password: &PasswordHash) -> Result<(), StoreError>;

    /// Closes a room. Lock: the room.
    async fn close_room(&mut self, id: RoomId, at: Timestamp) -> Result<(), StoreError>;
}
