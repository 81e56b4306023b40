use chat_core::{
    model::{
        charge::{Charge, ChargeId, ChargeState, StandingCharge},
        room::RoomId,
        user::UserId,
    },
    ports::store::StoreError,
};

use crate::row::{Columns, SqlRow};

/// A charge: all columns of its table.
pub fn charge<R: SqlRow>(row: &R) -> Result<StandingCharge, StoreError> {
    let columns = Columns::new(row, "charges", &["charge_id"]);
    Ok(StandingCharge {
        charge: Charge {
            id: ChargeId::from_bytes(columns.bytes("charge_id")?),
            user: columns.parsed("user_id", UserId::parse)?,
            room: RoomId::from_bytes(columns.bytes("room_id")?),
            coins: columns.coins("coins")?,
        },
        state: columns.named("state", ChargeState::from_name)?,
        due: columns.time_if_any("due_at")?,
        attempts: columns.count("attempts")?,
        at: columns.time("at")?,
    })
}
