use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{
        emoji::Emoji,
        event::{Event, Seq},
        message::{ClientId, MessageBody},
        room::RoomId,
        session::Caller,
    },
    ports::store::EventRange,
    realtime::notice::Origin,
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

/// A message, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageId {
    /// In which room.
    pub room: RoomId,
    /// Its number in the room's log.
    pub seq: Seq,
}

/// What becomes of a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum React {
    /// The caller reacts so from now on.
    With(Emoji),
    /// The caller takes it back.
    Without(Emoji),
}

/// A message that was to be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedMessage {
    /// The message as it is now.
    pub message: Event,
    /// The event that the change logged; absent where nothing changed.
    pub event: Option<Event>,
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

    /// Writes a message anew (R-MSG-06). Nothing changes where it says so already.
    ///
    /// The command of a live connection that asks is its `origin`: there the event is delivered as its answer.
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `RoomClosed`, `MessageNotFound`, `NotAllowed` (the message is
    /// somebody else's).
    async fn edit_message(
        &self,
        caller: &Caller,
        message: MessageId,
        body: MessageBody,
        origin: Option<Origin>,
    ) -> Result<ChangedMessage, ChatError>;

    /// Deletes a message (R-MSG-06): what it said, also before it was edited, is gone. `origin` as with
    /// [`edit_message`](Self::edit_message).
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `RoomClosed`, `MessageNotFound`, `NotAllowed` (the message is
    /// somebody else's, and the caller a plain member).
    async fn delete_message(
        &self,
        caller: &Caller,
        message: MessageId,
        origin: Option<Origin>,
    ) -> Result<ChangedMessage, ChatError>;

    /// Sets a reaction to a message, or takes one back (R-MSG-11). Nothing changes where that is so already. `origin` as
    /// with [`edit_message`](Self::edit_message).
    ///
    /// # Errors
    /// In this order: `RoomNotFound`, `NotAMember`, `RoomClosed`, `MessageNotFound`, `TooManyReactions`.
    async fn react(
        &self,
        caller: &Caller,
        message: MessageId,
        react: React,
        origin: Option<Origin>,
    ) -> Result<ChangedMessage, ChatError>;

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
