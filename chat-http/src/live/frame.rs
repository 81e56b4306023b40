//! What the server says: one compact JSON object a frame, `type` first.

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use chat_core::{
    model::event::Event,
    realtime::{
        delivery::{Delivery, RoomRemoval},
        notice::Logged,
    },
};
use serde::Serialize;
use serde_json::Number;

use crate::{
    problem::ProblemDocument,
    wire::{self, Time, room::Room},
};

/// A frame, but for `event` and `ok`, whose contents were encoded before.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(crate) enum Frame<'a> {
    Welcome {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Number>,
        user_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        device_id: Option<&'a str>,
        heartbeat_seconds: u64,
        rooms: Vec<Room>,
    },
    Error {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a Number>,
        problem: ProblemDocument,
    },
    Reset {
        room_id: String,
        last_seq: u64,
    },
    Receipt {
        room_id: String,
        user_id: &'a str,
        read_seq: u64,
    },
    RoomAdded {
        room: Room,
    },
    RoomRemoved {
        room_id: &'a str,
        reason: &'static str,
    },
    Typing {
        room_id: String,
        user_id: &'a str,
    },
    Presence {
        user_id: &'a str,
        online: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        last_seen_at: Option<Time>,
    },
    Friend {
        change: &'static str,
        user_id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        request_id: Option<String>,
    },
    Notice {
        code: &'static str,
    },
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
            let reason = match reason {
                RoomRemoval::Left => "left",
                RoomRemoval::Removed => "removed",
                RoomRemoval::Banned => "banned",
            };
            Frame::RoomRemoved { room_id: &room.to_string(), reason }.text()
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
            change: change.as_str(),
            user_id: with.as_str(),
            request_id: request.map(|request| request.to_string()),
        }
        .text(),
        Delivery::Draining => Frame::Notice { code: "draining" }.text(),
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
    let event = wire::event::encode(event);
    let mut frame = Vec::with_capacity(EVENT_FRAME.len() + event.len() + 1);
    frame.extend_from_slice(EVENT_FRAME);
    frame.extend_from_slice(&event);
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
