//! Connections, and what state they are in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chat_core::ports::store::StoreError;
use futures_util::TryStreamExt;
use sqlx::{
    AssertSqlSafe, Either, MySql,
    mysql::{MySqlConnection, MySqlPool, MySqlRow},
    pool::{PoolConnection, PoolConnectionMetadata},
};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout},
};

use crate::error::{self, from_driver};

/// What our promises need of `sql_mode`.
pub(crate) const SQL_MODE: &str = "STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,\
                                   NO_ENGINE_SUBSTITUTION";

/// Gives an application's session back as it was.
const RESTORE: &str = ";SET SESSION sql_mode = @chat_sql_mode, SESSION time_zone = @chat_time_zone, \
                       SESSION character_set_client = @chat_client, SESSION character_set_results = @chat_results, \
                       SESSION collation_connection = @chat_collation, SESSION autocommit = @chat_autocommit, \
                       SESSION innodb_lock_wait_timeout = @chat_lock_wait, \
                       SESSION sql_select_limit = @chat_select_limit, SESSION completion_type = @chat_completion";

/// Where connections come from.
pub(crate) struct Connections {
    pool: MySqlPool,
    /// Makes a session of the application's pool ours; empty for a pool of our own, whose sessions are ours for good.
    adopt: String,
    /// How long one waits for a connection.
    acquire: Duration,
    /// How long one waits for an answer.
    answer: Duration,
    suspicion: Arc<Suspicion>,
    /// The connection that the last batch of messages was appended on, kept from going back to our pool, where each
    /// return is a ping.
    lane: Mutex<Lane>,
}

#[derive(Default)]
struct Lane {
    kept: Option<PoolConnection<MySql>>,
    closed: bool,
}

/// When a connection last failed: whichever was idle then may be dead, too.
pub(crate) struct Suspicion {
    began: Instant,
    /// In milliseconds after the beginning; 0 for never.
    failed_at: AtomicU64,
}

/// For how long after a failure whoever becomes idle is suspected, too: they may have failed at the same moment, unseen.
const AFTERMATH: Duration = Duration::from_secs(1);

impl Default for Suspicion {
    fn default() -> Self {
        Self { began: Instant::now(), failed_at: AtomicU64::new(0) }
    }
}

impl Suspicion {
    fn raise(&self) {
        let now = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.failed_at.fetch_max(now.max(1), Ordering::Relaxed);
    }

    /// Whether a connection is to be tried before it is used.
    pub(crate) fn falls_on(&self, connection: &PoolConnectionMetadata) -> bool {
        let failed_at = match self.failed_at.load(Ordering::Relaxed) {
            0 => return false,
            millis => Duration::from_millis(millis),
        };
        let idle_since = self.began.elapsed().saturating_sub(connection.idle_for);
        idle_since <= failed_at + AFTERMATH
    }
}

/// What one statement came to.
#[derive(Default)]
pub(crate) struct Reply {
    pub(crate) rows: Vec<MySqlRow>,
    /// How many rows it found to change.
    pub(crate) affected: u64,
}

/// A command that failed.
pub(crate) struct Failure {
    /// How many of its statements had been carried out.
    pub(crate) done: usize,
    pub(crate) error: sqlx::Error,
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        from_driver(failure.error)
    }
}

impl Connections {
    /// Connections of a pool whose sessions are set up as they are opened.
    pub(crate) fn own(pool: MySqlPool, suspicion: Arc<Suspicion>, acquire: Duration, answer: Duration) -> Self {
        Self { pool, adopt: String::new(), acquire, answer, suspicion, lane: Mutex::default() }
    }

    /// Connections of an application's pool.
    pub(crate) fn host(pool: MySqlPool, lock_wait: u64, acquire: Duration, answer: Duration) -> Self {
        let adopt = format!(
            "SET @chat_sql_mode = @@SESSION.sql_mode, @chat_time_zone = @@SESSION.time_zone, \
             @chat_client = @@SESSION.character_set_client, @chat_results = @@SESSION.character_set_results, \
             @chat_collation = @@SESSION.collation_connection, @chat_autocommit = @@SESSION.autocommit, \
             @chat_lock_wait = @@SESSION.innodb_lock_wait_timeout, \
             @chat_select_limit = @@SESSION.sql_select_limit, @chat_completion = @@SESSION.completion_type, \
             SESSION sql_select_limit = DEFAULT, SESSION completion_type = 0, SESSION sql_mode = '{SQL_MODE}', \
             SESSION time_zone = '+00:00', SESSION autocommit = 1, SESSION innodb_lock_wait_timeout = {lock_wait};\
             SET NAMES utf8mb4;"
        );
        Self { pool, adopt, acquire, answer, suspicion: Arc::default(), lane: Mutex::default() }
    }

    /// A connection.
    pub(crate) async fn lease(self: &Arc<Self>) -> Result<Lease, StoreError> {
        // An application's pool may be more patient than our callers.
        let acquired = timeout(self.acquire, self.pool.acquire()).await;
        let connection = acquired.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(from_driver)?;
        Ok(Lease::new(Arc::clone(self), connection))
    }

    /// The connection for batches of messages: of our own pool, the one that the batch before had.
    pub(crate) async fn lane(self: &Arc<Self>) -> Result<Lease, StoreError> {
        let kept = self.lane.lock().await.kept.take();
        match kept {
            Some(connection) => Ok(Lease::new(Arc::clone(self), connection)),
            None => self.lease().await,
        }
    }

    /// Keeps the connection of a batch for the next, where others are left for everything else.
    pub(crate) async fn keep(&self, lease: Lease) {
        if !self.is_own() || self.pool.options().get_max_connections() < 2 {
            return;
        }
        let mut lane = self.lane.lock().await;
        if !lane.closed {
            lane.kept = lease.into_clean();
        }
    }

    /// Closes our own pool; an application's stays open.
    pub(crate) async fn close(&self) {
        *self.lane.lock().await = Lane { kept: None, closed: true };
        if self.is_own() {
            self.pool.close().await;
        }
    }

    const fn is_own(&self) -> bool {
        self.adopt.is_empty()
    }
}

/// A connection for one purpose. Unless it is known to be as it was when it came, it is closed when it is dropped: so
/// that the server undoes what was open, and nobody else of the pool sees a transaction or a setting of ours.
pub(crate) struct Lease {
    /// Absent once it was taken out or dropped.
    connection: Option<PoolConnection<MySql>>,
    connections: Arc<Connections>,
    state: State,
    /// How long one waits for an answer.
    answer: Duration,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// As it came.
    Untouched,
    /// Ours, and perhaps in a transaction.
    InUse,
}

/// What comes after a command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// More of the same transaction.
    More,
    /// Nothing: the command leaves no transaction open.
    Done,
}

impl Lease {
    fn new(connections: Arc<Connections>, connection: PoolConnection<MySql>) -> Self {
        let answer = connections.answer;
        Self { connection: Some(connection), connections, state: State::Untouched, answer }
    }

    /// Waits this long for answers.
    pub(crate) const fn patient(mut self, answer: Duration) -> Self {
        self.answer = answer;
        self
    }

    /// Runs the statements of a command, separated by semicolons, in one round trip. Their replies stand in their
    /// order. A failure of one leaves those after it undone.
    pub(crate) async fn run(&mut self, sql: &str, then: Then) -> Result<Vec<Reply>, Failure> {
        let before = if self.state == State::Untouched { self.connections.adopt.as_str() } else { "" };
        let after = if then == Then::Done && !self.connections.is_own() { RESTORE } else { "" };
        let command = [before, sql, after].concat();
        let (skipped, hidden) = (before.matches(';').count(), after.matches(';').count());
        self.state = State::InUse;
        let mut replies = Vec::new();
        let ran = match timeout(self.answer, self.replies(command, &mut replies)).await {
            Ok(ran) => ran,
            Err(_) => Err(error::no_answer()),
        };
        let done = replies.len().saturating_sub(skipped);
        if let Err(error) = ran {
            if error::ends_connection(&error) {
                self.connections.suspicion.raise();
                self.close();
            }
            return Err(Failure { done, error });
        }
        if then == Then::Done {
            self.state = State::Untouched;
        }
        replies.drain(..skipped.min(replies.len()));
        replies.truncate(done.saturating_sub(hidden));
        Ok(replies)
    }

    async fn replies(&mut self, command: String, replies: &mut Vec<Reply>) -> sqlx::Result<()> {
        let Some(connection) = &mut self.connection else { return Err(sqlx::Error::PoolClosed) };
        let mut rows = Vec::new();
        // Built by `literal`: integers and hexadecimal digits are all that is in it of a value.
        let mut stream = sqlx::raw_sql(AssertSqlSafe(command)).fetch_many(&mut **connection);
        while let Some(reply) = stream.try_next().await? {
            match reply {
                Either::Right(row) => rows.push(row),
                Either::Left(end) => {
                    replies.push(Reply { rows: std::mem::take(&mut rows), affected: end.rows_affected() });
                }
            }
        }
        Ok(())
    }

    /// The connection itself, of which from now on nobody knows in what state it is.
    pub(crate) fn connection(&mut self) -> Option<&mut MySqlConnection> {
        self.state = State::InUse;
        self.connection.as_deref_mut()
    }

    /// Closes the connection, of which nobody knows any more what it does.
    pub(crate) fn close(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            connection.close_on_drop();
        }
    }

    /// The connection, where it is as it came.
    fn into_clean(mut self) -> Option<PoolConnection<MySql>> {
        if self.state == State::Untouched { self.connection.take() } else { None }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.state == State::InUse {
            self.close();
        }
    }
}
