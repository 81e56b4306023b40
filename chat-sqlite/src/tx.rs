//! A transaction.

use std::{
    any::Any,
    sync::{Arc, atomic::Ordering},
};

use async_trait::async_trait;
use chat_core::ports::store::{Attempt, StoreError, StoreTx};
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::{
    connection::Writer,
    error::from_driver,
    sql::{self, Db, Statement},
    store::Shared,
};

/// One write transaction. It holds the database's only write lock from its first moment, so that every `lock_…` method
/// is a read: what it reads cannot change before the end.
pub(crate) struct SqliteTx {
    writer: Writer,
    shared: Arc<Shared>,
    attempt: Attempt,
    has_written: bool,
    /// The host has had the connection.
    lent: bool,
}

impl SqliteTx {
    pub(crate) const fn new(writer: Writer, shared: Arc<Shared>, attempt: Attempt) -> Self {
        Self { writer, shared, attempt, has_written: false, lent: false }
    }

    /// The connection, for statements of the host's in this transaction.
    pub(crate) async fn lend(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        if !self.lent {
            sqlx::query(LEND).execute(self.writer.connection()).await.map_err(from_driver)?;
            (self.lent, self.has_written) = (true, true);
        }
        Ok(self.writer.connection())
    }

    /// The connection, for reads.
    pub(crate) fn db(&mut self) -> Db<'_> {
        Db { connection: self.writer.connection(), tables: &self.shared.tables }
    }

    /// The statement of that text.
    pub(crate) fn query(&self, text: &'static str) -> Statement {
        sql::query(&self.shared.tables, text)
    }

    /// The first row, if any.
    pub(crate) async fn row(&mut self, statement: Statement) -> Result<Option<SqliteRow>, StoreError> {
        self.db().row(statement).await.map_err(from_driver)
    }

    /// The row of a statement that always has one.
    pub(crate) async fn only_row(&mut self, statement: Statement) -> Result<SqliteRow, StoreError> {
        statement.fetch_one(self.db().connection).await.map_err(from_driver)
    }

    /// Notes that something is written.
    pub(crate) const fn has_written(&mut self) {
        self.has_written = true;
    }

    /// Writes, and says how many rows.
    pub(crate) async fn write(&mut self, statement: Statement) -> Result<u64, StoreError> {
        self.write_or(statement, from_driver).await
    }

    /// Writes, and says how many rows; `otherwise` knows what a failure of this statement means.
    pub(crate) async fn write_or(
        &mut self,
        statement: Statement,
        otherwise: impl FnOnce(sqlx::Error) -> StoreError,
    ) -> Result<u64, StoreError> {
        self.has_written = true;
        self.db().execute(statement).await.map_err(otherwise)
    }
}

#[async_trait]
impl StoreTx for SqliteTx {
    async fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let Self { mut writer, shared, attempt, has_written, lent } = *self;
        if lent && let Err(error) = sqlx::query(TAKE_BACK).execute(writer.connection()).await {
            // The savepoint is gone with the transaction in which it was set.
            return Err(StoreError::Transient(Box::new(error)));
        }
        if !has_written {
            return writer.rollback().await;
        }
        commit(writer, &shared, attempt).await
    }

    async fn rollback(self: Box<Self>) -> Result<(), StoreError> {
        self.writer.rollback().await
    }

    fn as_any(&mut self) -> &mut (dyn Any + Send) {
        self
    }
}

const LEND: &str = "SAVEPOINT chat_host";
const TAKE_BACK: &str = "RELEASE chat_host";

const COMMIT: &str = "INSERT INTO chat_attempts (attempt_id, at) VALUES (?1, ?2); COMMIT";

/// Attempt ids are ordered by time, so that the oldest are the first; a few at a time, so that no commit waits long.
const FORGET_ATTEMPTS: &str = "
DELETE FROM chat_attempts
WHERE attempt_id IN (SELECT attempt_id FROM chat_attempts ORDER BY attempt_id LIMIT 256) AND at < ?1";

/// How long an attempt is kept, in milliseconds.
const ATTEMPT_AGE: i64 = 60 * 60 * 1000;

/// Old attempts are deleted with every commit of this many, four for each that came.
const COMMITS_A_CHORE: u32 = 64;

/// Commits what was written together with the attempt's row, in one command to the connection's thread.
pub(crate) async fn commit(mut writer: Writer, shared: &Shared, attempt: Attempt) -> Result<(), StoreError> {
    let tables = &shared.tables;
    if shared.commits.fetch_add(1, Ordering::Relaxed).is_multiple_of(COMMITS_A_CHORE) {
        let forget = sql::query(tables, FORGET_ATTEMPTS).bind(attempt.at.as_millis().saturating_sub(ATTEMPT_AGE));
        forget.execute(writer.connection()).await.map_err(from_driver)?;
    }
    let last = sql::query(tables, COMMIT).bind(attempt.id.as_bytes().as_slice()).bind(attempt.at.as_millis());
    writer.commit(last).await
}
