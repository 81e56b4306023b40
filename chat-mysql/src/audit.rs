use async_trait::async_trait;
use chat_core::{
    model::operator::{AuditEntry, AuditId},
    ports::store::{AuditStore, AuditTx, StoreError},
};
use chat_sql::{audit_entry, row::integer};

use crate::{MySqlStore, literal::Value, snapshot::Mark, tx::MySqlTx};

const AUDIT: &str = "
SELECT audit_id, operator, act, user_id, room_id, detail, at
FROM chat_audit
WHERE audit_id < ?
ORDER BY audit_id DESC
LIMIT ?";

#[async_trait]
impl AuditStore for MySqlStore {
    async fn audit(&self, before: Option<AuditId>, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        let before = before.unwrap_or(AFTER_ALL);
        let values = [(&before).into(), integer(limit).into()];
        self.snapshot(AUDIT, &values, Mark::Itself).await?.iter().map(audit_entry).collect()
    }
}

/// No entry has it: its version is none of UUID's.
const AFTER_ALL: AuditId = AuditId::from_bytes([0xff; 16]);

const APPEND_AUDIT: &str = "
INSERT INTO chat_audit (audit_id, operator, act, user_id, room_id, detail, at)
VALUES (?, ?, ?, ?, ?, ?, ?)";

#[async_trait]
impl AuditTx for MySqlTx {
    async fn append_audit(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.write(
            APPEND_AUDIT,
            &[
                (&entry.id).into(),
                Value::Ascii(entry.operator.as_str()),
                Value::Ascii(entry.act.as_str()),
                entry.user.as_ref().into(),
                entry.room.as_ref().into(),
                entry.detail.as_deref().map(Value::Text).into(),
                entry.at.into(),
            ],
        );
        Ok(())
    }
}
