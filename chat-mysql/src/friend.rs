use async_trait::async_trait;
use chat_core::{
    model::{
        friend::{Friend, FriendRequest, RequestBox, RequestId, RequestState},
        time::Timestamp,
        user::UserId,
    },
    ports::store::{FriendStore, FriendTx, StoreError, Ties},
};
use chat_sql::{friend, other, request, ties};

use crate::{MySqlStore, error::from_driver, literal::Value, snapshot::Mark, tx::MySqlTx};

const FRIENDS: &str = "
SELECT f.user_id, f.friend_id, f.since, u.name
FROM chat_friendships f JOIN chat_users u ON u.user_id = f.friend_id
WHERE f.user_id = ?
ORDER BY f.since, f.friend_id";

const OPEN_REQUESTS_IN: &str = "
SELECT request_id, sender, receiver, state, created_at, decided_at
FROM chat_friend_requests
WHERE open_to = ? AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ? AND blocked_id = sender)
ORDER BY created_at DESC, request_id DESC";

const OPEN_REQUESTS_OUT: &str = "
SELECT request_id, sender, receiver, state, created_at, decided_at
FROM chat_friend_requests
WHERE sender = ? AND state = 'open'
ORDER BY created_at DESC, request_id DESC";

const REQUEST: &str = "
SELECT request_id, sender, receiver, state, created_at, decided_at
FROM chat_friend_requests
WHERE request_id = ?";

/// One row for each direction, with its open request where there is one; what else there is between the two stands in
/// both.
const TIES: &str = "
SELECT r.request_id, r.sender, r.receiver, r.state, r.created_at, r.decided_at,
    EXISTS (SELECT 1 FROM chat_friendships WHERE user_id = ? AND friend_id = ?) AS friends,
    (SELECT MAX(decided_at) FROM chat_friend_requests
     WHERE sender = ? AND receiver = ? AND state = 'declined') AS declined_at,
    EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ? AND blocked_id = ?) AS blocks,
    EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ? AND blocked_id = ?) AS blocked
FROM (SELECT 0 AS back UNION ALL SELECT 1) AS side LEFT JOIN chat_friend_requests r
    ON r.sender = CASE side.back WHEN 0 THEN ? ELSE ? END AND r.open_to = CASE side.back WHEN 0 THEN ? ELSE ? END";

#[async_trait]
impl FriendStore for MySqlStore {
    async fn friends(&self, user: &UserId) -> Result<Vec<Friend>, StoreError> {
        self.snapshot(FRIENDS, &[user.into()], Mark::Itself).await?.iter().map(friend).collect()
    }

    async fn open_requests(&self, user: &UserId, which: RequestBox) -> Result<Vec<FriendRequest>, StoreError> {
        let values = [user.into(); 2];
        let (text, values) = match which {
            RequestBox::In => (OPEN_REQUESTS_IN, &values[..]),
            RequestBox::Out => (OPEN_REQUESTS_OUT, &values[..1]),
        };
        self.snapshot(text, values, Mark::Itself).await?.iter().map(request).collect()
    }

    async fn request(&self, id: RequestId) -> Result<Option<FriendRequest>, StoreError> {
        self.row(REQUEST, &[(&id).into()]).await?.as_ref().map(request).transpose()
    }

    async fn ties(&self, user: &UserId, other: &UserId) -> Result<Ties, StoreError> {
        ties(&self.snapshot(TIES, &between(user, other), Mark::Itself).await?, user)
    }
}

const HAVE_SHARED_A_ROOM: &str = "
SELECT 1
FROM chat_members a JOIN chat_members b ON b.room_id = a.room_id AND b.user_id = ?
WHERE a.user_id = ?
LIMIT 1";

const TIED_TO: &str = "
SELECT friend_id AS other FROM chat_friendships WHERE user_id = ?
UNION
SELECT receiver AS other FROM chat_friend_requests WHERE sender = ? AND state = 'open'
UNION
SELECT sender AS other FROM chat_friend_requests WHERE open_to = ?
UNION
SELECT blocked_id AS other FROM chat_blocks WHERE user_id = ?
UNION
SELECT user_id AS other FROM chat_blocks WHERE blocked_id = ?
ORDER BY other";

const INSERT_REQUEST: &str = "
INSERT INTO chat_friend_requests (request_id, sender, receiver, state, created_at, decided_at)
VALUES (?, ?, ?, ?, ?, ?)";

const DECIDE_REQUEST: &str = "
UPDATE chat_friend_requests SET state = ?, decided_at = ? WHERE request_id = ? AND state = 'open'";

const INSERT_FRIENDSHIP: &str = "
INSERT INTO chat_friendships (user_id, friend_id, since) VALUES (?, ?, ?), (?, ?, ?)";

/// One side of it. Both in one statement could be found by reading the whole table, and so wait for others.
const DELETE_FRIENDSHIP: &str = "DELETE FROM chat_friendships WHERE user_id = ? AND friend_id = ?";

#[async_trait]
impl FriendTx for MySqlTx {
    async fn ties_between(&mut self, user: &UserId, other: &UserId) -> Result<Ties, StoreError> {
        ties(&self.rows(TIES, &between(user, other)).await?, user)
    }

    async fn have_shared_a_room(&mut self, user: &UserId, other: &UserId) -> Result<bool, StoreError> {
        Ok(self.row(HAVE_SHARED_A_ROOM, &[other.into(), user.into()]).await?.is_some())
    }

    async fn tied_to(&mut self, user: &UserId) -> Result<Vec<UserId>, StoreError> {
        let user = user.into();
        let rows = self.rows(TIED_TO, &[user; 5]).await?;
        rows.iter().map(other).collect()
    }

    async fn request_in(&mut self, id: RequestId) -> Result<Option<FriendRequest>, StoreError> {
        self.row(REQUEST, &[(&id).into()]).await?.as_ref().map(request).transpose()
    }

    async fn insert_request(&mut self, request: &FriendRequest) -> Result<(), StoreError> {
        self.write(
            INSERT_REQUEST,
            &[
                (&request.id).into(),
                (&request.from).into(),
                (&request.to).into(),
                Value::Ascii(request.state.as_str()),
                request.created_at.into(),
                request.decided_at.into(),
            ],
        );
        Ok(())
    }

    async fn decide_request(&mut self, id: RequestId, state: RequestState, at: Timestamp) -> Result<(), StoreError> {
        let state = Value::Ascii(state.as_str());
        self.change(DECIDE_REQUEST, &[state, at.into(), (&id).into()], "friend_requests", id);
        Ok(())
    }

    async fn insert_friendship(&mut self, a: &UserId, b: &UserId, at: Timestamp) -> Result<(), StoreError> {
        let (a, b, at) = (Value::from(a), Value::from(b), Value::from(at));
        self.write(INSERT_FRIENDSHIP, &[a, b, at, b, a, at]);
        Ok(())
    }

    async fn delete_friendship(&mut self, a: &UserId, b: &UserId) -> Result<bool, StoreError> {
        let (a, b) = (Value::from(a), Value::from(b));
        self.write(DELETE_FRIENDSHIP, &[a, b]);
        Ok(self.write_now(DELETE_FRIENDSHIP, &[b, a], from_driver).await? != 0)
    }
}

/// The values of [`TIES`].
fn between<'v>(user: &'v UserId, other: &'v UserId) -> [Value<'v>; 12] {
    let (user, other) = (Value::from(user), Value::from(other));
    [user, other, user, other, user, other, other, user, user, other, other, user]
}
