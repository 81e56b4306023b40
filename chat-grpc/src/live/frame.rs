//! What the server says.

use chat_core::realtime::{
    delivery::{Delivery, RoomRemoval},
    notice::Logged,
};

use crate::{
    refusal::Refusal,
    v1::{self, friend_changed::Change, notice::Code, ok, room_removed::Reason, server_frame::Frame},
    wire::time,
};

/// What a delivery says; none: an answer, of which the stream knows what it answers, or the end.
pub(super) fn told(delivery: &Delivery) -> Option<Frame> {
    Some(match delivery {
        Delivery::Event(logged) => Frame::Event((&logged.event).into()),
        Delivery::RoomAdded(view) => Frame::RoomAdded(v1::RoomAdded { room: Some((&**view).into()) }),
        Delivery::RoomRemoved { room, reason } => room_removed(
            room.to_string(),
            match reason {
                RoomRemoval::Left => Reason::Left,
                RoomRemoval::Removed => Reason::Removed,
                RoomRemoval::Banned => Reason::Banned,
            },
        ),
        Delivery::Reset { room, last_seq } => {
            Frame::Reset(v1::Reset { room_id: room.to_string(), last_seq: last_seq.get() })
        }
        Delivery::Receipt { room, user, read_seq } => Frame::Receipt(v1::Receipt {
            room_id: room.to_string(),
            user_id: user.to_string(),
            read_seq: read_seq.get(),
        }),
        Delivery::Typing { room, user } => {
            Frame::Typing(v1::TypingUser { room_id: room.to_string(), user_id: user.to_string() })
        }
        Delivery::Presence { user, last_seen } => Frame::Presence(v1::Presence {
            user_id: user.to_string(),
            online: last_seen.is_none(),
            last_seen_at: last_seen.map(time),
        }),
        Delivery::Friend { change, with, request } => Frame::Friend(v1::FriendChanged {
            change: Change::from(*change).into(),
            user_id: with.to_string(),
            request_id: request.map(|request| request.to_string()),
        }),
        Delivery::Draining => notice(Code::Draining),
        Delivery::Sent { .. } | Delivery::Answered { .. } | Delivery::Marked { .. } | Delivery::Ended(_) => {
            return None;
        }
    })
}

pub(super) fn room_removed(room_id: String, reason: Reason) -> Frame {
    Frame::RoomRemoved(v1::RoomRemoved { room_id, reason: reason.into() })
}

pub(super) fn notice(code: Code) -> Frame {
    Frame::Notice(v1::Notice { code: code.into() })
}

/// The answer to a command.
pub(super) fn answer(id: u64, result: Result<Option<ok::Result>, Refusal>) -> Frame {
    match result {
        Ok(result) => Frame::Ok(v1::Ok { id, result }),
        Err(refusal) => Frame::Error(v1::Error { id, problem: Some(refusal.into()) }),
    }
}

/// What stands in an event's place on the stream that caused it: the event, or the message that it changes and the event.
pub(super) fn logged(logged: &Logged) -> ok::Result {
    let event = (&logged.event).into();
    match &logged.message {
        None => ok::Result::Event(event),
        Some(message) => ok::Result::Changed(v1::ChangedMessage { message: Some(message.into()), event: Some(event) }),
    }
}
