use chat_core::{
    model::{
        invite::{Invite, InviteId},
        room::RoomId,
        user::UserId,
    },
    ports::store::StoreError,
};

use crate::row::{Columns, SqlRow};

/// An invite: all columns of its table but the token's hash.
pub fn invite<R: SqlRow>(row: &R) -> Result<Invite, StoreError> {
    let columns = Columns::new(row, "invites", &["invite_id"]);
    Ok(Invite {
        id: InviteId::from_bytes(columns.bytes("invite_id")?),
        room: RoomId::from_bytes(columns.bytes("room_id")?),
        maker: columns.parsed("maker", UserId::parse)?,
        invitee: columns.parsed("invitee", UserId::parse)?,
        created_at: columns.time("created_at")?,
        expires_at: columns.time("expires_at")?,
        used_at: columns.time_if_any("used_at")?,
        revoked_at: columns.time_if_any("revoked_at")?,
    })
}
