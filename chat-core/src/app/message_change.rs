//! Changing a message that stands in the log: it is rewritten, and the change is an event of its own.

use async_trait::async_trait;

use super::{
    chat::Inner,
    transaction::{Command, Tx},
};
use crate::{
    api::{ChangedMessage, MessageId, React},
    error::{ChatError, Rejection},
    model::{
        event::{Event, EventKind, Seq},
        message::{Message, MessageBody},
        user::UserId,
    },
    planted::Planted,
    realtime::notice::Origin,
    rules::{
        deletion::decide_delete,
        edit::decide_edit,
        message::MessageFacts,
        reaction::{decide_react, decide_unreact},
    },
};

pub(super) struct ChangeMessage {
    pub(super) user: UserId,
    pub(super) message: MessageId,
    pub(super) change: Change,
    pub(super) origin: Option<Origin>,
}

pub(super) enum Change {
    Edit(MessageBody),
    Delete,
    React(React),
}

#[async_trait]
impl Command for ChangeMessage {
    type Answer = ChangedMessage;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<ChangedMessage, ChatError> {
        let MessageId { room, seq } = self.message;
        tx.lock_actor(&self.user).await?;
        let mut room = tx.lock_room(room).await?.ok_or(Rejection::RoomNotFound)?.room;
        let members = tx.members_in(room.id).await?;
        let before = tx.message_in(room.id, seq).await?;
        let (actor, closed) = (&self.user, room.closed_at.is_some());
        let facts = MessageFacts { actor, members: &members, closed, event: before.as_ref() };
        let changed = match &self.change {
            Change::Edit(body) => decide_edit(facts, body, tx.now)?,
            Change::Delete => Some(decide_delete(facts, tx.now)?),
            Change::React(React::With(emoji)) => decide_react(facts, *emoji)?,
            Change::React(React::Without(emoji)) => decide_unreact(facts, *emoji)?,
        };
        // Without one each of the decisions refuses.
        let before = before.ok_or(Rejection::MessageNotFound)?;
        let Some(changed) = changed else { return Ok(ChangedMessage { message: before, event: None }) };
        let kind = self.change.logged(seq, &changed);
        tx.rewrite_message(room.id, seq, &changed).await?;
        if matches!(self.change, Change::Delete) && !Planted::EditOutlivesDeletion.is_on() {
            tx.erase_edits(room.id, seq).await?;
        }
        let message = Event { kind: EventKind::Message(changed), ..before };
        let event = tx.log_change(&mut room, &self.user, kind, &message, self.origin).await?;
        Ok(ChangedMessage { message, event: Some(event) })
    }
}

impl Change {
    /// The event of this change to the message `target`, which is `changed` since.
    fn logged(&self, target: Seq, changed: &Message) -> EventKind {
        match self {
            Self::Edit(body) => {
                EventKind::MessageEdited { target, body: Some(body.clone()), mentions: changed.mentions.clone() }
            }
            Self::Delete => EventKind::MessageDeleted { target },
            Self::React(React::With(emoji)) => EventKind::ReactionAdded { target, emoji: *emoji },
            Self::React(React::Without(emoji)) => EventKind::ReactionRemoved { target, emoji: *emoji },
        }
    }
}
