//! The store itself.

use std::sync::{Arc, OnceLock, atomic::AtomicU32};

use async_trait::async_trait;
use chat_core::ports::store::{Attempt, AttemptId, Store, StoreError, StoreTx};
use chat_sql::{row::Columns, tables::Tables};
use sqlx::mysql::{MySqlPool, MySqlRow};

use crate::{
    connection::{Connections, Lease, Reply, Then},
    error::{from_driver, is_duplicate},
    literal::{Value, statement},
    migrate,
    options::{MySqlOptions, OpenError},
    tx::{BEGIN, MySqlTx},
    version::Server,
};

/// A store in MySQL or MariaDB. Cheap to clone: clones share their connections.
///
/// ```
/// use chat_mysql::MySqlStore;
///
/// # async fn open(pool: sqlx::MySqlPool) -> Result<(), Box<dyn std::error::Error>> {
/// let store = MySqlStore::from_pool(pool);
/// for migration in store.pending().await? {
///     println!("{} {}", migration.version, migration.name);
/// }
/// store.migrate().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MySqlStore {
    shared: Arc<Shared>,
}

/// What clones and transactions of a store share.
pub(crate) struct Shared {
    pub(crate) connections: Arc<Connections>,
    pub(crate) tables: Tables,
    /// The server, once it and the tables were seen to be fit for this release.
    server: OnceLock<Server>,
    /// How many transactions were committed, for the chores that come with some of them.
    pub(crate) commits: AtomicU32,
}

impl MySqlStore {
    pub(crate) fn new(connections: Connections, prefix: &str) -> Self {
        let (server, commits) = (OnceLock::new(), AtomicU32::new(0));
        let connections = Arc::new(connections);
        Self { shared: Arc::new(Shared { connections, tables: Tables::new(prefix), server, commits }) }
    }

    /// Opens `mysql://USER:PASSWORD@HOST:PORT/DATABASE` with the defaults of [`MySqlOptions`], on connections of its
    /// own. The URL's parameters are those of sqlx, among them `ssl-mode` (`DISABLED`, `PREFERRED`, `REQUIRED`,
    /// `VERIFY_CA`, `VERIFY_IDENTITY`), `ssl-ca`, `ssl-cert`, `ssl-key` and `socket`. Where it names no `ssl-mode`, that
    /// is `PREFERRED` to another machine, and on this one (`localhost`, a loopback address) `DISABLED` unless the server
    /// insists on TLS.
    ///
    /// # Errors
    /// [`OpenError`] says which part of the URL is wrong, who refused whom, or that the server is too old. The database
    /// must exist; its tables are made by [`migrate`](Self::migrate).
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        MySqlOptions::default().open(url).await
    }

    /// The store on the application's own pool, in the database of its connections, beside its tables.
    ///
    /// Of each connection that we borrow we note `sql_mode`, `time_zone`, the character sets and collation, `autocommit`
    /// and `innodb_lock_wait_timeout`, set them to what our promises need, and set them back before the pool has the
    /// connection again, in the round trip of our last statement. The isolation level is set for one transaction at a
    /// time. A connection that we cannot set back, because a future was dropped or something failed, is closed instead.
    /// So no other user of the pool sees a setting or a transaction of ours. What to mind:
    /// - Our statements carry their values as hexadecimal digits. If you log statements (sqlx does at `DEBUG`, and slow
    ///   ones at `WARN`), messages and password hashes stand in your log: see `ConnectOptions::log_statements`.
    /// - A write takes one connection for as long as its transaction lasts; one is enough for all to go on.
    /// - A few user variables of a connection stay set; their names begin with `@chat_`.
    #[must_use]
    pub fn from_pool(pool: MySqlPool) -> Self {
        MySqlOptions::default().from_pool(pool)
    }

    /// Waits for what is under way, then closes the connections that this store opened. Whatever comes later is
    /// `Unavailable`. An application's pool is left open.
    pub async fn close(&self) {
        self.shared.connections.close().await;
    }

    /// What every transaction needs to know.
    pub(crate) const fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// A connection to tables that are there.
    pub(crate) async fn lease(&self) -> Result<Lease, StoreError> {
        let mut lease = self.shared.connections.lease().await?;
        self.check(&mut lease).await?;
        Ok(lease)
    }

    /// The connection for batches of messages.
    pub(crate) async fn lane(&self) -> Result<Lease, StoreError> {
        let mut lease = self.shared.connections.lane().await?;
        self.check(&mut lease).await?;
        Ok(lease)
    }

    /// The rows of a plain read of one row, or of such as may be of different moments; others are read by
    /// [`snapshot`](Self::snapshot).
    pub(crate) async fn rows(&self, text: &'static str, values: &[Value<'_>]) -> Result<Vec<MySqlRow>, StoreError> {
        self.rows_of(&statement(&self.shared.tables, text, values)).await
    }

    /// The first row of a plain read, if any.
    pub(crate) async fn row(&self, text: &'static str, values: &[Value<'_>]) -> Result<Option<MySqlRow>, StoreError> {
        Ok(self.rows(text, values).await?.into_iter().next())
    }

    /// The rows of a plain read.
    pub(crate) async fn rows_of(&self, sql: &str) -> Result<Vec<MySqlRow>, StoreError> {
        Ok(last(self.replies_of(sql).await?).rows)
    }

    /// The replies to plain reads, which go in one round trip.
    pub(crate) async fn replies_of(&self, sql: &str) -> Result<Vec<Reply>, StoreError> {
        match self.replies_once(sql).await {
            // The connection was lost while it lay idle, or with this read on it, which changes nothing.
            Err(StoreError::Transient(_)) => self.replies_once(sql).await,
            done => done,
        }
    }

    async fn replies_once(&self, sql: &str) -> Result<Vec<Reply>, StoreError> {
        Ok(self.lease().await?.run(sql, Then::Done).await?)
    }

    /// The server that the tables are on.
    pub(crate) async fn server(&self) -> Result<Server, StoreError> {
        match self.shared.server.get() {
            Some(server) => Ok(*server),
            None => self.check(&mut self.shared.connections.lease().await?).await,
        }
    }

    async fn check(&self, lease: &mut Lease) -> Result<Server, StoreError> {
        if let Some(server) = self.shared.server.get() {
            return Ok(*server);
        }
        let server = migrate::check(lease, &self.shared.tables).await?;
        Ok(*self.shared.server.get_or_init(|| server))
    }
}

/// The last reply to a command; the one of a single statement.
pub(crate) fn last(mut replies: Vec<Reply>) -> Reply {
    replies.pop().unwrap_or_default()
}

/// An attempt that is asked for is settled: where it has no row, this one takes its place, and its commit would find the
/// key taken.
const VOID_ATTEMPT: &str = "
INSERT INTO chat_attempts (attempt_id, at, void) VALUES (?, CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED), 1)";
const ATTEMPT: &str = "SELECT void FROM chat_attempts WHERE attempt_id = ?";

#[async_trait]
impl Store for MySqlStore {
    async fn begin(&self, attempt: Attempt) -> Result<Box<dyn StoreTx>, StoreError> {
        Ok(Box::new(MySqlTx::new(self.lease().await?, Arc::clone(&self.shared), attempt)))
    }

    /// Waits for an attempt that has written its row and not ended yet: the key is locked.
    async fn was_committed(&self, attempt: AttemptId) -> Result<bool, StoreError> {
        let void = statement(&self.shared.tables, VOID_ATTEMPT, &[(&attempt).into()]);
        match self.lease().await?.run(&format!("{BEGIN}{void};COMMIT"), Then::Done).await {
            Ok(_) => Ok(false),
            Err(failure) if is_duplicate(&failure.error) => {
                let row = self.row(ATTEMPT, &[(&attempt).into()]).await?;
                let row = row.ok_or_else(|| StoreError::Corrupt(format!("attempts: {attempt} comes and goes")))?;
                Ok(!Columns::new(&row, "attempts", &["attempt_id"]).truth("void")?)
            }
            Err(failure) => Err(from_driver(failure.error)),
        }
    }

    async fn ping(&self) -> Result<(), StoreError> {
        // A server that does not write says so; a lock that nobody else takes keeps it from waiting.
        let ping = self.shared.tables.sql(PING);
        self.lease().await?.run(&format!("{BEGIN}{};COMMIT", ping.as_str()), Then::Done).await?;
        Ok(())
    }
}

const PING: &str = "DELETE FROM chat_attempts WHERE attempt_id = x''";
