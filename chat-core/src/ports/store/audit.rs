use async_trait::async_trait;

use super::StoreError;
use crate::model::operator::{AuditEntry, AuditId};

/// Reading what operators did.
#[async_trait]
pub trait AuditStore: Send + Sync + 'static {
    /// At most `limit` entries, the newest first; with `before`, only those older than it.
    async fn audit(&self, before: Option<AuditId>, limit: usize) -> Result<Vec<AuditEntry>, StoreError>;
}

/// Writing down what operators do.
#[async_trait]
pub trait AuditTx: Send {
    /// Appends an entry. It is never changed or removed. Locks: none needed.
    async fn append_audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError>;
}
