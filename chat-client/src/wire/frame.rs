use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Event, Problem, Room, Time};

/// What the server says over the WebSocket.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(crate) enum Frame {
    Welcome {
        id: u64,
        user_id: String,
        #[serde(default)]
        device_id: Option<String>,
        heartbeat_seconds: u64,
        rooms: Vec<Room>,
    },
    Ok {
        id: u64,
        result: Value,
    },
    Error {
        #[serde(default)]
        id: Option<u64>,
        problem: Box<Problem>,
    },
    Event {
        event: Event,
    },
    Reset {
        room_id: String,
        last_seq: u64,
    },
    Receipt {
        room_id: String,
        user_id: String,
        read_seq: u64,
    },
    Typing {
        room_id: String,
        user_id: String,
    },
    Presence {
        user_id: String,
        online: bool,
        #[serde(default)]
        last_seen_at: Option<Time>,
    },
    RoomAdded {
        room: Room,
    },
    RoomRemoved {
        room_id: String,
        reason: RemovalReason,
    },
    Friend {
        change: FriendChange,
        user_id: String,
        #[serde(default)]
        request_id: Option<String>,
    },
    Notice {
        code: NoticeCode,
    },
    #[serde(other)]
    Unknown,
}

impl Frame {
    /// What a text frame says. What is newer than this crate is passed over.
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or(Self::Unknown)
    }
}

/// Why one is no member of a room any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RemovalReason {
    /// One has left, or never was a member.
    Left,
    /// Somebody took the seat back.
    Removed,
    /// The same, and for good.
    Banned,
    /// A reason that is newer than this crate.
    #[serde(other)]
    Other,
}

/// What has changed between oneself and somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FriendChange {
    /// A request was made.
    Request,
    /// It was accepted.
    Accepted,
    /// It was declined.
    Declined,
    /// It was withdrawn.
    Withdrawn,
    /// A friendship was ended.
    Removed,
    /// A change that is newer than this crate.
    #[serde(other)]
    Other,
}

/// What the server has to say of the connection itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoticeCode {
    /// The access token ends within a minute. The client renews it.
    TokenExpiring,
    /// The server is about to end. The client comes back.
    Draining,
    /// A notice that is newer than this crate.
    #[serde(other)]
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_newer_than_this_crate_is_passed_over() {
        for text in [r#"{"type":"poll","id":1}"#, r#"{"type":"typing"}"#, "[]", "no JSON"] {
            assert_eq!(Frame::read(text), Frame::Unknown, "{text}");
        }
        let added = r#"{"type":"typing","roomId":"r","userId":"bob","since":3}"#;
        assert_eq!(Frame::read(added), Frame::Typing { room_id: "r".to_owned(), user_id: "bob".to_owned() });
    }

    #[test]
    fn frames_are_read_as_the_contract_writes_them() {
        let read = |text: &str| Frame::read(text);
        let problem =
            r#"{"type":"…","title":"Not a member","status":403,"code":"not_a_member","detail":"…","requestId":"1"}"#;
        let Frame::Error { id: Some(3), problem } = read(&format!(r#"{{"type":"error","id":3,"problem":{problem}}}"#))
        else {
            panic!("an error");
        };
        assert_eq!((problem.status, problem.code.as_str()), (403, "not_a_member"));
        let welcome = r#"{"type":"welcome","id":1,"userId":"bob","deviceId":"phone","heartbeatSeconds":25,"rooms":[
            {"roomId":"r","name":"Tea","ownerId":"alice","capacity":6,"memberCount":2,"lastSeq":43,
             "createdAt":"2026-11-23T12:00:00.000Z","me":{"role":"member","readSeq":41,"unread":2}}]}"#;
        let Frame::Welcome { rooms, heartbeat_seconds: 25, .. } = read(welcome) else { panic!("a welcome") };
        assert_eq!((rooms[0].last_seq, rooms[0].me.unread), (43, 2));
        assert_eq!(
            read(r#"{"type":"room_removed","roomId":"r","reason":"banned"}"#),
            Frame::RoomRemoved { room_id: "r".to_owned(), reason: RemovalReason::Banned }
        );
        assert_eq!(
            read(r#"{"type":"presence","userId":"bob","online":false,"lastSeenAt":"2026-11-23T12:00:00.000Z"}"#),
            Frame::Presence {
                user_id: "bob".to_owned(),
                online: false,
                last_seen_at: Some("2026-11-23T12:00:00.000Z".into())
            }
        );
        assert_eq!(read(r#"{"type":"notice","code":"draining"}"#), Frame::Notice { code: NoticeCode::Draining });
        assert_eq!(
            read(r#"{"type":"friend","change":"request","userId":"bob","requestId":"q"}"#),
            Frame::Friend {
                change: FriendChange::Request,
                user_id: "bob".to_owned(),
                request_id: Some("q".to_owned())
            }
        );
    }
}
