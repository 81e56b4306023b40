use chat_core::{
    model::{
        event::Seq,
        room::{Capacity, Member, NamedMember, Role, Room, RoomId, RoomView},
        text::Name,
        user::{PasswordHash, UserId},
    },
    ports::store::{LockedRoom, Membership, StoreError},
};

use crate::row::{Columns, SqlRow};

/// A room and its password.
pub fn locked_room<R: SqlRow>(row: &R) -> Result<LockedRoom, StoreError> {
    let password = Columns::new(row, "rooms", &["room_id"]).text("password_hash")?;
    Ok(LockedRoom { room: room(row)?, password: PasswordHash::from_stored(password) })
}

fn room<R: SqlRow>(row: &R) -> Result<Room, StoreError> {
    let columns = Columns::new(row, "rooms", &["room_id"]);
    let capacity = Capacity::parse(columns.integer("capacity")?).map_err(|error| columns.corrupt("capacity", error))?;
    Ok(Room {
        id: RoomId::from_bytes(columns.bytes("room_id")?),
        name: columns.parsed("name", Name::parse)?,
        owner: columns.parsed("owner", UserId::parse)?,
        capacity,
        member_count: columns.count("member_count")?,
        last_seq: columns.seq("last_seq")?,
        created_at: columns.time("created_at")?,
        closed_at: columns.time_if_any("closed_at")?,
    })
}

/// A membership without the count of what is unread: `room_id`, `role`, `last_seq`.
pub fn membership<R: SqlRow>(row: &R) -> Result<Membership, StoreError> {
    let columns = Columns::new(row, "members", &["room_id"]);
    Ok(Membership { role: columns.named("role", Role::from_name)?, last_seq: columns.seq("last_seq")? })
}

/// A room as a member sees it: the room's columns but its password, `role`, `read_seq` and `unread`.
pub fn room_view<R: SqlRow>(row: &R) -> Result<RoomView, StoreError> {
    let columns = Columns::new(row, "members", &["room_id"]);
    Ok(RoomView {
        room: room(row)?,
        role: columns.named("role", Role::from_name)?,
        read_seq: columns.seq("read_seq")?,
        unread: columns.count("unread")?,
    })
}

/// A member.
pub fn member<R: SqlRow>(row: &R) -> Result<Member, StoreError> {
    let columns = Columns::new(row, "members", &["room_id", "user_id"]);
    Ok(Member {
        user: columns.parsed("user_id", UserId::parse)?,
        role: columns.named("role", Role::from_name)?,
        joined_at: columns.time("joined_at")?,
        joined_seq: columns.seq("joined_seq")?,
        read_seq: columns.seq("read_seq")?,
    })
}

/// A member and their user's `name`.
pub fn named_member<R: SqlRow>(row: &R) -> Result<NamedMember, StoreError> {
    let name = Columns::new(row, "users", &["user_id"]).parsed("name", Name::parse)?;
    Ok(NamedMember { member: member(row)?, name })
}

/// A room's `room_id` and `last_seq`.
pub fn last_seq<R: SqlRow>(row: &R) -> Result<(RoomId, Seq), StoreError> {
    let columns = Columns::new(row, "rooms", &["room_id"]);
    Ok((RoomId::from_bytes(columns.bytes("room_id")?), columns.seq("last_seq")?))
}
