use chat_core::{
    model::{ban::Ban, user::UserId},
    ports::store::StoreError,
};

use crate::row::{Columns, SqlRow};

/// A ban: `room_id`, `user_id`, `banned_by`, `at`.
pub fn ban<R: SqlRow>(row: &R) -> Result<Ban, StoreError> {
    let columns = Columns::new(row, "bans", &["room_id", "user_id"]);
    Ok(Ban {
        user: columns.parsed("user_id", UserId::parse)?,
        by: columns.parsed("banned_by", UserId::parse)?,
        at: columns.time("at")?,
    })
}
