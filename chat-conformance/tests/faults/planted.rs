//! A good store, and the fault in it.

use std::{
    collections::{HashMap, HashSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize},
    },
};

use chat_conformance::{Fixture, async_trait};
use chat_core::{
    model::user::{User, UserId},
    ports::store::{AttemptId, Store},
};
use chat_sqlite::SqliteStore;
use tempfile::TempDir;
use tokio::sync::Notify;

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// A balance is read without a lock, and written over whatever it is by then.
    LostUpdate,
    /// A room is read without a lock.
    UnlockedSeat,
    /// Each batch uses up a number that no event bears.
    Gap,
    /// An admission is committed before the rest of its join.
    HalfJoin,
    /// A client id is not kept.
    IgnoredClientId,
    /// Of every two batches the first is committed, and told to have failed.
    FailureAfterCommit,
    /// Users are found by their ids in any case.
    FoldedIds,
    /// Client ids that differ in case are one.
    FoldedClientIds,
    /// A user is found who is not committed yet.
    Uncommitted,
    /// Every entry of a ledger is the first.
    UnnumberedEntries,
    /// Admissions are not kept.
    ForgottenAdmission,
    /// What is dropped is committed.
    CommittedDrop,
    /// No attempt is known.
    ForgottenAttempt,
    /// Of an attempt under way it is said that it was not committed, and then it is.
    HastyAnswer,
    /// Each message of a batch is committed on its own.
    BatchInParts,
    /// A body ends after 4,000 bytes.
    CutBodies,
    /// A body loses the spaces around it.
    TrimmedBodies,
    /// A balance has 32 bits.
    SmallBalance,
    /// What a message said after an edit stays when it is deleted.
    KeptEdits,
    /// Who is blocked is an acquaintance all the same.
    SeenThoughBlocked,
    /// That a lane was claimed is not noted.
    ForgottenClaim,
    /// What is committed is answered with silence.
    LostAnswer,
    /// The first commit is answered with silence, and did not happen.
    LostCommit,
    /// The first commit panics.
    PanickingCommit,
    /// A commit never ends.
    HangingCommit,
    /// Outside of transactions, rooms are not seen.
    Blind,
}

/// A store with a fault in it.
#[derive(Clone)]
pub(crate) struct Faulty {
    pub(crate) good: Arc<dyn Store>,
    pub(crate) fault: Fault,
    pub(crate) shared: Arc<Shared>,
}

/// What the faults of both nodes know.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) uncommitted: Mutex<HashMap<UserId, User>>,
    pub(crate) committed: Mutex<HashSet<AttemptId>>,
    pub(crate) batches: AtomicUsize,
    pub(crate) commits: AtomicUsize,
    /// Nobody is told what became of an attempt.
    pub(crate) silent: AtomicBool,
    /// A commit has come to where it hangs.
    pub(crate) hangs: Notify,
}

impl Faulty {
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.fault == fault
    }
}

/// A file with two nodes on it, each with the same fault.
pub(crate) struct Planted {
    folder: TempDir,
    pub(crate) store: Faulty,
}

pub(crate) async fn planted(fault: Fault) -> Planted {
    let folder = tempfile::tempdir().unwrap();
    let good = open(&folder).await;
    good.migrate().await.unwrap();
    Planted { folder, store: Faulty { good: Arc::new(good), fault, shared: Arc::default() } }
}

async fn open(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(&format!("sqlite:{}", folder.path().join("chat.db").display())).await.unwrap()
}

#[async_trait]
impl Fixture for Planted {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }

    async fn another_node(&self) -> Arc<dyn Store> {
        Arc::new(Faulty { good: Arc::new(open(&self.folder).await), ..self.store.clone() })
    }
}
