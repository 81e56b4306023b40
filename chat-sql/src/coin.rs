use chat_core::{
    model::{
        coin::{Amount, CoinEntry, CoinKey, CoinKind, Reason},
        room::RoomId,
    },
    ports::store::StoreError,
};

use crate::row::{Columns, SqlRow};

/// A ledger entry: all columns of its table.
pub fn coin_entry<R: SqlRow>(row: &R) -> Result<CoinEntry, StoreError> {
    let columns = Columns::new(row, "coin_entries", &["user_id", "number"]);
    let amount =
        Amount::new(columns.integer("amount")?).ok_or_else(|| columns.corrupt("amount", "beyond what can be"))?;
    Ok(CoinEntry {
        number: columns.count("number")?,
        amount,
        kind: columns.named("kind", CoinKind::from_name)?,
        reason: columns.parsed_if_any("reason", Reason::parse)?,
        balance_after: columns.coins("balance_after")?,
        room: columns.bytes_if_any("room_id")?.map(RoomId::from_bytes),
        key: columns.parsed_if_any("key", CoinKey::parse)?,
        at: columns.time("at")?,
    })
}
