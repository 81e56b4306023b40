//! What the server says: one compact JSON object a frame, `type` first.

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use chat_core::{
    model::event::Event,
    realtime::{delivery::Delivery, notice::Logged},
};
use serde::Serialize;
use serde_json::Number;

use super::{
    declare::{CommandId, DescribedFrame, frames},
    words::{FriendChangeName, NoticeCode, RoomRemovalName},
};
use crate::{
    problem::ProblemDocument,
    wire::{self, Time, room::Room},
};

frames! {
    /// A frame, but for `event` and `ok`, whose contents were encoded before.
    pub(crate) enum Frame<'a> {
        /// The first frame, over the WebSocket the answer to `hello`. What follows of each room are its events after
        /// `lastSeq`, or after the number that the client has named.
        Welcome = "welcome" {
            /// Of the `hello` that it answers; over the event stream it answers none.
            optional id: CommandId<'a> = "id",
            /// Who is connected.
            required user_id: &'a str = "userId",
            /// On which device. Absent where the application signs its users in itself.
            optional device_id: &'a str = "deviceId",
            /// How many seconds lie between two signs of life.
            required heartbeat_seconds: u64 = "heartbeatSeconds",
            /// The rooms in which the user has a seat.
            required rooms: Vec<Room> = "rooms",
        }
        /// A command was refused, or failed; over the event stream it says why that ends.
        Error = "error" {
            /// Of the command, where it has one.
            optional id: CommandId<'a> = "id",
            /// Why, as REST says it.
            required problem: ProblemDocument = "problem",
        }
        /// Too much was missed to be brought after: page through what lies before by REST. What follows of the room are
        /// its events after `lastSeq`.
        Reset = "reset" {
            /// Which room.
            required room_id: String = "roomId",
            /// The number of its newest event.
            required last_seq: u64 = "lastSeq",
        }
        /// A member has read on. The greatest counts.
        Receipt = "receipt" {
            /// In which room.
            required room_id: String = "roomId",
            /// Who.
            required user_id: &'a str = "userId",
            /// The number of the last event that they have read.
            required read_seq: u64 = "readSeq",
        }
        /// The user took a seat. What follows of the room are its events after its `lastSeq`.
        RoomAdded = "room_added" {
            /// The room.
            required room: Room = "room",
        }
        /// The user has no seat any more. Nothing more follows of the room.
        RoomRemoved = "room_removed" {
            /// Which room.
            required room_id: &'a str = "roomId",
            /// Why: they left or never were in it, were removed, or were removed and banned.
            required reason: RoomRemovalName = "reason",
        }
        /// A member types. It holds for some 6 s, and nothing tells of its end.
        Typing = "typing" {
            /// In which room.
            required room_id: String = "roomId",
            /// Who.
            required user_id: &'a str = "userId",
        }
        /// Somebody who shares a room with the user, or is a friend, is online or no more.
        Presence = "presence" {
            /// Who.
            required user_id: &'a str = "userId",
            /// Whether they are.
            required online: bool = "online",
            /// Where they are not: since when.
            optional last_seen_at: Time = "lastSeenAt",
        }
        /// A friendship or a friend request of the user has changed.
        Friend = "friend" {
            /// How.
            required change: FriendChangeName = "change",
            /// With whom.
            required user_id: &'a str = "userId",
            /// Of a request: which.
            optional request_id: String = "requestId",
        }
        /// What the client should see to: `token_expiring` 60 s before the access token does, `draining` when the server
        /// stops.
        Notice = "notice" {
            /// What.
            required code: NoticeCode = "code",
        }
    }
}

impl Frame<'_> {
    pub(crate) fn text(&self) -> Utf8Bytes {
        json(self).into()
    }
}

/// What a delivery says; `None`: an answer, of which a transport knows what it answers, or the end.
pub(crate) fn told(delivery: &Delivery) -> Option<Utf8Bytes> {
    Some(match delivery {
        Delivery::Event(logged) => event(logged),
        Delivery::RoomAdded(view) => Frame::RoomAdded { room: Room::from(&**view) }.text(),
        Delivery::RoomRemoved { room, reason } => {
            Frame::RoomRemoved { room_id: &room.to_string(), reason: RoomRemovalName(*reason) }.text()
        }
        Delivery::Reset { room, last_seq } => {
            Frame::Reset { room_id: room.to_string(), last_seq: last_seq.get() }.text()
        }
        Delivery::Receipt { room, user, read_seq } => {
            Frame::Receipt { room_id: room.to_string(), user_id: user.as_str(), read_seq: read_seq.get() }.text()
        }
        Delivery::Typing { room, user } => Frame::Typing { room_id: room.to_string(), user_id: user.as_str() }.text(),
        Delivery::Presence { user, last_seen } => {
            let last_seen_at = last_seen.map(Time);
            Frame::Presence { user_id: user.as_str(), online: last_seen_at.is_none(), last_seen_at }.text()
        }
        Delivery::Friend { change, with, request } => Frame::Friend {
            change: FriendChangeName(*change),
            user_id: with.as_str(),
            request_id: request.map(|request| request.to_string()),
        }
        .text(),
        Delivery::Draining => Frame::Notice { code: NoticeCode::Draining }.text(),
        Delivery::Sent { .. } | Delivery::Answered { .. } | Delivery::Marked { .. } | Delivery::Ended(_) => {
            return None;
        }
    })
}

/// The `event` frame, encoded once for all connections.
pub(crate) fn event(logged: &Logged) -> Utf8Bytes {
    // Made by `encode_event` below, or by whoever was first with it: the same bytes, which are UTF-8.
    let bytes = logged.encoded(encode_event).clone();
    Utf8Bytes::try_from(bytes).unwrap_or_default()
}

/// The `ok` that stands in an event's place on the connection that caused it: the event, or the message that it changes
/// and the event.
pub(crate) fn ok_logged(id: &Number, logged: &Logged) -> Utf8Bytes {
    let frame = logged.encoded(encode_event);
    let event = String::from_utf8_lossy(frame.get(EVENT_FRAME.len()..frame.len() - 1).unwrap_or_default());
    let Some(message) = &logged.message else { return ok(id, &event) };
    let message = wire::event::encode(message);
    ok(id, &format!(r#"{{"message":{},"event":{event}}}"#, String::from_utf8_lossy(&message)))
}

/// The `ok` with a result that is JSON already.
pub(crate) fn ok(id: &Number, result: &str) -> Utf8Bytes {
    format!(r#"{{"type":"ok","id":{id},"result":{result}}}"#).into()
}

const EVENT_FRAME: &[u8] = br#"{"type":"event","event":"#;

fn encode_event(event: &Event) -> Bytes {
    event_frame(&wire::event::encode(event))
}

/// The `event` frame around an event that is JSON already.
pub(crate) fn event_frame(event: &[u8]) -> Bytes {
    let mut frame = Vec::with_capacity(EVENT_FRAME.len() + event.len() + 1);
    frame.extend_from_slice(EVENT_FRAME);
    frame.extend_from_slice(event);
    frame.push(b'}');
    frame.into()
}

/// A wire type as JSON.
pub(crate) fn json(value: &impl Serialize) -> String {
    #[expect(
        clippy::expect_used,
        reason = "wire types are structs of text, numbers and lists, which serde_json writes"
    )]
    serde_json::to_string(value).expect("a wire type is JSON")
}
