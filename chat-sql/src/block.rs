use chat_core::{
    model::{block::Block, user::UserId},
    ports::store::StoreError,
};

use crate::row::{Columns, SqlRow};

/// A row of `blocks`.
pub fn block<R: SqlRow>(row: &R) -> Result<Block, StoreError> {
    let columns = Columns::new(row, "blocks", &["user_id", "blocked_id"]);
    Ok(Block { id: columns.parsed("blocked_id", UserId::parse)?, at: columns.time("at")? })
}

/// A row whose only column, `other`, says who stands in some relation to somebody.
pub fn other<R: SqlRow>(row: &R) -> Result<UserId, StoreError> {
    Columns::new(row, "users", &["other"]).parsed("other", UserId::parse)
}
