//! Real stores with real chats on them.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use chat_core::{Chat, Secrets, ports::store::Store};
use chat_mysql::MySqlStore;
use chat_sqlite::SqliteStore;
use chat_test_databases::{Database, Kind};
use tempfile::TempDir;

use crate::{clock::HandClock, names::Names};

/// On what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// SQLite in memory, where nothing waits for a disk.
    Memory,
    /// SQLite in a file, in a folder of its own.
    Sqlite,
    /// A database of its own on MariaDB or MySQL, where there is one.
    Database(Kind),
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("SQLite in memory"),
            Self::Sqlite => f.write_str("SQLite"),
            Self::Database(kind) => kind.fmt(f),
        }
    }
}

/// A store that many worlds share, each with users of its own.
pub struct Grounds {
    /// The store.
    pub store: Arc<dyn Store>,
    secrets: Secrets,
    worlds: AtomicU32,
    _kept: Kept,
}

#[expect(dead_code, reason = "kept until the end, and gone with it")]
enum Kept {
    Nothing,
    Folder(TempDir),
    Database(Database),
}

impl Grounds {
    /// A fresh store; `None` where there is no such database.
    ///
    /// # Panics
    /// When it cannot be made.
    pub async fn open(kind: StoreKind) -> Option<Self> {
        let (store, kept): (Arc<dyn Store>, Kept) = match kind {
            StoreKind::Memory => {
                let store = SqliteStore::open("sqlite::memory:").await.expect("memory is there");
                store.migrate().await.expect("fresh memory migrates");
                (Arc::new(store), Kept::Nothing)
            }
            StoreKind::Sqlite => {
                let folder = tempfile::tempdir().expect("a folder");
                let url = format!("sqlite://{}/chat.db", folder.path().display());
                let store = SqliteStore::open(&url).await.expect("a fresh file opens");
                store.migrate().await.expect("a fresh file migrates");
                (Arc::new(store), Kept::Folder(folder))
            }
            StoreKind::Database(kind) => {
                let database = Database::fresh(kind).await?;
                let store = MySqlStore::open(database.url()).await.expect("a fresh database opens");
                store.migrate().await.expect("a fresh database migrates");
                (Arc::new(store), Kept::Database(database))
            }
        };
        let secrets = Secrets::random().expect("the system has randomness");
        Some(Self { store, secrets, worlds: AtomicU32::new(0), _kept: kept })
    }

    /// A chat at the beginning of a world.
    ///
    /// # Panics
    /// When it cannot be built.
    pub async fn stage(&self) -> Stage {
        let number = self.worlds.fetch_add(1, Ordering::Relaxed);
        let clock = HandClock::default();
        let chat = Chat::builder_on(Arc::clone(&self.store))
            .secrets(self.secrets.clone())
            .clock(clock.clone())
            .password_cost(4)
            .guess_limits(None)
            .build()
            .await
            .expect("the store is there");
        Stage { chat, clock, names: Names::new(&format!("w{number}.")) }
    }
}

/// A chat on which one world is played.
pub struct Stage {
    /// The chat.
    pub chat: Chat,
    /// Its clock.
    pub clock: HandClock,
    /// Which id of the model is which of the chat.
    pub names: Names,
}
