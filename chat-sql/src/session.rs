use chat_core::{
    model::{
        session::{DeviceId, Session, SessionId},
        user::{Standing, UserId},
    },
    ports::store::StoreError,
};

use crate::{
    row::{Columns, SqlRow},
    user::standing,
};

/// A session: all columns of its table.
pub fn session<R: SqlRow>(row: &R) -> Result<Session, StoreError> {
    let columns = Columns::new(row, "sessions", &["session_id"]);
    Ok(Session {
        id: SessionId::from_bytes(columns.bytes("session_id")?),
        user: columns.parsed("user_id", UserId::parse)?,
        device: columns.parsed("device", DeviceId::parse)?,
        generation: columns.count("generation")?,
        created_at: columns.time("created_at")?,
        rotated_at: columns.time("rotated_at")?,
        revoked_at: columns.time_if_any("revoked_at")?,
    })
}

/// A session and its user's `standing`.
pub fn session_and_standing<R: SqlRow>(row: &R) -> Result<(Session, Standing), StoreError> {
    Ok((session(row)?, Columns::new(row, "users", &["user_id"]).named("standing", standing)?))
}
