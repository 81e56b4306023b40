//! Rows of the host's own, in one commit with what the chat does.

use chat_core::{HostTransaction, ports::store::StoreError};
use sqlx::mysql::MySqlConnection;

use crate::{MySqlStore, tx::MySqlTx};

impl MySqlStore {
    /// The connection of a transaction, for the host's own statements in it: its tables lie in the same database, or the
    /// statements name theirs. They see what the chat has done in the transaction so far. The isolation level is `READ
    /// COMMITTED`, the `sql_mode` strict, the time zone UTC.
    ///
    /// They must not begin, commit or roll back, nor do what commits by itself (DDL): where the transaction is over when
    /// the chat goes on, everything further fails with `Transient`, and nothing more is written. After a deadlock that one
    /// of them was told of it is over, too.
    ///
    /// # Errors
    /// `Corrupt` where the transaction is one of another kind of store; else those of any statement.
    pub async fn connection<'t>(&self, tx: &'t mut HostTransaction) -> Result<&'t mut MySqlConnection, StoreError> {
        let tx = tx.store().as_any().downcast_mut::<MySqlTx>();
        tx.ok_or_else(|| StoreError::Corrupt("a transaction of another store".to_owned()))?.lend().await
    }
}
