use async_trait::async_trait;
use chat_core::{
    model::{
        friend::{Friend, FriendRequest, RequestBox, RequestId, RequestState},
        time::Timestamp,
        user::UserId,
    },
    ports::store::{FriendStore, FriendTx, StoreError, Ties},
};
use chat_sql::{friend, other, request, row::changed, ties};

use crate::{SqliteStore, error::from_driver, sql::Db, tx::SqliteTx};

const FRIENDS: &str = "
SELECT f.user_id, f.friend_id, f.since, u.name
FROM chat_friendships f JOIN chat_users u ON u.user_id = f.friend_id
WHERE f.user_id = ?1
ORDER BY f.since, f.friend_id";

const OPEN_REQUESTS_IN: &str = "
SELECT request_id, sender, receiver, state, created_at, decided_at
FROM chat_friend_requests
WHERE receiver = ?1 AND state = 'open'
    AND NOT EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ?1 AND blocked_id = sender)
ORDER BY created_at DESC, request_id DESC";

const OPEN_REQUESTS_OUT: &str = "
SELECT request_id, sender, receiver, state, created_at, decided_at
FROM chat_friend_requests
WHERE sender = ?1 AND state = 'open'
ORDER BY created_at DESC, request_id DESC";

const REQUEST: &str = "
SELECT request_id, sender, receiver, state, created_at, decided_at
FROM chat_friend_requests
WHERE request_id = ?1";

/// One row for each direction, with its open request where there is one; what else there is between the two stands in
/// both.
const TIES: &str = "
SELECT r.request_id, r.sender, r.receiver, r.state, r.created_at, r.decided_at,
    EXISTS (SELECT 1 FROM chat_friendships WHERE user_id = ?1 AND friend_id = ?2) AS friends,
    (SELECT max(decided_at) FROM chat_friend_requests
     WHERE sender = ?1 AND receiver = ?2 AND state = 'declined') AS declined_at,
    EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ?1 AND blocked_id = ?2) AS blocks,
    EXISTS (SELECT 1 FROM chat_blocks WHERE user_id = ?2 AND blocked_id = ?1) AS blocked
FROM (VALUES (?1, ?2), (?2, ?1)) AS side LEFT JOIN chat_friend_requests r
    ON r.state = 'open' AND r.sender = side.column1 AND r.receiver = side.column2";

#[async_trait]
impl FriendStore for SqliteStore {
    async fn friends(&self, user: &UserId) -> Result<Vec<Friend>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(FRIENDS).bind(user.as_str());
        db.rows(query).await.map_err(from_driver)?.iter().map(friend).collect()
    }

    async fn open_requests(&self, user: &UserId, which: RequestBox) -> Result<Vec<FriendRequest>, StoreError> {
        let text = match which {
            RequestBox::In => OPEN_REQUESTS_IN,
            RequestBox::Out => OPEN_REQUESTS_OUT,
        };
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(text).bind(user.as_str());
        db.rows(query).await.map_err(from_driver)?.iter().map(request).collect()
    }

    async fn request(&self, id: RequestId) -> Result<Option<FriendRequest>, StoreError> {
        let mut reading = self.reading().await?;
        request_of(&mut reading.db(), id).await
    }

    async fn ties(&self, user: &UserId, other: &UserId) -> Result<Ties, StoreError> {
        let mut reading = self.reading().await?;
        ties_of(&mut reading.db(), user, other).await
    }
}

const HAVE_SHARED_A_ROOM: &str = "
SELECT 1
FROM chat_members a JOIN chat_members b ON b.room_id = a.room_id AND b.user_id = ?2
WHERE a.user_id = ?1";

const TIED_TO: &str = "
SELECT friend_id AS other FROM chat_friendships WHERE user_id = ?1
UNION
SELECT receiver AS other FROM chat_friend_requests WHERE sender = ?1 AND state = 'open'
UNION
SELECT sender AS other FROM chat_friend_requests WHERE receiver = ?1 AND state = 'open'
UNION
SELECT blocked_id AS other FROM chat_blocks WHERE user_id = ?1
UNION
SELECT user_id AS other FROM chat_blocks WHERE blocked_id = ?1
ORDER BY other";

const INSERT_REQUEST: &str = "
INSERT INTO chat_friend_requests (request_id, sender, receiver, state, created_at, decided_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)";

const DECIDE_REQUEST: &str = "
UPDATE chat_friend_requests SET state = ?2, decided_at = ?3 WHERE request_id = ?1 AND state = 'open'";

const INSERT_FRIENDSHIP: &str = "
INSERT INTO chat_friendships (user_id, friend_id, since) VALUES (?1, ?2, ?3), (?2, ?1, ?3)";

const DELETE_FRIENDSHIP: &str = "
DELETE FROM chat_friendships WHERE (user_id = ?1 AND friend_id = ?2) OR (user_id = ?2 AND friend_id = ?1)";

#[async_trait]
impl FriendTx for SqliteTx {
    async fn ties_between(&mut self, user: &UserId, other: &UserId) -> Result<Ties, StoreError> {
        ties_of(&mut self.db(), user, other).await
    }

    async fn have_shared_a_room(&mut self, user: &UserId, other: &UserId) -> Result<bool, StoreError> {
        let query = self.query(HAVE_SHARED_A_ROOM).bind(user.as_str()).bind(other.as_str());
        Ok(self.row(query).await?.is_some())
    }

    async fn tied_to(&mut self, user: &UserId) -> Result<Vec<UserId>, StoreError> {
        let query = self.query(TIED_TO).bind(user.as_str());
        let rows = self.db().rows(query).await.map_err(from_driver)?;
        rows.iter().map(other).collect()
    }

    async fn request_in(&mut self, id: RequestId) -> Result<Option<FriendRequest>, StoreError> {
        request_of(&mut self.db(), id).await
    }

    async fn insert_request(&mut self, request: &FriendRequest) -> Result<(), StoreError> {
        let statement = self
            .query(INSERT_REQUEST)
            .bind(request.id.as_bytes().as_slice())
            .bind(request.from.as_str())
            .bind(request.to.as_str())
            .bind(request.state.as_str())
            .bind(request.created_at.as_millis())
            .bind(request.decided_at.map(Timestamp::as_millis));
        self.write(statement).await?;
        Ok(())
    }

    async fn decide_request(&mut self, id: RequestId, state: RequestState, at: Timestamp) -> Result<(), StoreError> {
        let statement =
            self.query(DECIDE_REQUEST).bind(id.as_bytes().as_slice()).bind(state.as_str()).bind(at.as_millis());
        changed(self.write(statement).await?, 1, "friend_requests", id)
    }

    async fn insert_friendship(&mut self, a: &UserId, b: &UserId, at: Timestamp) -> Result<(), StoreError> {
        let statement = self.query(INSERT_FRIENDSHIP).bind(a.as_str()).bind(b.as_str()).bind(at.as_millis());
        self.write(statement).await?;
        Ok(())
    }

    async fn delete_friendship(&mut self, a: &UserId, b: &UserId) -> Result<bool, StoreError> {
        let statement = self.query(DELETE_FRIENDSHIP).bind(a.as_str()).bind(b.as_str());
        Ok(self.write(statement).await? != 0)
    }
}

async fn request_of(db: &mut Db<'_>, id: RequestId) -> Result<Option<FriendRequest>, StoreError> {
    let query = db.query(REQUEST).bind(id.as_bytes().as_slice());
    db.row(query).await.map_err(from_driver)?.as_ref().map(request).transpose()
}

async fn ties_of(db: &mut Db<'_>, user: &UserId, other: &UserId) -> Result<Ties, StoreError> {
    let query = db.query(TIES).bind(user.as_str()).bind(other.as_str());
    ties(&db.rows(query).await.map_err(from_driver)?, user)
}
