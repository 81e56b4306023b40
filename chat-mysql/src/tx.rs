//! A transaction.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use async_trait::async_trait;
use chat_core::{
    model::user::UserId,
    ports::store::{Attempt, StoreError, StoreTx},
};
use chat_sql::{row::changed, tables::Tables};
use sqlx::mysql::{MySqlConnection, MySqlRow};

use crate::{
    connection::{Failure, Lease, Then},
    error::{from_commit, from_driver, is_duplicate, taken_back},
    literal::{Value, statement},
    store::{Shared, last},
};

/// What begins a transaction.
pub(crate) const BEGIN: &str = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;START TRANSACTION READ WRITE;";
const LEND: &str = "SAVEPOINT chat_host";
const TAKE_BACK: &str = "RELEASE SAVEPOINT chat_host";
/// How many statements [`BEGIN`] has.
pub(crate) const BEGUN: usize = 2;

/// One transaction. It begins with its first statement. Writes are gathered, and go with the next read, or by
/// themselves before the commit: that is one round trip for all of them.
pub(crate) struct MySqlTx {
    lease: Lease,
    shared: Arc<Shared>,
    attempt: Attempt,
    begun: bool,
    gathered: Vec<Write>,
    has_written: bool,
    /// The host has had the connection since our last statement.
    lent: bool,
    /// How many ledger entries those users have whom this transaction has locked or made.
    pub(crate) entries: HashMap<UserId, u64>,
}

/// A write that waits.
struct Write {
    sql: String,
    /// How many rows it must find, of what.
    finds: Option<(u64, &'static str, String)>,
}

impl MySqlTx {
    pub(crate) fn new(lease: Lease, shared: Arc<Shared>, attempt: Attempt) -> Self {
        let (gathered, entries) = (Vec::new(), HashMap::new());
        Self { lease, shared, attempt, begun: false, gathered, has_written: false, lent: false, entries }
    }

    /// The connection, for statements of the host's in this transaction, which see all writes.
    pub(crate) async fn lend(&mut self) -> Result<&mut MySqlConnection, StoreError> {
        self.flush().await?;
        if !self.lent {
            self.run(LEND, 1).await?;
            (self.lent, self.has_written) = (true, true);
        }
        self.lease.connection().ok_or_else(|| from_driver(sqlx::Error::PoolClosed))
    }

    /// Where the host has ended the transaction, or a deadlock has, what we write would be committed by itself: the
    /// savepoint is gone with it.
    async fn take_back(&mut self) -> Result<(), StoreError> {
        if self.lent {
            self.lent = false;
            self.lease.run(TAKE_BACK, Then::More).await.map_err(|failure| taken_back(failure.error))?;
        }
        Ok(())
    }

    /// Writes, with the next round trip.
    pub(crate) fn write(&mut self, text: &'static str, values: &[Value<'_>]) {
        self.gather(text, values, None);
    }

    /// Changes one row, with the next round trip; it is `Corrupt` where there is none.
    pub(crate) fn change(&mut self, text: &'static str, values: &[Value<'_>], table: &'static str, id: impl ToString) {
        self.gather(text, values, Some((1, table, id.to_string())));
    }

    /// Writes what [`statement`] cannot make, since it is as long as what there is to write.
    pub(crate) fn write_sql(&mut self, sql: String) {
        self.gathered.push(Write { sql, finds: None });
    }

    fn gather(&mut self, text: &'static str, values: &[Value<'_>], finds: Option<(u64, &'static str, String)>) {
        self.gathered.push(Write { sql: statement(&self.shared.tables, text, values), finds });
    }

    /// Writes now, and says how many rows; `otherwise` knows what a failure of this statement means.
    pub(crate) async fn write_now(
        &mut self,
        text: &'static str,
        values: &[Value<'_>],
        otherwise: impl FnOnce(sqlx::Error) -> StoreError,
    ) -> Result<u64, StoreError> {
        // By itself: a failure must be this statement's.
        self.flush().await?;
        self.take_back().await?;
        self.has_written = true;
        let sql = statement(&self.shared.tables, text, values);
        let replies = self.run(&sql, 1).await.map_err(|failure| otherwise(failure.error))?;
        Ok(last(replies).affected)
    }

    /// The rows of a read, which sees all writes.
    pub(crate) async fn rows(&mut self, text: &'static str, values: &[Value<'_>]) -> Result<Vec<MySqlRow>, StoreError> {
        let sql = statement(&self.shared.tables, text, values);
        Ok(self.rows_of(&[sql]).await?.pop().unwrap_or_default())
    }

    /// The first row of a read, if any.
    pub(crate) async fn row(
        &mut self,
        text: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<MySqlRow>, StoreError> {
        Ok(self.rows(text, values).await?.into_iter().next())
    }

    /// The rows of several reads in one round trip, which see all writes.
    pub(crate) async fn rows_of(&mut self, reads: &[String]) -> Result<Vec<Vec<MySqlRow>>, StoreError> {
        self.take_back().await?;
        let gathered = std::mem::take(&mut self.gathered);
        self.has_written |= !gathered.is_empty();
        let statements: Vec<&str> =
            gathered.iter().map(|write| write.sql.as_str()).chain(reads.iter().map(String::as_str)).collect();
        let mut replies = self.run(&statements.join(";"), statements.len()).await?;
        let reads = replies.split_off(gathered.len());
        for (write, reply) in gathered.iter().zip(&replies) {
            if let Some((expected, table, id)) = &write.finds {
                changed(reply.affected, *expected, table, id)?;
            }
        }
        Ok(reads.into_iter().map(|reply| reply.rows).collect())
    }

    /// The tables' names.
    pub(crate) fn tables(&self) -> &Tables {
        &self.shared.tables
    }

    async fn flush(&mut self) -> Result<(), StoreError> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        self.rows_of(&[]).await?;
        Ok(())
    }

    /// Runs so many statements; the first ones of a transaction begin it.
    async fn run(&mut self, sql: &str, count: usize) -> Result<Vec<crate::connection::Reply>, Failure> {
        if self.begun {
            return self.lease.run(sql, Then::More).await;
        }
        self.begun = true;
        let mut replies = self.lease.run(&[BEGIN, sql].concat(), Then::More).await?;
        Ok(replies.split_off(replies.len().saturating_sub(count)))
    }
}

#[async_trait]
impl StoreTx for MySqlTx {
    async fn commit(mut self: Box<Self>) -> Result<(), StoreError> {
        self.flush().await?;
        self.take_back().await?;
        if !self.has_written {
            return self.rollback().await;
        }
        let sql = commit_sql(&self.shared, self.attempt);
        self.lease.run(&sql, Then::Done).await.map(drop).or_else(committed)
    }

    async fn rollback(mut self: Box<Self>) -> Result<(), StoreError> {
        if self.begun {
            self.lease.run("ROLLBACK", Then::Done).await?;
        }
        Ok(())
    }

    fn as_any(&mut self) -> &mut (dyn Any + Send) {
        self
    }
}

const ATTEMPT: &str = "
INSERT INTO chat_attempts (attempt_id, at) VALUES (?, CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED))";

/// Attempts older than an hour, by the one clock that all nodes share, a few at a time, so that no answer waits long for it. By itself after the commit: it waits for nobody
/// while it holds locks that others want.
const FORGET_ATTEMPTS: &str = "
START TRANSACTION READ WRITE;
DELETE FROM chat_attempts WHERE at < CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) - 3600000 ORDER BY at LIMIT 256;
COMMIT";

/// Old attempts are deleted with every commit of this many, four for each that came.
const COMMITS_A_CHORE: u32 = 64;

/// What ends a transaction that has written: the attempt's row, and the commit.
pub(crate) fn commit_sql(shared: &Shared, attempt: Attempt) -> String {
    let mut sql = statement(&shared.tables, ATTEMPT, &[(&attempt.id).into()]);
    sql += ";COMMIT";
    if shared.commits.fetch_add(1, Ordering::Relaxed).is_multiple_of(COMMITS_A_CHORE) {
        sql.push(';');
        sql += shared.tables.sql(FORGET_ATTEMPTS).as_str();
    }
    sql
}

/// What a failure of [`commit_sql`] means.
pub(crate) fn committed(failure: Failure) -> Result<(), StoreError> {
    match failure {
        // The attempt's row was refused.
        Failure { done: 0, error } if is_duplicate(&error) => Err(StoreError::Transient(Box::new(error))),
        Failure { done: 0, error } if error.as_database_error().is_some() => Err(from_driver(error)),
        // Lost with the command that holds the commit: how far it came, nobody knows.
        Failure { done: 0 | 1, error } => Err(from_commit(error)),
        Failure { error, .. } => {
            tracing::debug!(error = &error as &dyn std::error::Error, "what came after a commit failed");
            Ok(())
        }
    }
}
