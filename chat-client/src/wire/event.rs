use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

use super::{Role, Time};

/// Something that happened in a room, in its place in the room's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// In which room.
    pub room_id: String,
    /// Its place in the log: 1, 2, 3 … without gap.
    pub seq: u64,
    /// Who did it.
    pub sender_id: String,
    /// When.
    pub created_at: Time,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
#[non_exhaustive]
pub enum EventKind {
    /// The sender wrote.
    Message(Message),
    /// The sender came in.
    Joined,
    /// The sender went.
    Left,
    /// Somebody's seat was taken back.
    Removed {
        /// Whose.
        user_id: String,
        /// Whether they may not come back.
        #[serde(default)]
        banned: bool,
    },
    /// Somebody has another role.
    RoleChanged {
        /// Who.
        user_id: String,
        /// Which role now.
        role: Role,
    },
    /// The room has another name or capacity.
    RoomChanged {
        /// The new name; absent where it stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The new capacity; absent where it stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capacity: Option<u32>,
    },
    /// A message says something else.
    MessageEdited {
        /// Which message.
        target_seq: u64,
        /// What it says now; absent once the message was deleted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
        /// Whom it names now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mentions: Option<Vec<String>>,
    },
    /// A message was deleted.
    MessageDeleted {
        /// Which message.
        target_seq: u64,
    },
    /// The sender reacted to a message.
    ReactionAdded {
        /// Which message.
        target_seq: u64,
        /// With what.
        emoji: String,
    },
    /// The sender took a reaction back.
    ReactionRemoved {
        /// Of which message.
        target_seq: u64,
        /// Which.
        emoji: String,
    },
    /// Nothing is written in the room any more.
    RoomClosed {
        /// Whether the operator closed it, and not the owner.
        #[serde(default)]
        by_operator: bool,
    },
    /// A kind that is newer than this crate. It has its place in the log, and is else to be passed over.
    #[serde(other)]
    Other,
}

/// What was written, as it is now where it comes from a page of the log or a resume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// What it says; absent once it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The sender's key for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// The message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<u64>,
    /// Which members it names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<String>,
    /// When it was edited last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Time>,
    /// When it was deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Time>,
    /// What was put under it, and by whom.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
}

/// One emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// Which.
    pub emoji: String,
    /// By whom.
    pub user_ids: Vec<String>,
}

/// What every event has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    room_id: String,
    seq: u64,
    sender_id: String,
    created_at: Time,
}

impl<'de> Deserialize<'de> for Event {
    /// An event keeps its place in the log also where what belongs to its kind is not as this crate knows it.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let Common { room_id, seq, sender_id, created_at } = Common::deserialize(&value).map_err(D::Error::custom)?;
        let kind = EventKind::deserialize(&value).unwrap_or(EventKind::Other);
        Ok(Self { room_id, seq, sender_id, created_at, kind })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(fields: Value) -> Value {
        let mut event = json!({"roomId": "r", "seq": 7, "senderId": "alice", "createdAt": "2026-11-23T12:00:00.000Z"});
        event.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        event
    }

    #[test]
    fn every_kind_of_the_contract_is_read_and_written_alike() {
        for fields in [
            json!({"kind": "message", "body": "hi", "clientId": "7f1c", "replyTo": 3, "mentions": ["bob"],
                "editedAt": "2026-11-23T12:00:01.000Z", "reactions": [{"emoji": "👍", "userIds": ["bob"]}]}),
            json!({"kind": "message", "deletedAt": "2026-11-23T12:00:01.000Z"}),
            json!({"kind": "joined"}),
            json!({"kind": "left"}),
            json!({"kind": "removed", "userId": "bob", "banned": true}),
            json!({"kind": "role_changed", "userId": "bob", "role": "moderator"}),
            json!({"kind": "room_changed", "name": "Tea", "capacity": 4}),
            json!({"kind": "room_changed", "capacity": 4}),
            json!({"kind": "message_edited", "targetSeq": 3, "body": "ho", "mentions": ["bob"]}),
            json!({"kind": "message_edited", "targetSeq": 3}),
            json!({"kind": "message_deleted", "targetSeq": 3}),
            json!({"kind": "reaction_added", "targetSeq": 3, "emoji": "👍"}),
            json!({"kind": "reaction_removed", "targetSeq": 3, "emoji": "👍"}),
            json!({"kind": "room_closed", "byOperator": true}),
        ] {
            let read: Event = serde_json::from_value(event(fields.clone())).unwrap();
            assert_ne!(read.kind, EventKind::Other, "{fields}");
            assert_eq!(serde_json::to_value(&read).unwrap(), event(fields));
        }
    }

    #[test]
    fn what_is_newer_than_this_crate_keeps_its_place() {
        for fields in [json!({"kind": "poll_opened", "question": "Tea?"}), json!({"kind": "removed"})] {
            let read: Event = serde_json::from_value(event(fields)).unwrap();
            assert_eq!((read.seq, read.kind), (7, EventKind::Other));
        }
        let newer = event(json!({"kind": "joined", "via": "invite"}));
        assert_eq!(serde_json::from_value::<Event>(newer).unwrap().kind, EventKind::Joined);
    }

    #[test]
    fn an_event_without_a_place_is_none() {
        assert!(serde_json::from_value::<Event>(json!({"roomId": "r", "kind": "joined"})).is_err());
    }
}
