//! The store itself.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU32, Ordering},
};

use async_trait::async_trait;
use chat_core::ports::store::{Attempt, AttemptId, Store, StoreError, StoreTx};
use chat_sql::tables::Tables;
use sqlx::sqlite::SqlitePool;

use crate::{
    connection::{Connections, Reader, Writer},
    error::from_driver,
    migrate,
    options::{OpenError, SqliteOptions},
    sql::{self, Db},
    tx::SqliteTx,
};

/// A store in SQLite. Cheap to clone: clones share their connections.
///
/// ```
/// use chat_core::ports::store::Store;
/// use chat_sqlite::SqliteStore;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = SqliteStore::open("sqlite::memory:").await?;
/// assert!(store.ping().await.is_err(), "it has no tables yet");
/// store.migrate().await?;
/// store.ping().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    shared: Arc<Shared>,
}

/// What clones and transactions of a store share.
pub(crate) struct Shared {
    connections: Connections,
    pub(crate) tables: Tables,
    /// The tables were seen to be those of this release.
    is_current: AtomicBool,
    /// How many transactions were committed, for the chores that come with some of them.
    pub(crate) commits: AtomicU32,
}

impl SqliteStore {
    pub(crate) fn new(connections: Connections, prefix: &str) -> Self {
        let (is_current, commits) = (AtomicBool::new(false), AtomicU32::new(0));
        Self { shared: Arc::new(Shared { connections, tables: Tables::new(prefix), is_current, commits }) }
    }

    /// Opens `sqlite:PATH` (also `sqlite://PATH`; the file is made where it is missing, its folder is not) or
    /// `sqlite::memory:`, with the defaults of [`SqliteOptions`].
    ///
    /// A file gets a write-ahead log. A database in memory has one connection, in which it lives and with which it
    /// ends: there, a plain read waits for the open transaction, and a task that reads while it holds one is told
    /// after the lock timeout that the store is busy.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        SqliteOptions::default().open(url).await
    }

    /// The store on the application's own pool, in its database, beside its tables.
    ///
    /// For as long as one of our write transactions has a connection of the pool, `synchronous` is at least `FULL`, and
    /// `foreign_keys` and `secure_delete` are `ON` there; they are settings of the connection, and set back before the
    /// pool has it again, so that no other user of the pool sees them. Everything else is left as it is. What to mind:
    /// - The journal mode is the file's and therefore yours. Without `WAL`, reads and writes wait for each other.
    /// - A write takes one connection, and a read beside it another: a pool of one makes reads wait for writes.
    /// - Our writers queue among themselves; with yours they meet in SQLite, within your `busy_timeout`.
    /// - `statement_cache_capacity` is best 200 or more: we use about a hundred statements.
    pub fn from_pool(pool: SqlitePool) -> Self {
        SqliteOptions::default().from_pool(pool)
    }

    /// Waits for the open transaction and for reads, then closes the connections that this store opened; the last one
    /// to a file moves its write-ahead log into it. Whatever comes later is `Unavailable`. An application's pool is
    /// left open.
    pub async fn close(&self) {
        self.shared.connections.close().await;
    }

    /// A connection for plain reads of tables that are there.
    pub(crate) async fn reading(&self) -> Result<Reading<'_>, StoreError> {
        let mut reading = Reading { reader: self.shared.connections.reader().await?, tables: &self.shared.tables };
        self.check_schema(&mut reading.db()).await?;
        Ok(reading)
    }

    /// A write transaction over tables that are there.
    pub(crate) async fn writing(&self) -> Result<Writer, StoreError> {
        let mut writer = self.shared.connections.writer().await?;
        self.check_schema(&mut Db { connection: writer.connection(), tables: &self.shared.tables }).await?;
        Ok(writer)
    }

    /// A write transaction, whether or not there are tables.
    pub(crate) async fn migrating(&self) -> Result<Writer, StoreError> {
        self.shared.connections.writer().await
    }

    /// A connection for reads, whether or not there are tables.
    pub(crate) async fn reading_schema(&self) -> Result<Reading<'_>, StoreError> {
        Ok(Reading { reader: self.shared.connections.reader().await?, tables: &self.shared.tables })
    }

    /// What every transaction needs to know.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    async fn check_schema(&self, db: &mut Db<'_>) -> Result<(), StoreError> {
        if self.shared.is_current.load(Ordering::Acquire) {
            return Ok(());
        }
        migrate::check(db).await?;
        self.shared.is_current.store(true, Ordering::Release);
        Ok(())
    }
}

/// A connection for plain reads, with the names of the tables.
pub(crate) struct Reading<'s> {
    reader: Reader,
    tables: &'s Tables,
}

impl Reading<'_> {
    pub(crate) fn db(&mut self) -> Db<'_> {
        Db { connection: self.reader.connection(), tables: self.tables }
    }
}

const WAS_COMMITTED: &str = "SELECT 1 FROM chat_attempts WHERE attempt_id = ?1";

#[async_trait]
impl Store for SqliteStore {
    async fn begin(&self, attempt: Attempt) -> Result<Box<dyn StoreTx>, StoreError> {
        let writer = self.writing().await?;
        Ok(Box::new(SqliteTx::new(writer, Arc::clone(&self.shared), attempt)))
    }

    /// Takes the one writer's place, in which no attempt can still be under way.
    async fn was_committed(&self, attempt: AttemptId) -> Result<bool, StoreError> {
        let mut writer = self.writing().await?;
        let query = sql::query(&self.shared.tables, WAS_COMMITTED).bind(attempt.as_bytes().as_slice());
        let row = query.fetch_optional(writer.connection()).await.map_err(from_driver)?;
        writer.rollback().await?;
        Ok(row.is_some())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.reading().await?;
        self.writing().await?.rollback().await
    }
}
