use chat_core::{
    model::{
        friend::{Friend, FriendRequest, RequestId, RequestState},
        text::Name,
        user::UserId,
    },
    ports::store::{StoreError, Ties},
};

use crate::row::{Columns, SqlRow};

/// A friend request: all columns of its table.
pub fn request<R: SqlRow>(row: &R) -> Result<FriendRequest, StoreError> {
    let columns = Columns::new(row, "friend_requests", &["request_id"]);
    Ok(FriendRequest {
        id: RequestId::from_bytes(columns.bytes("request_id")?),
        from: columns.parsed("sender", UserId::parse)?,
        to: columns.parsed("receiver", UserId::parse)?,
        state: columns.named("state", RequestState::from_name)?,
        created_at: columns.time("created_at")?,
        decided_at: columns.time_if_any("decided_at")?,
    })
}

/// A friend: a friendship's columns and the friend's `name`.
pub fn friend<R: SqlRow>(row: &R) -> Result<Friend, StoreError> {
    let columns = Columns::new(row, "friendships", &["user_id", "friend_id"]);
    Ok(Friend {
        id: columns.parsed("friend_id", UserId::parse)?,
        name: columns.parsed("name", Name::parse)?,
        since: columns.time("since")?,
    })
}

/// What lies between two users, seen from `user`: a row for each direction, with its open request where there is one;
/// what else there is stands in both.
pub fn ties<R: SqlRow>(rows: &[R], user: &UserId) -> Result<Ties, StoreError> {
    let mut ties = Ties::default();
    for row in rows {
        let columns = Columns::new(row, "friend_requests", &["request_id"]);
        ties.friends = columns.truth("friends")?;
        ties.declined_at = columns.time_if_any("declined_at")?;
        ties.blocks = columns.truth("blocks")?;
        ties.blocked = columns.truth("blocked")?;
        if columns.bytes_if_any::<16>("request_id")?.is_some() {
            let request = request(row)?;
            if request.from == *user { ties.sent = Some(request) } else { ties.received = Some(request) }
        }
    }
    Ok(ties)
}
