use async_trait::async_trait;

use super::{
    admin::Subject,
    chat::Inner,
    transaction::{Command, Tx},
};
use crate::{
    error::{ChatError, Rejection},
    model::{
        operator::{Act, OperatorName},
        outbox::{self, OutboxEntry, OutboxId},
    },
};

/// Has a dead letter sent again, or deletes it.
pub(super) struct TakeDeadLetter {
    pub(super) by: OperatorName,
    pub(super) id: OutboxId,
    pub(super) send_again: bool,
}

#[async_trait]
impl Command for TakeDeadLetter {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        let entry = tx.take_dead_letter(self.id).await?.ok_or(Rejection::DeadLetterNotFound)?.entry;
        let detail = Some(format!("{} for {}", entry.id, entry.consumer));
        let act = if self.send_again { Act::DeadLetterSent } else { Act::DeadLetterDeleted };
        let about = match &entry.subject {
            outbox::Subject::Logged { room, .. } => Subject::Room(*room),
            outbox::Subject::FriendshipMade { user, .. }
            | outbox::Subject::FriendshipEnded { user, .. }
            | outbox::Subject::StandingChanged { user, .. }
            | outbox::Subject::CoinsChanged { user, .. } => Subject::User(user),
        };
        tx.note(&self.by, act, about, detail).await?;
        if self.send_again {
            tx.append_outbox(&[OutboxEntry { attempts: 0, ..entry }]).await?;
        }
        Ok(())
    }
}
