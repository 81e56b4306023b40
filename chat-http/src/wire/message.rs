use chat_core::api;

use super::event::{Event, MessageEvent};
use crate::response::response;

response! {
    /// How far the caller has read a room.
    pub(crate) struct ReadPosition = "ReadPosition" {
        /// The number of the last event that was read.
        required read_seq: u64 = "readSeq",
        /// Messages after that which are neither one's own nor deleted.
        required unread: u64 = "unread",
    }
}

response! {
    /// A message that was to be changed.
    pub(crate) struct ChangedMessage = "ChangedMessage" {
        /// The message as it is now.
        required message: MessageEvent = "message",
        /// The event that the change logged; absent where nothing changed.
        optional event: Event = "event",
    }
}

response! {
    /// A stretch of a room's log.
    pub(crate) struct History = "History" {
        /// In the order of the log.
        required events: Vec<Event> = "events",
        /// Whether there are more in the direction asked for; with neither `before` nor `after`, older ones.
        required has_more: bool = "hasMore",
        /// The number of the room's newest event.
        required last_seq: u64 = "lastSeq",
    }
}

impl From<api::ReadPosition> for ReadPosition {
    fn from(position: api::ReadPosition) -> Self {
        Self { read_seq: position.read_seq.get(), unread: position.unread }
    }
}

impl From<api::ChangedMessage> for ChangedMessage {
    fn from(changed: api::ChangedMessage) -> Self {
        Self { message: MessageEvent(changed.message), event: changed.event.map(Event) }
    }
}

impl From<api::History> for History {
    fn from(history: api::History) -> Self {
        Self {
            events: history.events.into_iter().map(Event).collect(),
            has_more: history.has_more,
            last_seq: history.last_seq.get(),
        }
    }
}
