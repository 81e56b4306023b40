use async_trait::async_trait;
use chat_core::{
    model::{
        event::{Event, Seq},
        message::ClientId,
        room::{Capacity, Member, NamedMember, Role, RoomId, RoomView},
        text::Name,
        time::Timestamp,
        user::{PasswordHash, UserId},
    },
    ports::store::{LockedRoom, Membership, NewRoom, RoomStore, RoomTx, StoreError, Unique},
};
use chat_sql::{
    event, last_seq, locked_room, member, membership, named_member, room_view,
    row::{Columns, changed, hexadecimal, integer},
};

use crate::{
    SqliteStore,
    error::{from_driver, index_taken},
    sql::Db,
    tx::SqliteTx,
};

const ROOM: &str = "
SELECT room_id, name, owner, password_hash, capacity, member_count, last_seq, created_at, closed_at
FROM chat_rooms
WHERE room_id = ?1";

const MEMBERSHIP: &str = "
SELECT m.room_id, m.role, r.last_seq
FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
WHERE m.room_id = ?1 AND m.user_id = ?2 AND m.left_at IS NULL";

const ROOM_VIEW: &str = "
SELECT r.room_id, r.name, r.owner, r.capacity, r.member_count, r.last_seq, r.created_at, r.closed_at,
    m.role, m.read_seq,
    (SELECT count(*) FROM chat_events e
     WHERE e.room_id = m.room_id AND e.seq > m.read_seq
         AND e.kind = 'message' AND e.sender <> m.user_id AND e.deleted_at IS NULL) AS unread
FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
WHERE m.room_id = ?1 AND m.user_id = ?2 AND m.left_at IS NULL";

const ROOMS_OF: &str = "
SELECT r.room_id, r.name, r.owner, r.capacity, r.member_count, r.last_seq, r.created_at, r.closed_at,
    m.role, m.read_seq,
    (SELECT count(*) FROM chat_events e
     WHERE e.room_id = m.room_id AND e.seq > m.read_seq
         AND e.kind = 'message' AND e.sender <> m.user_id AND e.deleted_at IS NULL) AS unread
FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
WHERE m.user_id = ?1 AND m.left_at IS NULL
ORDER BY r.last_event_at DESC, r.room_id DESC";

const MEMBERS: &str = "
SELECT m.room_id, m.user_id, m.role, m.joined_at, m.joined_seq, m.read_seq, u.name
FROM chat_members m JOIN chat_users u ON u.user_id = m.user_id
WHERE m.room_id = ?1 AND m.left_at IS NULL
ORDER BY CASE m.role WHEN 'owner' THEN 0 WHEN 'moderator' THEN 1 ELSE 2 END, m.joined_seq";

const DEPARTURES: &str = "
SELECT e.room_id, e.seq, e.kind, e.sender, e.at, e.client_id, e.content, e.target, e.subject, e.detail, e.body,
    e.mentions, e.reactions, e.edited_at, e.deleted_at
FROM chat_members m JOIN chat_events e ON e.room_id = m.room_id AND e.seq = m.left_seq
WHERE m.room_id IN (SELECT unhex(value) FROM json_each(?1)) AND m.user_id = ?2";

const LAST_SEQS: &str = "
SELECT room_id, last_seq
FROM chat_rooms
WHERE room_id IN (SELECT unhex(value) FROM json_each(?1))";

#[async_trait]
impl RoomStore for SqliteStore {
    async fn room(&self, id: RoomId) -> Result<Option<LockedRoom>, StoreError> {
        let mut reading = self.reading().await?;
        room_of(&mut reading.db(), id).await
    }

    async fn membership(&self, id: RoomId, user: &UserId) -> Result<Option<Membership>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(MEMBERSHIP).bind(id.as_bytes().as_slice()).bind(user.as_str());
        db.row(query).await.map_err(from_driver)?.as_ref().map(membership).transpose()
    }

    async fn room_view(&self, id: RoomId, user: &UserId) -> Result<Option<RoomView>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(ROOM_VIEW).bind(id.as_bytes().as_slice()).bind(user.as_str());
        db.row(query).await.map_err(from_driver)?.as_ref().map(room_view).transpose()
    }

    async fn rooms_of(&self, user: &UserId) -> Result<Vec<RoomView>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(ROOMS_OF).bind(user.as_str());
        db.rows(query).await.map_err(from_driver)?.iter().map(room_view).collect()
    }

    async fn members(&self, id: RoomId) -> Result<Vec<NamedMember>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(MEMBERS).bind(id.as_bytes().as_slice());
        db.rows(query).await.map_err(from_driver)?.iter().map(named_member).collect()
    }

    async fn departures(&self, ids: &[RoomId], user: &UserId) -> Result<Vec<Event>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(DEPARTURES).bind(list(ids)).bind(user.as_str());
        db.rows(query).await.map_err(from_driver)?.iter().map(event).collect()
    }

    async fn last_seqs(&self, ids: &[RoomId]) -> Result<Vec<(RoomId, Seq)>, StoreError> {
        let mut reading = self.reading().await?;
        let mut db = reading.db();
        let query = db.query(LAST_SEQS).bind(list(ids));
        db.rows(query).await.map_err(from_driver)?.iter().map(last_seq).collect()
    }
}

const ROOM_MADE_AS: &str = "SELECT room_id FROM chat_rooms WHERE made_by = ?1 AND client_id = ?2";

const INSERT_ROOM: &str = "
INSERT INTO chat_rooms
    (room_id, name, owner, password_hash, capacity, last_event_at, created_at, made_by, client_id)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?3, ?7)";

const ROOMS_WITH: &str = "
SELECT room_id FROM chat_members WHERE user_id = ?1 AND left_at IS NULL ORDER BY room_id";

const MEMBERS_IN: &str = "
SELECT room_id, user_id, role, joined_at, joined_seq, read_seq
FROM chat_members
WHERE room_id = ?1 AND left_at IS NULL";

const MEMBER_IN: &str = "
SELECT room_id, user_id, role, joined_at, joined_seq, read_seq
FROM chat_members
WHERE room_id = ?1 AND user_id = ?2 AND left_at IS NULL";

const SEAT_MEMBER: &str = "
INSERT INTO chat_members (room_id, user_id, role, joined_at, joined_seq, read_seq)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (room_id, user_id) DO UPDATE SET
    role = excluded.role,
    joined_at = excluded.joined_at,
    joined_seq = excluded.joined_seq,
    read_seq = excluded.read_seq,
    left_at = NULL,
    left_seq = NULL
WHERE chat_members.left_at IS NOT NULL";

const UNSEAT_MEMBER: &str = "
UPDATE chat_members SET left_at = ?3, left_seq = ?4 WHERE room_id = ?1 AND user_id = ?2 AND left_at IS NULL";

const COUNT_MEMBER: &str = "
UPDATE chat_rooms SET member_count = member_count + ?2, epoch = epoch + 1 WHERE room_id = ?1";

const SET_ROLE: &str = "
UPDATE chat_members SET role = ?3 WHERE room_id = ?1 AND user_id = ?2 AND left_at IS NULL";

const SET_OWNER: &str = "UPDATE chat_rooms SET owner = ?2 WHERE room_id = ?1";

const CHANGE_ROOM: &str = "UPDATE chat_rooms SET name = ?2, capacity = ?3 WHERE room_id = ?1";
const SET_ROOM_PASSWORD: &str = "UPDATE chat_rooms SET password_hash = ?2 WHERE room_id = ?1";

const CLOSE_ROOM: &str = "
UPDATE chat_rooms SET closed_at = ?2, epoch = epoch + 1 WHERE room_id = ?1 AND closed_at IS NULL";

#[async_trait]
impl RoomTx for SqliteTx {
    async fn lock_room(&mut self, id: RoomId) -> Result<Option<LockedRoom>, StoreError> {
        room_of(&mut self.db(), id).await
    }

    async fn room_made_as(&mut self, owner: &UserId, client_id: &ClientId) -> Result<Option<RoomId>, StoreError> {
        let query = self.query(ROOM_MADE_AS).bind(owner.as_str()).bind(client_id.as_str());
        let Some(row) = self.row(query).await? else { return Ok(None) };
        Columns::new(&row, "rooms", &["room_id"]).bytes("room_id").map(|id| Some(RoomId::from_bytes(id)))
    }

    async fn insert_room(&mut self, room: &NewRoom) -> Result<(), StoreError> {
        let statement = self
            .query(INSERT_ROOM)
            .bind(room.id.as_bytes().as_slice())
            .bind(room.name.as_str())
            .bind(room.owner.as_str())
            .bind(room.password.expose())
            .bind(room.capacity.get())
            .bind(room.created_at.as_millis())
            .bind(room.client_id.as_ref().map(ClientId::as_str));
        self.write_or(statement, index_taken(Unique::RoomClientId)).await?;
        Ok(())
    }

    async fn rooms_with(&mut self, user: &UserId) -> Result<Vec<RoomId>, StoreError> {
        let query = self.query(ROOMS_WITH).bind(user.as_str());
        let rows = self.db().rows(query).await.map_err(from_driver)?;
        let id = |row| Columns::new(row, "members", &["room_id"]).bytes("room_id").map(RoomId::from_bytes);
        rows.iter().map(id).collect()
    }

    async fn members_in(&mut self, id: RoomId) -> Result<Vec<Member>, StoreError> {
        let query = self.query(MEMBERS_IN).bind(id.as_bytes().as_slice());
        self.db().rows(query).await.map_err(from_driver)?.iter().map(member).collect()
    }

    async fn member_in(&mut self, id: RoomId, user: &UserId) -> Result<Option<Member>, StoreError> {
        let query = self.query(MEMBER_IN).bind(id.as_bytes().as_slice()).bind(user.as_str());
        self.row(query).await?.as_ref().map(member).transpose()
    }

    async fn view_in(&mut self, id: RoomId, user: &UserId) -> Result<Option<RoomView>, StoreError> {
        let query = self.query(ROOM_VIEW).bind(id.as_bytes().as_slice()).bind(user.as_str());
        self.row(query).await?.as_ref().map(room_view).transpose()
    }

    async fn seat_member(&mut self, id: RoomId, member: &Member) -> Result<(), StoreError> {
        let seat = self
            .query(SEAT_MEMBER)
            .bind(id.as_bytes().as_slice())
            .bind(member.user.as_str())
            .bind(member.role.as_str())
            .bind(member.joined_at.as_millis())
            .bind(integer(member.joined_seq.get()))
            .bind(integer(member.read_seq.get()));
        changed(self.write(seat).await?, 1, "members", &member.user)?;
        self.count_member(id, 1).await
    }

    async fn unseat_member(&mut self, user: &UserId, by: &Event) -> Result<(), StoreError> {
        let unseat = self
            .query(UNSEAT_MEMBER)
            .bind(by.room.as_bytes().as_slice())
            .bind(user.as_str())
            .bind(by.at.as_millis())
            .bind(integer(by.seq.get()));
        changed(self.write(unseat).await?, 1, "members", user)?;
        self.count_member(by.room, -1).await
    }

    async fn set_role(&mut self, id: RoomId, user: &UserId, role: Role) -> Result<(), StoreError> {
        let set = self.query(SET_ROLE).bind(id.as_bytes().as_slice()).bind(user.as_str()).bind(role.as_str());
        changed(self.write(set).await?, 1, "members", user)?;
        if role == Role::Owner {
            let own = self.query(SET_OWNER).bind(id.as_bytes().as_slice()).bind(user.as_str());
            changed(self.write(own).await?, 1, "rooms", id)?;
        }
        Ok(())
    }

    async fn change_room(&mut self, id: RoomId, name: &Name, capacity: Capacity) -> Result<(), StoreError> {
        let change = self.query(CHANGE_ROOM).bind(id.as_bytes().as_slice()).bind(name.as_str()).bind(capacity.get());
        changed(self.write(change).await?, 1, "rooms", id)
    }

    async fn set_room_password(&mut self, id: RoomId, password: &PasswordHash) -> Result<(), StoreError> {
        let set = self.query(SET_ROOM_PASSWORD).bind(id.as_bytes().as_slice()).bind(password.expose());
        changed(self.write(set).await?, 1, "rooms", id)
    }

    async fn close_room(&mut self, id: RoomId, at: Timestamp) -> Result<(), StoreError> {
        let close = self.query(CLOSE_ROOM).bind(id.as_bytes().as_slice()).bind(at.as_millis());
        changed(self.write(close).await?, 1, "rooms", id)
    }
}

impl SqliteTx {
    async fn count_member(&mut self, id: RoomId, change: i64) -> Result<(), StoreError> {
        let count = self.query(COUNT_MEMBER).bind(id.as_bytes().as_slice()).bind(change);
        changed(self.write(count).await?, 1, "rooms", id)
    }
}

async fn room_of(db: &mut Db<'_>, id: RoomId) -> Result<Option<LockedRoom>, StoreError> {
    let query = db.query(ROOM).bind(id.as_bytes().as_slice());
    db.row(query).await.map_err(from_driver)?.as_ref().map(locked_room).transpose()
}

/// Ids as a JSON array of hexadecimal digits, which a statement of any width takes apart.
fn list(ids: &[RoomId]) -> String {
    let ids: Vec<String> = ids.iter().map(|id| format!("\"{}\"", hexadecimal(id.as_bytes()))).collect();
    format!("[{}]", ids.join(","))
}
