//! The log, and transactions as a whole.

use std::{collections::BTreeSet, sync::atomic::Ordering};

use chat_conformance::{async_trait, build};
use chat_core::{
    model::{
        event::{Event, EventKind},
        message::{ClientId, MessageBody},
        outbox::ConsumerName,
        room::RoomId,
    },
    ports::store::{Attempt, AttemptId, EventRange, MessageStore, Store, StoreError, StoreTx},
    rules::message::{Draft, Planned},
};

use crate::{
    planted::{Fault, Faulty},
    tx::FaultyTx,
};

/// Who bears the numbers that nobody sees.
const NOBODY: &str = "nobody.at.all";

#[async_trait]
impl MessageStore for Faulty {
    async fn append_telling(
        &self,
        drafts: &[Draft],
        attempt: Attempt,
        consumers: &[ConsumerName],
    ) -> Result<Vec<Planned>, StoreError> {
        match self.fault {
            Fault::Gap => self.use_up_a_number(drafts).await?,
            Fault::BatchInParts => {
                let mut planned = Vec::new();
                for draft in drafts {
                    planned.extend(
                        self.good.append_telling(std::slice::from_ref(draft), build::attempt(), consumers).await?,
                    );
                }
                return Ok(planned);
            }
            _ => {}
        }
        let drafts: Vec<Draft> = drafts.iter().map(|draft| self.mangled(draft)).collect();
        let planned = self.good.append_telling(&drafts, attempt, consumers).await?;
        let before = self.shared.batches.fetch_add(1, Ordering::SeqCst);
        if self.has(Fault::FailureAfterCommit) && before.is_multiple_of(2) {
            return Err(StoreError::Transient("given up".into()));
        }
        Ok(planned)
    }

    async fn events(&self, room: RoomId, range: EventRange, limit: usize) -> Result<Vec<Event>, StoreError> {
        let mut events = self.good.events(room, range, limit).await?;
        events.retain(|event| event.sender.as_str() != NOBODY);
        Ok(events)
    }
}

impl Faulty {
    async fn use_up_a_number(&self, drafts: &[Draft]) -> Result<(), StoreError> {
        let mut tx = self.good.begin(build::attempt()).await?;
        for room in drafts.iter().map(|draft| draft.room).collect::<BTreeSet<_>>() {
            if let Some(locked) = tx.lock_room(room).await? {
                let number = locked.room.last_seq.next().get();
                tx.append_event(&build::event(room, number, NOBODY, EventKind::Left)).await?;
            }
        }
        tx.commit().await
    }

    fn mangled(&self, draft: &Draft) -> Draft {
        let mut draft = draft.clone();
        let body = draft.body.as_str();
        match self.fault {
            Fault::IgnoredClientId => draft.client_id = None,
            Fault::FoldedClientIds => {
                if let Some((client_id, _)) = &mut draft.client_id {
                    *client_id = ClientId::parse(&client_id.as_str().to_lowercase()).unwrap();
                }
            }
            Fault::CutBodies => {
                draft.body = MessageBody::parse(body[..body.floor_char_boundary(4_000)].to_owned()).unwrap();
            }
            Fault::TrimmedBodies => draft.body = MessageBody::parse(body.trim().to_owned()).unwrap(),
            _ => {}
        }
        draft
    }
}

#[async_trait]
impl Store for Faulty {
    async fn begin(&self, attempt: Attempt) -> Result<Box<dyn StoreTx>, StoreError> {
        Ok(Box::new(FaultyTx::begin(self.clone(), attempt).await?))
    }

    async fn was_committed(&self, attempt: AttemptId) -> Result<bool, StoreError> {
        match self.fault {
            _ if self.shared.silent.load(Ordering::SeqCst) => Err(StoreError::Unavailable("silent".into())),
            Fault::ForgottenAttempt => Ok(false),
            Fault::HastyAnswer => Ok(self.shared.committed.lock().unwrap().contains(&attempt)),
            _ => self.good.was_committed(attempt).await,
        }
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.good.ping().await
    }
}
