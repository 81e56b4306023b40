//! What the server says: one compact JSON object a frame, `type` first.

use axum::extract::ws::{Message, Utf8Bytes};
use bytes::Bytes;
use chat_core::{model::event::Event, realtime::notice::Logged};
use serde::Serialize;
use serde_json::Number;

use crate::{
    problem::ProblemDocument,
    wire::{self, Time, room::Room},
};

/// A frame, but for `event` and `ok`, whose contents were encoded before.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(super) enum Frame<'a> {
    Welcome {
        id: &'a Number,
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
    pub(super) fn message(&self) -> Message {
        Message::Text(json(self).into())
    }
}

/// The `event` frame, encoded once for all connections.
pub(super) fn event(logged: &Logged) -> Message {
    // Made by `encode_event` below, or by whoever was first with it: the same bytes, which are UTF-8.
    let bytes = logged.encoded(encode_event).clone();
    Message::Text(Utf8Bytes::try_from(bytes).unwrap_or_default())
}

/// The `ok` that stands in an event's place on the connection that caused it: the event, or the message that it changes
/// and the event.
pub(super) fn ok_logged(id: &Number, logged: &Logged) -> Message {
    let frame = logged.encoded(encode_event);
    let event = String::from_utf8_lossy(frame.get(EVENT_FRAME.len()..frame.len() - 1).unwrap_or_default());
    let Some(message) = &logged.message else { return ok(id, &event) };
    let message = wire::event::encode(message);
    ok(id, &format!(r#"{{"message":{},"event":{event}}}"#, String::from_utf8_lossy(&message)))
}

/// The `ok` with a result that is JSON already.
pub(super) fn ok(id: &Number, result: &str) -> Message {
    Message::Text(format!(r#"{{"type":"ok","id":{id},"result":{result}}}"#).into())
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
pub(super) fn json(value: &impl Serialize) -> String {
    #[expect(
        clippy::expect_used,
        reason = "wire types are structs of text, numbers and lists, which serde_json writes"
    )]
    serde_json::to_string(value).expect("a wire type is JSON")
}
