use async_trait::async_trait;

use super::{Attempt, StoreError};
use crate::{
    model::{
        event::{Event, Seq},
        message::Message,
        outbox::ConsumerName,
        room::{Member, RoomId},
        user::UserId,
    },
    rules::message::{Draft, Planned},
};

/// A stretch of a room's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventRange {
    /// The oldest events with numbers above this one.
    After(Seq),
    /// The newest events with numbers below this one.
    Before(Seq),
    /// The newest events.
    Newest,
}

/// Writing and reading the rooms' logs.
#[async_trait]
pub trait MessageStore: Send + Sync + 'static {
    /// Commits a batch of messages in one transaction, and says what became of each, in the order of the drafts.
    ///
    /// - **Locks:** all rooms that the drafts name, in the order of their ids, until the commit. No user.
    /// - **Decides nothing:** reads [`BatchFacts`](crate::rules::message::BatchFacts) under those locks, writes what
    ///   [`plan_batch`](crate::rules::message::plan_batch) makes of them, and answers its plan. Events are stamped
    ///   with the attempt's time.
    /// - **Order:** with the room's row, `last_seq` grows by the number of its new events; no reader sees one without
    ///   the other.
    /// - **Retry:** harmless where all drafts carry client ids; otherwise only after an error that says that nothing
    ///   was changed.
    /// - **Errors:** where the answer to the commit is lost, the store itself, which alone has the plan, asks what
    ///   became of the attempt, for [`ASK_LIMIT`](super::ASK_LIMIT); `Unknown` means that nobody could tell. After any
    ///   other error nothing was changed.
    /// - **Outbox:** with each new event an entry for each of these consumers is written ([`OutboxTx`](super::OutboxTx)).
    async fn append_telling(
        &self,
        drafts: &[Draft],
        attempt: Attempt,
        consumers: &[ConsumerName],
    ) -> Result<Vec<Planned>, StoreError>;

    /// [`append_telling`](Self::append_telling) of a chat without consumers.
    async fn append(&self, drafts: &[Draft], attempt: Attempt) -> Result<Vec<Planned>, StoreError> {
        self.append_telling(drafts, attempt, &[]).await
    }

    /// At most `limit` events of a room, in the order of the log, each as it is now.
    async fn events(&self, room: RoomId, range: EventRange, limit: usize) -> Result<Vec<Event>, StoreError>;
}

/// Writing a room's log as part of something greater, and read positions.
#[async_trait]
pub trait MessageTx: Send {
    /// Appends an event of any kind but a message, and makes its number the room's `last_seq`. Lock: the room, whose
    /// `last_seq` the event's number follows directly; `Corrupt` where it does not.
    async fn append_event(&mut self, event: &Event) -> Result<(), StoreError>;

    /// The message of that number as it is now; `None` where there is no such event, or it is no message. Lock: the room.
    async fn message_in(&mut self, room: RoomId, seq: Seq) -> Result<Option<Event>, StoreError>;

    /// Writes how a message is from now on: body, mentions, reactions, the times of its last edit and its deletion. With
    /// the deletion goes the MAC of what was sent, so that no repeat conflicts any more (R-MSG-04). Lock: the room, in
    /// whose log an event is appended in the same transaction: by that readers know that there is something new.
    /// `Corrupt` where there is no such message.
    async fn rewrite_message(&mut self, room: RoomId, seq: Seq, message: &Message) -> Result<(), StoreError>;

    /// Takes body and mentions from all edits of a message (R-MSG-06). Lock: the room.
    async fn erase_edits(&mut self, room: RoomId, target: Seq) -> Result<(), StoreError>;

    /// Locks one present membership, and reads it with the number of the room's newest event, which may grow
    /// meanwhile. `None` where the user is no present member, or there is no such room.
    async fn lock_member(&mut self, room: RoomId, user: &UserId) -> Result<Option<(Member, Seq)>, StoreError>;

    /// Sets how far a member has read. Lock: the membership.
    async fn set_read(&mut self, room: RoomId, user: &UserId, seq: Seq) -> Result<(), StoreError>;
}
