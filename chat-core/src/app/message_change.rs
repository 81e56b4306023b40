//! Changing a message that stands in the log: it is rewritten, and the change is an event of its own.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    chat::Inner,
    hook::{Heard, QUESTIONS, UNDECIDED},
    transaction::{Command, Tx},
};
use crate::{
    api::{ChangedMessage, MessageId, React},
    error::{ChatError, Rejection},
    model::{
        event::{Event, EventKind, Seq},
        message::{Message, MessageBody},
        session::Caller,
        user::UserId,
    },
    planted::Planted,
    ports::hook::{MessageDraft, MessageVerdict},
    realtime::notice::Origin,
    rules::{
        deletion::decide_delete,
        edit::decide_edit,
        message::MessageFacts,
        reaction::{decide_react, decide_unreact},
    },
};

impl Inner {
    /// Changes a message as its caller wants it and the host lets it be.
    pub(super) async fn change_message(
        self: &Arc<Self>,
        caller: &Caller,
        message: MessageId,
        change: Change,
        origin: Option<Origin>,
    ) -> Result<ChangedMessage, ChatError> {
        let mut heard = None;
        for _ in 0..QUESTIONS {
            let (user, change) = (caller.user.clone(), change.clone());
            match self.execute(ChangeMessage { user, message, change, origin, heard }).await? {
                Outcome::Decided(changed) => return Ok(*changed),
                Outcome::Ask(question) => {
                    let verdict = self.hooks.before_message(&question).await?;
                    heard = Some((question, verdict));
                }
            }
        }
        Err(UNDECIDED)
    }
}

/// What a change has come to.
enum Outcome {
    /// It was carried out, or needed not be.
    Decided(Box<ChangedMessage>),
    /// The host is to be asked this first. Nothing was done.
    Ask(MessageDraft),
}

struct ChangeMessage {
    user: UserId,
    message: MessageId,
    change: Change,
    origin: Option<Origin>,
    heard: Heard<MessageDraft, MessageVerdict>,
}

#[derive(Clone)]
pub(super) enum Change {
    Edit(MessageBody),
    Delete,
    React(React),
}

#[async_trait]
impl Command for ChangeMessage {
    type Answer = Outcome;

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<Outcome, ChatError> {
        let MessageId { room, seq } = self.message;
        tx.lock_actor(&self.user).await?;
        let mut room = tx.lock_room(room).await?.ok_or(Rejection::RoomNotFound)?.room;
        let members = tx.members_in(room.id).await?;
        let before = tx.message_in(room.id, seq).await?;
        let (actor, closed) = (&self.user, room.closed_at.is_some());
        let facts = MessageFacts { actor, members: &members, closed, event: before.as_ref() };
        let changed = match &self.change {
            Change::Edit(body) if decide_edit(facts, body, tx.now)?.is_some() => {
                let draft = self.draft(body);
                let body = match chat.hooks.verdict(&self.heard, &draft, MessageVerdict::Allow) {
                    Some(MessageVerdict::Allow) => draft.body,
                    Some(MessageVerdict::Change(body)) => body,
                    Some(MessageVerdict::Refuse(words)) => return Err(Rejection::RefusedByHost(words).into()),
                    None => return Ok(Outcome::Ask(draft)),
                };
                decide_edit(facts, &body, tx.now)?
            }
            Change::Edit(_) => None,
            Change::Delete => Some(decide_delete(facts, tx.now)?),
            Change::React(React::With(emoji)) => decide_react(facts, *emoji)?,
            Change::React(React::Without(emoji)) => decide_unreact(facts, *emoji)?,
        };
        // Without one each of the decisions refuses.
        let before = before.ok_or(Rejection::MessageNotFound)?;
        let Some(changed) = changed else {
            return Ok(Outcome::Decided(Box::new(ChangedMessage { message: before, event: None })));
        };
        let kind = self.change.logged(seq, &changed);
        tx.rewrite_message(room.id, seq, &changed).await?;
        if matches!(self.change, Change::Delete) && !Planted::EditOutlivesDeletion.is_on() {
            tx.erase_edits(room.id, seq).await?;
        }
        let message = Event { kind: EventKind::Message(changed), ..before };
        let event = tx.log_change(&mut room, &self.user, kind, &message, self.origin).await?;
        Ok(Outcome::Decided(Box::new(ChangedMessage { message, event: Some(event) })))
    }
}

impl ChangeMessage {
    /// What the host is asked about an edit.
    fn draft(&self, body: &MessageBody) -> MessageDraft {
        let MessageId { room, seq } = self.message;
        MessageDraft { room, sender: self.user.clone(), body: body.clone(), reply_to: None, edits: Some(seq) }
    }
}

impl Change {
    /// The event of this change to the message `target`, which is `changed` since.
    fn logged(&self, target: Seq, changed: &Message) -> EventKind {
        match self {
            Self::Edit(_) => {
                EventKind::MessageEdited { target, body: changed.body.clone(), mentions: changed.mentions.clone() }
            }
            Self::Delete => EventKind::MessageDeleted { target },
            Self::React(React::With(emoji)) => EventKind::ReactionAdded { target, emoji: *emoji },
            Self::React(React::Without(emoji)) => EventKind::ReactionRemoved { target, emoji: *emoji },
        }
    }
}
