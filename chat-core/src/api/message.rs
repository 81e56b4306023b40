use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{
        event::{Event, Seq},
        message::{ClientId, MessageBody},
        room::RoomId,
        session::Caller,
    },
    ports::store::EventRange,
};

/// A message to send.
#[derive(Clone, Debug)]
pub struct SendMessage {
    /// To which room.
    pub room: RoomId,
    /// What it says.
    pub body: MessageBody,
    /// The sender's key for it (R-MSG-04).
    pub client_id: Option<ClientId>,
    /// The message it answers.
    pub reply_to: Option<Seq>,
}

/// A message that stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The message as it is now.
    pub event: Event,
    /// It was sent by an earlier call under the same client id.
    pub repeated: bool,
}

/// A stretch of a room's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// In the order of the log.
    pub events: Vec<Event>,
    /// There are more in the direction asked for; with [`EventRange::Newest`], older ones.
    pub has_more: bool,
    /// The number of the room's newest event.
    pub last_seq: Seq,
}

/// How far a member has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadPosition {
    /// The number of the last event that was read.
    pub read_seq: Seq,
    /// What is unread after it.
    pub unread: u64,
}

/// Writing to rooms and reading them.
#[async_trait]
pub trait Messages: Send + Sync + 'static {
    /// Sends a message. Success means that it is committed and durable (R-MSG-03).
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `IdempotencyConflict`, `RoomClosed`, `MessageNotFound` (what it
    /// answers); `Overloaded`, `UnknownOutcome`.
    async fn send_message(&self, caller: &Caller, send: SendMessage) -> Result<Sent, ChatError>;

    /// At most `limit` events of a room's log.
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`.
    async fn history(
        &self,
        caller: &Caller,
        room: RoomId,
        range: EventRange,
        limit: usize,
    ) -> Result<History, ChatError>;

    /// Moves the caller's read position forward (R-MSG-07).
    ///
    /// # Errors
    /// `RoomNotFound`, `NotAMember`.
    async fn mark_read(&self, caller: &Caller, room: RoomId, seq: Seq) -> Result<ReadPosition, ChatError>;
}
