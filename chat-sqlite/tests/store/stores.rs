//! Fresh stores.

use std::{ops::Deref, sync::Arc};

use chat_conformance::{Fixture, async_trait};
use chat_core::ports::store::Store;
use chat_sqlite::SqliteStore;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool};
use tempfile::TempDir;

/// A migrated store, whose folder goes with it.
pub(crate) struct Fresh {
    pub(crate) store: SqliteStore,
    pub(crate) folder: TempDir,
    in_memory: bool,
}

#[async_trait]
impl Fixture for Fresh {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }

    /// As another process; what is in memory has one store alone.
    async fn another_node(&self) -> Arc<dyn Store> {
        if self.in_memory { self.store() } else { Arc::new(self.beside().await) }
    }
}

impl Deref for Fresh {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &self.store
    }
}

impl Fresh {
    pub(crate) fn url(&self) -> String {
        url(&self.folder)
    }

    /// A second store on the same file, as another process would have it.
    pub(crate) async fn beside(&self) -> SqliteStore {
        SqliteStore::open(&self.url()).await.unwrap()
    }

    /// A plain connection to the same file, for what no store would do.
    pub(crate) async fn sql(&self) -> SqlitePool {
        SqlitePool::connect(&self.url()).await.unwrap()
    }
}

pub(crate) fn url(folder: &TempDir) -> String {
    format!("sqlite:{}", folder.path().join("chat.db").display())
}

pub(crate) async fn file() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    store.migrate().await.unwrap();
    Fresh { store, folder, in_memory: false }
}

pub(crate) async fn memory() -> Fresh {
    let store = SqliteStore::open("sqlite::memory:").await.unwrap();
    store.migrate().await.unwrap();
    Fresh { store, folder: tempfile::tempdir().unwrap(), in_memory: true }
}

/// A store on a pool whose settings are as far from ours as can be.
pub(crate) async fn host() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::from_pool(host_pool(&folder).await);
    store.migrate().await.unwrap();
    Fresh { store, folder, in_memory: false }
}

pub(crate) async fn host_pool(folder: &TempDir) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(folder.path().join("chat.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Off)
        .foreign_keys(false);
    SqlitePool::connect_with(options).await.unwrap()
}
