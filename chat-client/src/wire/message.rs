use serde::{Deserialize, Serialize};

use super::Event;

/// A stretch of a room's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// In the order of the log.
    pub events: Vec<Event>,
    /// Whether there are more in the direction asked for.
    pub has_more: bool,
    /// The number of the room's newest event.
    pub last_seq: u64,
}

/// What an edit, a deletion or a reaction made of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The message as it is now.
    pub message: Event,
    /// What was logged of it; absent where nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
}

/// How far one has read a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadPosition {
    /// The number of the last event that was read.
    pub read_seq: u64,
    /// Messages after that which are neither one's own nor deleted.
    pub unread: u64,
}
