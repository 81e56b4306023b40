//! Rows of the host's own, in one commit with what the chat does.

use chat_core::{HostTransaction, ports::store::StoreError};
use sqlx::sqlite::SqliteConnection;

use crate::{SqliteStore, tx::SqliteTx};

impl SqliteStore {
    /// The connection of a transaction, for the host's own statements in it: its tables lie in the same database. They
    /// see what the chat has done in the transaction so far.
    ///
    /// They must not begin, commit or roll back: where the transaction is over when it is to be committed, that fails with
    /// `Transient`.
    ///
    /// # Errors
    /// `Corrupt` where the transaction is one of another kind of store; else those of any statement.
    pub async fn connection<'t>(&self, tx: &'t mut HostTransaction) -> Result<&'t mut SqliteConnection, StoreError> {
        let tx = tx.store().as_any().downcast_mut::<SqliteTx>();
        tx.ok_or_else(|| StoreError::Corrupt("a transaction of another store".to_owned()))?.lend().await
    }
}
