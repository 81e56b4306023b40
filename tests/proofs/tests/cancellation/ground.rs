//! Stores that have one connection for everything.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use chat_core::{Secrets, ports::store::Store};
use chat_mysql::MySqlOptions;
use chat_sqlite::SqliteStore;
use chat_test_databases::{Database, Kind};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use tempfile::TempDir;

/// Where the one connection leads.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OneConnection {
    /// To a database in memory.
    Memory,
    /// To a file, from an application's pool of one.
    Pool,
    /// To a server, from the store's own pool of one.
    Server(Kind),
}

/// A store that the scenes of one test share, each with users of its own.
pub(crate) struct Ground {
    pub(crate) store: Arc<dyn Store>,
    /// Of each chat on the store.
    pub(crate) secrets: Secrets,
    scenes: AtomicU32,
    _kept: Kept,
}

#[expect(dead_code, reason = "kept until the end, and gone with it")]
enum Kept {
    Nothing,
    Folder(TempDir),
    Database(Database),
}

impl Ground {
    /// A fresh store; `None` where there is no such server.
    pub(crate) async fn open(kind: OneConnection) -> Option<Self> {
        let (store, kept): (Arc<dyn Store>, Kept) = match kind {
            OneConnection::Memory => {
                let store = SqliteStore::open("sqlite::memory:").await.expect("memory is there");
                store.migrate().await.expect("fresh memory migrates");
                (Arc::new(store), Kept::Nothing)
            }
            OneConnection::Pool => {
                let folder = tempfile::tempdir().expect("a folder");
                let file = SqliteConnectOptions::new()
                    .filename(folder.path().join("chat.db"))
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal);
                let pool =
                    SqlitePoolOptions::new().max_connections(1).connect_with(file).await.expect("a fresh file opens");
                let store = SqliteStore::from_pool(pool);
                store.migrate().await.expect("a fresh file migrates");
                (Arc::new(store), Kept::Folder(folder))
            }
            OneConnection::Server(kind) => {
                let database = Database::fresh(kind).await?;
                let options = MySqlOptions::default().max_connections(NonZeroU32::MIN).acquire_timeout(PATIENCE);
                let store = options.open(database.url()).await.expect("a fresh database opens");
                store.migrate().await.expect("a fresh database migrates");
                (Arc::new(store), Kept::Database(database))
            }
        };
        let secrets = Secrets::random().expect("the system has randomness");
        Some(Self { store, secrets, scenes: AtomicU32::new(0), _kept: kept })
    }

    /// The number of the next scene.
    pub(crate) fn next(&self) -> u32 {
        self.scenes.fetch_add(1, Ordering::Relaxed)
    }
}

/// How long anything may take before it counts as hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
