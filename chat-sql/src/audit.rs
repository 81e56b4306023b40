use chat_core::{
    model::{
        operator::{Act, AuditEntry, AuditId, OperatorName},
        room::RoomId,
        user::UserId,
    },
    ports::store::StoreError,
};

use crate::row::{Columns, SqlRow};

/// An entry of the audit: all columns of its table.
pub fn audit_entry<R: SqlRow>(row: &R) -> Result<AuditEntry, StoreError> {
    let columns = Columns::new(row, "audit", &["audit_id"]);
    Ok(AuditEntry {
        id: AuditId::from_bytes(columns.bytes("audit_id")?),
        operator: columns.parsed("operator", OperatorName::parse)?,
        act: columns.named("act", Act::from_name)?,
        user: columns.parsed_if_any("user_id", UserId::parse)?,
        room: columns.bytes_if_any("room_id")?.map(RoomId::from_bytes),
        detail: columns.text_if_any("detail")?.map(str::to_owned),
        at: columns.time("at")?,
    })
}
