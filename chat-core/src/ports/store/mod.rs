//! Where the chat keeps everything. One trait a noun, in a read half on [`Store`] and a write half on [`StoreTx`].
//!
//! # What every store promises
//! - **Durable.** What [`StoreTx::commit`] or [`MessageStore::append`] answered with success survives the loss of
//!   the process and of power.
//! - **Isolated.** A transaction sees what was committed before it took its locks, and nobody sees what it has not
//!   committed. Plain reads see one committed state each; two plain reads may see two.
//! - **Locks.** `lock_…` methods keep others from changing what they lock until the transaction ends. The callers
//!   take users in the order of their ids, then rooms in the order of theirs, so that two never wait for each other.
//!   No other method waits for a lock that its contract does not name: mind foreign keys.
//! - **Nothing decided.** A store refuses nothing by itself; what must never be (a balance below zero, more members
//!   than seats) is a check in the schema, and breaking it is [`StoreError::Corrupt`].
//! - **Dropped is rolled back.** A transaction that is dropped without commit leaves nothing behind, also where the
//!   future of one of its methods was dropped.

mod admission;
mod ask;
mod audit;
mod ban;
mod block;
mod charge;
mod coin;
mod friend;
mod invite;
mod message;
mod outbox;
mod room;
mod session;
mod setting;
mod user;

use std::{any::Any, error::Error};

use async_trait::async_trait;

pub use self::{
    admission::{AdmissionTx, Entrant},
    ask::{ASK_LIMIT, ask},
    audit::{AuditStore, AuditTx},
    ban::{BanStore, BanTx},
    block::{BlockStore, BlockTx},
    charge::{ChargeStore, ChargeTx},
    coin::{CoinStore, CoinTx, NewCoinEntry},
    friend::{FriendStore, FriendTx, Ties},
    invite::{InviteStore, InviteTx},
    message::{EventRange, MessageStore, MessageTx},
    outbox::{Claim, ClaimId, ClaimedLane, OutboxStore, OutboxTx, Settlement, Stop, entries_of},
    room::{LockedRoom, Membership, NewRoom, RoomStore, RoomTx},
    session::{SessionStore, SessionTx},
    setting::SettingStore,
    user::{Credentials, LockedUser, NewUser, UserStore, UserTx},
};
use crate::model::{time::Timestamp, uuid_id};

uuid_id! {
    /// Which attempt at a transaction, so that one whose commit was answered with silence can be asked for.
    AttemptId
}

/// One attempt at a transaction.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// Which.
    pub id: AttemptId,
    /// When it began. Stores forget attempts after an hour.
    pub at: Timestamp,
}

/// A store: reads, and transactions.
///
/// ```
/// use std::sync::Arc;
///
/// use chat_core::model::time::Timestamp;
/// use chat_core::ports::store::{Attempt, AttemptId, Store, StoreError};
///
/// # async fn look(store: Arc<dyn Store>, now: Timestamp) -> Result<(), StoreError> {
/// store.ping().await?;
/// let attempt = Attempt { id: AttemptId::new(), at: now };
/// let tx = store.begin(attempt).await?;
/// tx.commit().await?; // Nothing was written: nothing is committed.
/// assert!(!store.was_committed(attempt.id).await?);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Store:
    UserStore
    + SessionStore
    + RoomStore
    + BanStore
    + InviteStore
    + CoinStore
    + ChargeStore
    + MessageStore
    + FriendStore
    + BlockStore
    + AuditStore
    + OutboxStore
    + SettingStore
{
    /// Begins a transaction that writes. The attempt is stored with what it writes.
    async fn begin(&self, attempt: Attempt) -> Result<Box<dyn StoreTx>, StoreError>;

    /// Whether an attempt was committed, asked after [`StoreError::Unknown`]. The answer is final: an attempt that is
    /// still under way is waited for, or can commit no more once it was asked for. So nobody asks for an attempt whose
    /// commit is not yet over.
    async fn was_committed(&self, attempt: AttemptId) -> Result<bool, StoreError>;

    /// Answers where the store can be read and written.
    async fn ping(&self) -> Result<(), StoreError>;
}

/// A transaction. Methods without `lock_` in their name expect that the caller holds the locks that protect what
/// they read or write; each contract names them.
///
/// **Writes may wait:** a store may gather writes and carry them out together, before the next read at the latest, and
/// before the commit. A read sees all writes of its transaction. That a write is [`StoreError::Corrupt`] is reported by
/// the write itself or by a later method, [`commit`](Self::commit) at the latest, which then commits nothing. An answer
/// that says more than that it was done (`Taken`, a number, whether there was something to delete) is never put off.
#[async_trait]
pub trait StoreTx:
    UserTx
    + SessionTx
    + RoomTx
    + BanTx
    + AdmissionTx
    + InviteTx
    + CoinTx
    + ChargeTx
    + MessageTx
    + FriendTx
    + BlockTx
    + AuditTx
    + OutboxTx
{
    /// Commits. After [`StoreError::Unknown`] it may or may not have happened: ask [`Store::was_committed`]. After
    /// any other error nothing was changed. A transaction that has written nothing commits nothing.
    async fn commit(self: Box<Self>) -> Result<(), StoreError>;

    /// Undoes all of it, and gives the locks back before it answers.
    async fn rollback(self: Box<Self>) -> Result<(), StoreError>;

    /// Itself, for its own store to find what is beneath: the connection on which a host writes rows of its own.
    fn as_any(&mut self) -> &mut (dyn Any + Send);
}

/// A key of which there is one at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unique {
    /// The user id, compared without case.
    UserId,
    /// The maker's client id of a room.
    RoomClientId,
}

/// The driver's own account of a failure, for the log.
pub type Source = Box<dyn Error + Send + Sync>;

/// What a store can fail with. Told apart by the kinds of the driver's errors and by the statement that raised them,
/// never by their text.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The key is taken. Nothing was written by the statement, and the transaction can be used further.
    #[error("{0:?} is taken")]
    Taken(Unique),
    /// The database gave this transaction up (deadlock, lock wait, busy). It is over, without effect; the same may
    /// succeed when it is run again whole, locks and reads included.
    #[error("the transaction was given up by the database")]
    Transient(#[source] Source),
    /// The answer to a commit was lost: it may or may not have happened.
    #[error("the outcome of the commit is unknown")]
    Unknown(#[source] Source),
    /// The store cannot be reached, or refuses to serve. Nothing was changed.
    #[error("the store is unavailable")]
    Unavailable(#[source] Source),
    /// The store holds, or was asked to hold, what must never be.
    #[error("the store holds what it must not: {0}")]
    Corrupt(String),
}

impl StoreError {
    /// The same for one more of those whom it concerns: the driver's account is kept as text.
    pub(crate) fn shared(&self) -> Self {
        let account = |source: &Source| Source::from(source.to_string());
        match self {
            Self::Taken(unique) => Self::Taken(*unique),
            Self::Transient(source) => Self::Transient(account(source)),
            Self::Unknown(source) => Self::Unknown(account(source)),
            Self::Unavailable(source) => Self::Unavailable(account(source)),
            Self::Corrupt(what) => Self::Corrupt(what.clone()),
        }
    }
}
