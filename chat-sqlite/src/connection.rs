//! Connections: one that writes, others that read.
//!
//! Every SQLite connection of sqlx has a thread of its own, fed by a queue: what was sent to it is run in order, also
//! where nobody waits for the answer any more. [`Writer`] builds on that.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use chat_core::ports::store::StoreError;
use sqlx::{
    ConnectOptions, Connection, Row, SqlSafeStr, SqlStr, Sqlite,
    pool::PoolConnection,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool},
};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{error, sql::Statement};

type Slot = Arc<Mutex<Option<SqliteConnection>>>;

/// Where connections come from.
pub(crate) struct Connections {
    source: Source,
    /// How long one waits for one's turn. Without an end, a task that reads the only connection of a store in memory
    /// while it holds a transaction on it would wait for itself.
    patience: Duration,
}

enum Source {
    /// A file: one writer, which is opened anew after a failure, and readers that see its commits alone.
    File { writer: Slot, options: Box<SqliteConnectOptions>, readers: SqlitePool },
    /// A database in memory lives in its one connection. A shared cache would give it more, but between those SQLite
    /// locks whole tables: a read would fail with `SQLITE_LOCKED` beside an open transaction, or see what it has not
    /// committed. So reads wait for the transaction instead.
    Memory { only: Slot },
    /// The application's pool. Writers wait for their turn here, before they take one of its connections.
    Host { pool: SqlitePool, turn: Arc<Mutex<()>> },
}

/// Nobody answered in time.
#[derive(Debug, thiserror::Error)]
#[error("waited {0:?} for others to finish with the store")]
struct OutOfPatience(Duration);

/// The store was closed by its owner.
#[derive(Debug, thiserror::Error)]
#[error("the store was closed")]
struct Closed;

impl Connections {
    pub(crate) fn file(
        writer: SqliteConnection,
        options: SqliteConnectOptions,
        readers: SqlitePool,
        patience: Duration,
    ) -> Self {
        let writer = Arc::new(Mutex::new(Some(writer)));
        Self { source: Source::File { writer, options: Box::new(options), readers }, patience }
    }

    pub(crate) fn memory(only: SqliteConnection, patience: Duration) -> Self {
        Self { source: Source::Memory { only: Arc::new(Mutex::new(Some(only))) }, patience }
    }

    pub(crate) fn host(pool: SqlitePool, patience: Duration) -> Self {
        Self { source: Source::Host { pool, turn: Arc::default() }, patience }
    }

    /// A connection for plain reads.
    pub(crate) async fn reader(&self) -> Result<Reader, StoreError> {
        match &self.source {
            Source::File { readers: pool, .. } | Source::Host { pool, .. } => {
                pool.acquire().await.map(Reader::Pooled).map_err(error::from_driver)
            }
            Source::Memory { only } => {
                let guard = self.turn(only).await?;
                if guard.is_none() {
                    return Err(StoreError::Unavailable(Box::new(Closed)));
                }
                Ok(Reader::Only(guard))
            }
        }
    }

    /// The connection that writes, in a transaction that nobody else can write beside.
    pub(crate) async fn writer(&self) -> Result<Writer, StoreError> {
        let held = match &self.source {
            Source::File { writer, options, readers } => {
                let mut guard = self.turn(writer).await?;
                if guard.is_none() {
                    if readers.is_closed() {
                        return Err(StoreError::Unavailable(Box::new(Closed)));
                    }
                    *guard = Some(options.connect().await.map_err(error::from_driver)?);
                }
                Held::Own { guard, may_reopen: true }
            }
            Source::Memory { only } => {
                let guard = self.turn(only).await?;
                if guard.is_none() {
                    return Err(StoreError::Unavailable(Box::new(Closed)));
                }
                Held::Own { guard, may_reopen: false }
            }
            Source::Host { pool, turn } => {
                let turn = self.turn(turn).await?;
                let connection = pool.acquire().await.map_err(error::from_driver)?;
                Held::Host { connection, _turn: turn }
            }
        };
        Writer::begin(held).await
    }

    /// Closes what this store opened: waits for the open transaction and for reads. The application's pool stays.
    pub(crate) async fn close(&self) {
        let slot = match &self.source {
            Source::File { writer, readers, .. } => {
                readers.close().await;
                writer
            }
            Source::Memory { only } => only,
            Source::Host { .. } => return,
        };
        let connection = slot.lock().await.take();
        if let Some(connection) = connection
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the store's connection did not close in order");
        }
    }

    async fn turn<T>(&self, lock: &Arc<Mutex<T>>) -> Result<OwnedMutexGuard<T>, StoreError> {
        tokio::time::timeout(self.patience, Arc::clone(lock).lock_owned())
            .await
            .map_err(|_| StoreError::Transient(Box::new(OutOfPatience(self.patience))))
    }
}

/// A connection for plain reads, given back when it is dropped.
pub(crate) enum Reader {
    Pooled(PoolConnection<Sqlite>),
    /// Made only over a slot that is filled.
    Only(OwnedMutexGuard<Option<SqliteConnection>>),
}

impl Reader {
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Only(guard) => filled(guard),
        }
    }
}

/// A connection in a write transaction. Dropped without commit, it rolls back: the command is sent to the
/// connection's thread before the lock is given back, so that whoever comes next finds no transaction open.
pub(crate) struct Writer {
    held: Held,
    /// A transaction is, or may be, open.
    open: bool,
    /// The connection is not to be used again.
    broken: bool,
    /// Gives the application's connection back as it was.
    restore: Vec<SqlStr>,
}

enum Held {
    /// Made only over a slot that is filled.
    Own {
        guard: OwnedMutexGuard<Option<SqliteConnection>>,
        may_reopen: bool,
    },
    Host {
        connection: PoolConnection<Sqlite>,
        _turn: OwnedMutexGuard<()>,
    },
}

impl Writer {
    async fn begin(held: Held) -> Result<Self, StoreError> {
        let mut writer = Self { held, open: false, broken: false, restore: Vec::new() };
        if matches!(writer.held, Held::Host { .. }) {
            writer.make_durable().await.map_err(error::from_driver)?;
        }
        // From here on a future that is dropped may leave a transaction behind it.
        writer.open = true;
        match sqlx::query("BEGIN IMMEDIATE").execute(writer.connection()).await {
            Ok(_) => Ok(writer),
            Err(error) => {
                writer.open = false;
                writer.broken = !error::is_busy(&error);
                Err(error::from_driver(error))
            }
        }
    }

    /// Gives the application's connection the settings that our promises need, and notes those it had. They belong to
    /// the connection, not to the file, and nobody else uses it meanwhile.
    ///
    /// SQLite runs these pragmas while it compiles them: run from a prepared statement they would answer what was
    /// true when it was prepared, and set nothing. So they are sent as plain text, which is never kept prepared.
    async fn make_durable(&mut self) -> sqlx::Result<()> {
        const FULL: i64 = 2;
        let look = "PRAGMA synchronous; PRAGMA foreign_keys; PRAGMA secure_delete";
        let rows = sqlx::raw_sql(look).fetch_all(self.connection()).await?;
        let mut settings = rows.iter().map(|row| row.try_get::<i64, _>(0));
        let synchronous = settings.next().transpose()?.unwrap_or(FULL);
        let foreign_keys = settings.next().transpose()?.unwrap_or(1);
        let secure_delete = settings.next().transpose()?.unwrap_or(1);
        if synchronous < FULL {
            let restore = if synchronous == 0 { "PRAGMA synchronous = OFF" } else { "PRAGMA synchronous = NORMAL" };
            self.restore.push(SqlStr::from_static(restore));
            sqlx::raw_sql("PRAGMA synchronous = FULL").execute(self.connection()).await?;
        }
        if foreign_keys == 0 {
            self.restore.push(SqlStr::from_static("PRAGMA foreign_keys = OFF"));
            sqlx::raw_sql("PRAGMA foreign_keys = ON").execute(self.connection()).await?;
        }
        if secure_delete != 1 {
            let restore = if secure_delete == 0 { "PRAGMA secure_delete = OFF" } else { "PRAGMA secure_delete = FAST" };
            self.restore.push(SqlStr::from_static(restore));
            sqlx::raw_sql("PRAGMA secure_delete = ON").execute(self.connection()).await?;
        }
        Ok(())
    }

    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        match &mut self.held {
            Held::Own { guard, .. } => filled(guard),
            Held::Host { connection, .. } => connection,
        }
    }

    /// Runs `last`, a statement whose text ends in `COMMIT`.
    pub(crate) async fn commit(mut self, last: Statement) -> Result<(), StoreError> {
        match last.execute(self.connection()).await {
            Ok(_) => {
                self.open = false;
                Ok(())
            }
            Err(error) => {
                let error = error::from_commit(error);
                // After a failed write or sync, what the connection believes of the file may be wrong.
                self.broken = matches!(error, StoreError::Unknown(_));
                Err(error)
            }
        }
    }

    /// Rolls back, and answers when it is done.
    pub(crate) async fn rollback(mut self) -> Result<(), StoreError> {
        sqlx::query("ROLLBACK").execute(self.connection()).await.map_err(error::from_driver)?;
        self.open = false;
        Ok(())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if self.broken {
            match &mut self.held {
                Held::Own { guard, may_reopen: true } => return **guard = None,
                Held::Host { connection, .. } => return connection.close_on_drop(),
                Held::Own { may_reopen: false, .. } => {}
            }
        }
        #[cfg(feature = "planted-bugs")]
        if chat_core::planted::Planted::NoRollbackOnDrop.is_on() {
            return;
        }
        if self.open {
            send(self.connection(), "ROLLBACK");
        }
        for setting in std::mem::take(&mut self.restore) {
            send(self.connection(), setting);
        }
    }
}

/// Sends a command to the connection's thread without waiting for its end: the first poll puts it into the thread's
/// queue, which has room for more commands than one task leaves behind.
fn send(connection: &mut SqliteConnection, command: impl SqlSafeStr) {
    let sent = pin!(sqlx::raw_sql(command).execute(connection));
    let _ = sent.poll(&mut Context::from_waker(Waker::noop()));
}

#[expect(clippy::expect_used, reason = "readers and writers are made only over a slot that is filled")]
fn filled(slot: &mut Option<SqliteConnection>) -> &mut SqliteConnection {
    slot.as_mut().expect("the slot was filled when its guard was wrapped, and the guard is exclusive")
}
