use chat_core::{
    api,
    model::{
        admission::{self, AdmissionKind},
        room::{NamedMember, Role, RoomView},
    },
};

use super::Time;
use crate::response::{response, word};

response! {
    /// A room, as one of its members sees it.
    pub(crate) struct Room = "Room" {
        /// Which.
        required room_id: String = "roomId",
        /// Its name.
        required name: String = "name",
        /// Who owns it; of a room that its last member left, who owned it last.
        required owner_id: String = "ownerId",
        /// How many members it may have.
        required capacity: u8 = "capacity",
        /// How many it has.
        required member_count: u8 = "memberCount",
        /// The number of its newest event.
        required last_seq: u64 = "lastSeq",
        /// Since when.
        required created_at: Time = "createdAt",
        /// When it was closed, where it was.
        optional closed_at: Time = "closedAt",
        /// The caller's own place in it.
        required me: OwnMembership = "me",
    }
}

response! {
    /// One's own place in a room.
    pub(crate) struct OwnMembership = "OwnMembership" {
        /// As what.
        required role: RoleName = "role",
        /// The number of the last event that was read.
        required read_seq: u64 = "readSeq",
        /// Messages after that which are neither one's own nor deleted.
        required unread: u64 = "unread",
    }
}

response! {
    /// One of a room's present members.
    pub(crate) struct Member = "Member" {
        /// Who.
        required user_id: String = "userId",
        /// The name.
        required name: String = "name",
        /// As what.
        required role: RoleName = "role",
        /// Since when; who came back, since they came back.
        required joined_at: Time = "joinedAt",
        /// The number of the last event that they have read.
        required read_seq: u64 = "readSeq",
    }
}

response! {
    /// A seat that was taken, or in a dry run would be.
    pub(crate) struct Joined = "Joined" {
        /// Which room.
        required room_id: String = "roomId",
        /// Its name.
        required name: String = "name",
        /// How many members it may have.
        required capacity: u8 = "capacity",
        /// How many it has.
        required member_count: u8 = "memberCount",
        /// The room. Absent in a dry run of one who is no member.
        optional room: Room = "room",
        /// The standing admission. Absent in a dry run where there is none.
        optional admission: Admission = "admission",
        /// What this call took, or in a dry run would take.
        required charged: i64 = "charged",
        /// Whether the caller was a member before; then nothing was charged.
        required already_member: bool = "alreadyMember",
        /// The balance after it; in a dry run as it is.
        required avail_coins: i64 = "availCoins",
    }
}

response! {
    /// The right to a seat in a room, which outlives the seat.
    pub(crate) struct Admission = "Admission" {
        /// How it was come by.
        required kind: AdmissionKindName = "kind",
        /// What it cost.
        required coins: i64 = "coins",
        /// When.
        required at: Time = "at",
    }
}

word! {
    /// What a member may do in a room.
    pub(crate) RoleName(Role) { Owner, Moderator, Member }
}

word! {
    /// How an admission was come by.
    pub(crate) AdmissionKindName(AdmissionKind) { Free, Paid, Prime, Owner }
}

impl From<&RoomView> for Room {
    fn from(view: &RoomView) -> Self {
        let room = &view.room;
        Self {
            room_id: room.id.to_string(),
            name: room.name.to_string(),
            owner_id: room.owner.to_string(),
            capacity: room.capacity.get(),
            member_count: room.member_count,
            last_seq: room.last_seq.get(),
            created_at: Time(room.created_at),
            closed_at: room.closed_at.map(Time),
            me: OwnMembership { role: RoleName(view.role), read_seq: view.read_seq.get(), unread: view.unread },
        }
    }
}

impl From<NamedMember> for Member {
    fn from(NamedMember { member, name }: NamedMember) -> Self {
        Self {
            user_id: member.user.to_string(),
            name: name.to_string(),
            role: RoleName(member.role),
            joined_at: Time(member.joined_at),
            read_seq: member.read_seq.get(),
        }
    }
}

impl From<api::Joined> for Joined {
    fn from(joined: api::Joined) -> Self {
        Self {
            room_id: joined.room.id.to_string(),
            name: joined.room.name.to_string(),
            capacity: joined.room.capacity.get(),
            member_count: joined.room.member_count,
            room: joined.view.as_ref().map(Room::from),
            admission: joined.admission.map(Admission::from),
            charged: joined.charged.get(),
            already_member: joined.already_member,
            avail_coins: joined.balance.get(),
        }
    }
}

impl From<admission::Admission> for Admission {
    fn from(admission: admission::Admission) -> Self {
        Self { kind: AdmissionKindName(admission.kind), coins: admission.coins.get(), at: Time(admission.at) }
    }
}
