use async_trait::async_trait;
use chat_core::{
    model::{
        operator::{AuditEntry, AuditId},
        user::UserId,
    },
    ports::store::{AuditStore, AuditTx, StoreError},
};
use chat_sql::{audit_entry, row::integer};

use crate::{SqliteStore, error::from_driver, tx::SqliteTx};

const AUDIT: &str = "
SELECT audit_id, operator, act, user_id, room_id, detail, at
FROM chat_audit
WHERE audit_id < ?1
ORDER BY audit_id DESC
LIMIT ?2";

#[async_trait]
impl AuditStore for SqliteStore {
    async fn audit(&self, before: Option<AuditId>, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let before = before.unwrap_or(AFTER_ALL);
        let query = db.query(AUDIT).bind(before.as_bytes().to_vec()).bind(integer(limit));
        db.rows(query).await.map_err(from_driver)?.iter().map(audit_entry).collect()
    }
}

/// No entry has it: its version is none of UUID's.
const AFTER_ALL: AuditId = AuditId::from_bytes([0xff; 16]);

const APPEND_AUDIT: &str = "
INSERT INTO chat_audit (audit_id, operator, act, user_id, room_id, detail, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

#[async_trait]
impl AuditTx for SqliteTx {
    async fn append_audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        let statement = self
            .query(APPEND_AUDIT)
            .bind(entry.id.as_bytes().as_slice())
            .bind(entry.operator.as_str())
            .bind(entry.act.as_str())
            .bind(entry.user.as_ref().map(UserId::as_str))
            .bind(entry.room.as_ref().map(|room| room.as_bytes().as_slice()))
            .bind(entry.detail.as_deref())
            .bind(entry.at.as_millis());
        self.write(statement).await?;
        Ok(())
    }
}
