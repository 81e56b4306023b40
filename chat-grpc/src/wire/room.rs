use chat_core::{
    api,
    model::{
        admission::{self, AdmissionKind},
        room::RoomView,
    },
};

use super::time;
use crate::v1;

impl From<&RoomView> for v1::Room {
    fn from(view: &RoomView) -> Self {
        let room = &view.room;
        let role = v1::Role::from(view.role).into();
        Self {
            room_id: room.id.to_string(),
            name: room.name.to_string(),
            owner_id: room.owner.to_string(),
            capacity: room.capacity.get().into(),
            member_count: room.member_count.into(),
            last_seq: room.last_seq.get(),
            created_at: Some(time(room.created_at)),
            closed_at: room.closed_at.map(time),
            me: Some(v1::OwnMembership { role, read_seq: view.read_seq.get(), unread: view.unread }),
        }
    }
}

impl From<api::CreatedRoom> for v1::CreateRoomResponse {
    fn from(created: api::CreatedRoom) -> Self {
        Self { room: Some((&created.room).into()), repeated: created.repeated }
    }
}

impl From<api::Joined> for v1::JoinRoomResponse {
    fn from(joined: api::Joined) -> Self {
        Self {
            room_id: joined.room.id.to_string(),
            name: joined.room.name.to_string(),
            capacity: joined.room.capacity.get().into(),
            member_count: joined.room.member_count.into(),
            room: joined.view.as_ref().map(v1::Room::from),
            admission: joined.admission.map(v1::Admission::from),
            charged: joined.charged.get(),
            already_member: joined.already_member,
            avail_coins: joined.balance.get(),
        }
    }
}

impl From<admission::Admission> for v1::Admission {
    fn from(admission: admission::Admission) -> Self {
        let kind = match admission.kind {
            AdmissionKind::Free => v1::AdmissionKind::Free,
            AdmissionKind::Paid => v1::AdmissionKind::Paid,
            AdmissionKind::Prime => v1::AdmissionKind::Prime,
            AdmissionKind::Owner => v1::AdmissionKind::Owner,
        };
        Self { kind: kind.into(), coins: admission.coins.get(), at: Some(time(admission.at)) }
    }
}
