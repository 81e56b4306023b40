//! An example of each command and of each frame. Those of frames are written by what writes the frames.

use chat_core::{
    model::{
        friend::FriendChange,
        room::{Role, RoomId},
        time::Timestamp,
    },
    realtime::delivery::RoomRemoval,
};
use serde_json::{Number, Value, json};

use crate::{
    code::Code,
    live::{
        declare::CommandId,
        frame::{self, Frame},
        words::{FriendChangeName, NoticeCode, RoomRemovalName},
    },
    problem::Problem,
    request_context::RequestContext,
    websocket::AnswerType,
    wire::{
        Time,
        event::{Detail, Head, IdText, Message, MessageEdited, WrittenEvent},
        message::ReadPosition,
        room::{OwnMembership, RoleName, Room},
    },
};

const ROOM: RoomId = RoomId::from_bytes([
    0x01, 0x99, 0xc1, 0xaa, 0x3f, 0x5e, 0x7a, 0x10, 0x8c, 0x21, 0x5d, 0x0e, 0x9b, 0x44, 0x71, 0x02,
]);
const AT: Timestamp = Timestamp::from_millis(1_795_435_205_120);
const CLIENT_ID: &str = "7f1c2f0e-4b52-4d1b-9a57-0f7e2f0f6a51";

/// A command of this type, with its fields as a client may fill them.
pub(super) fn command(name: &str) -> Option<Value> {
    let room = ROOM.to_string();
    let fields = match name {
        "hello" => json!({"id": 1, "rooms": {&room: 41}}),
        "send" => json!({"id": 2, "roomId": room, "body": "hello", "clientId": CLIENT_ID, "replyTo": 42}),
        "edit" => json!({"id": 3, "roomId": room, "seq": 44, "body": "hello, all"}),
        "delete" => json!({"id": 4, "roomId": room, "seq": 44}),
        "react" => json!({"id": 5, "roomId": room, "seq": 42, "emoji": "\u{1F44D}"}),
        "read" => json!({"id": 6, "roomId": room, "seq": 44}),
        "typing" => json!({"id": 7, "roomId": room}),
        "auth" => json!({"id": 8, "accessToken": "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl"}),
        "ping" => json!({"id": 9}),
        _ => return None,
    };
    Some(with_type(name, fields))
}

fn with_type(name: &str, mut fields: Value) -> Value {
    fields["type"] = name.into();
    fields
}

/// The `ok` to a command that is answered so; `None` where the answer is another frame.
pub(super) fn ok(answer: AnswerType) -> Option<Value> {
    let (id, result) = match answer {
        AnswerType::Welcome => return None,
        AnswerType::Event => (2, frame::json(&message(sent()))),
        AnswerType::ChangedMessage => {
            let edited = message(Message { edited_at: Some(Time(AT)), body: Some("hello, all"), ..sent() });
            let change = MessageEdited { body: Some("hello, all"), mentions: None, target_seq: 44 };
            let event = WrittenEvent { head: head(45, "message_edited"), detail: Detail::MessageEdited(change) };
            (3, format!(r#"{{"message":{},"event":{}}}"#, frame::json(&edited), frame::json(&event)))
        }
        AnswerType::ReadPosition => (6, frame::json(&ReadPosition { read_seq: 44, unread: 0 })),
        AnswerType::Empty => (9, "{}".to_owned()),
    };
    value(frame::ok(&Number::from(id), &result).as_bytes())
}

/// The `event` frame.
pub(super) fn event() -> Option<Value> {
    value(&frame::event_frame(frame::json(&message(sent())).as_bytes()))
}

/// One of each of the other frames.
pub(super) fn frames() -> impl Iterator<Item = Value> {
    let (id, room_id) = (Number::from(1), ROOM.to_string());
    let context = RequestContext::example();
    let frames = [
        Frame::Welcome {
            id: Some(CommandId(&id)),
            user_id: "bob",
            device_id: Some("phone"),
            heartbeat_seconds: 25,
            rooms: vec![room()],
        },
        Frame::Error { id: Some(CommandId(&id)), problem: Problem::new(Code::NotAMember).document(&context) },
        Frame::Reset { room_id: room_id.clone(), last_seq: 1043 },
        Frame::Receipt { room_id: room_id.clone(), user_id: "alice", read_seq: 44 },
        Frame::RoomAdded { room: room() },
        Frame::RoomRemoved { room_id: &room_id, reason: RoomRemovalName(RoomRemoval::Left) },
        Frame::Typing { room_id: room_id.clone(), user_id: "alice" },
        Frame::Presence { user_id: "alice", online: false, last_seen_at: Some(Time(AT)) },
        Frame::Friend {
            change: FriendChangeName(FriendChange::Request),
            user_id: "alice",
            request_id: Some(room_id.clone()),
        },
        Frame::Notice { code: NoticeCode::TokenExpiring },
    ];
    let written: Vec<_> = frames.iter().filter_map(|frame| value(frame.text().as_bytes())).collect();
    written.into_iter()
}

fn value(written: &[u8]) -> Option<Value> {
    serde_json::from_slice(written).ok()
}

fn head(seq: u64, kind: &str) -> Head<'_> {
    Head { room_id: IdText(ROOM), seq, kind, sender_id: "bob", created_at: Time(AT) }
}

fn sent() -> Message<'static> {
    Message {
        body: Some("hello"),
        client_id: Some(CLIENT_ID),
        reply_to: Some(42),
        mentions: None,
        edited_at: None,
        deleted_at: None,
        reactions: None,
    }
}

fn message(message: Message<'_>) -> WrittenEvent<'_> {
    WrittenEvent { head: head(44, "message"), detail: Detail::Message(message) }
}

fn room() -> Room {
    Room {
        room_id: ROOM.to_string(),
        name: "Den".to_owned(),
        owner_id: "alice".to_owned(),
        capacity: 6,
        member_count: 2,
        last_seq: 43,
        created_at: Time(AT),
        closed_at: None,
        me: OwnMembership { role: RoleName(Role::Member), read_seq: 41, unread: 2 },
    }
}
