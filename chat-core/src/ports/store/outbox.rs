use async_trait::async_trait;

use super::StoreError;
use crate::{
    model::{
        outbox::{ConsumerName, DeadLetter, Lane, OutboxEntry, OutboxId, Subject},
        time::Timestamp,
        uuid_id,
    },
    rules::message::Planned,
};

uuid_id! {
    /// Which claim a lane is under.
    ClaimId
}

/// What shall be claimed.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Which claim it is.
    pub id: ClaimId,
    /// For which consumer.
    pub consumer: ConsumerName,
    /// When.
    pub at: Timestamp,
    /// When it lapses where it is not settled before.
    pub until: Timestamp,
    /// How many lanes at most.
    pub lanes: usize,
    /// How many entries of each at most.
    pub entries: usize,
}

/// A lane that one node alone sends from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedLane {
    /// Under which claim.
    pub claim: ClaimId,
    /// Which lane.
    pub lane: Lane,
    /// Its first entries, in the order in which they go out.
    pub entries: Vec<OutboxEntry>,
}

/// What became of a claimed lane. The claim is over with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Under which claim.
    pub claim: ClaimId,
    /// Which lane.
    pub lane: Lane,
    /// What was delivered; it is deleted.
    pub delivered: Vec<OutboxEntry>,
    /// What stopped it.
    pub stop: Option<Stop>,
    /// When the lane is due again, where it has more entries.
    pub due: Timestamp,
}

/// Why no more of a lane was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// This entry failed, and shall be tried again: its attempts are counted on.
    Failed(OutboxEntry),
    /// This entry was given up: it goes from the outbox to the dead letters.
    Dead(DeadLetter),
}

/// What a batch of messages writes into the outbox: for each new event an entry for each consumer.
pub fn entries_of(planned: &[Planned], consumers: &[ConsumerName]) -> Vec<OutboxEntry> {
    let mut entries = Vec::new();
    if consumers.is_empty() {
        return entries;
    }
    for planned in planned {
        if let Planned::New(event) = planned {
            let subject = Subject::Logged { room: event.room, seq: event.seq };
            OutboxEntry::for_each(consumers, &subject, event.at, &mut entries);
        }
    }
    entries
}

/// Taking entries out of the outbox, for who delivers them. None of it is part of a transaction of the chat's.
///
/// A lane that has entries is due at a time. To claim it puts that off until the claim lapses, so that a node that dies
/// keeps nothing back for longer.
#[async_trait]
pub trait OutboxStore: Send + Sync + 'static {
    /// Claims lanes that are due, those first that have been so for longest, and reads their first entries by
    /// [`position`](crate::model::outbox::Subject::position), then by id. However many nodes claim at once, each lane is
    /// claimed by one. No entry that is committed later goes out before those read, apart from a dead letter that is sent
    /// again. Waits for no transaction that writes into the outbox; how long a lane is, and
    /// how many lanes are not due, must not matter.
    async fn claim(&self, claim: &Claim) -> Result<Vec<ClaimedLane>, StoreError>;

    /// Ends claims of a consumer in one transaction. Of a lane that is under another claim by now nothing is changed.
    async fn settle(&self, consumer: &ConsumerName, settlements: &[Settlement]) -> Result<(), StoreError>;

    /// At most `limit` dead letters of all consumers, the newest entries first; with `before`, only those older than it.
    async fn dead_letters(&self, before: Option<OutboxId>, limit: usize) -> Result<Vec<DeadLetter>, StoreError>;
}

/// Writing into the outbox, in the transaction that makes it so.
#[async_trait]
pub trait OutboxTx: Send {
    /// Appends entries. A lane that had none is due from the time of its entry on. Locks: what the entries are about. It
    /// waits for a claim or a settlement of the same lanes that is being written.
    async fn append_outbox(&mut self, entries: &[OutboxEntry]) -> Result<(), StoreError>;

    /// Takes a dead letter off the list; `None` where there is none of that id. Locks it.
    async fn take_dead_letter(&mut self, id: OutboxId) -> Result<Option<DeadLetter>, StoreError>;
}
