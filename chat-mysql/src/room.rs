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
use chat_sql::{event, last_seq, locked_room, member, membership, named_member, room_view, row::Columns};

use crate::{
    MySqlStore,
    error::taken,
    literal::{Value, push_in, statement},
    snapshot::Mark,
    tx::MySqlTx,
};

const ROOM: &str = "
SELECT room_id, name, owner, password_hash, capacity, member_count, last_seq, created_at, closed_at
FROM chat_rooms
WHERE room_id = ?";

const MEMBERSHIP: &str = "
SELECT m.room_id, m.role, r.last_seq
FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
WHERE m.room_id = ? AND m.user_id = ? AND m.left_at IS NULL";

const ROOM_VIEW: &str = "
SELECT r.room_id, r.name, r.owner, r.capacity, r.member_count, r.last_seq, r.created_at, r.closed_at,
    m.role, m.read_seq,
    (SELECT COUNT(*) FROM chat_events e FORCE INDEX (PRIMARY)
     WHERE e.room_id = m.room_id AND e.seq > m.read_seq
         AND e.kind = 'message' AND e.sender <> m.user_id AND e.deleted_at IS NULL) AS unread
FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
WHERE m.room_id = ? AND m.user_id = ? AND m.left_at IS NULL";

const ROOMS_OF: &str = "
SELECT r.room_id, r.name, r.owner, r.capacity, r.member_count, r.last_seq, r.created_at, r.closed_at,
    m.role, m.read_seq,
    (SELECT COUNT(*) FROM chat_events e FORCE INDEX (PRIMARY)
     WHERE e.room_id = m.room_id AND e.seq > m.read_seq
         AND e.kind = 'message' AND e.sender <> m.user_id AND e.deleted_at IS NULL) AS unread
FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
WHERE m.user_id = ? AND m.left_at IS NULL
ORDER BY r.last_event_at DESC, r.room_id DESC";

const MEMBERS: &str = "
SELECT m.room_id, m.user_id, m.role, m.joined_at, m.joined_seq, m.read_seq, u.name, r.last_seq
FROM chat_members m JOIN chat_users u ON u.user_id = m.user_id JOIN chat_rooms r ON r.room_id = m.room_id
WHERE m.room_id = ? AND m.left_at IS NULL
ORDER BY CASE m.role WHEN 'owner' THEN 0 WHEN 'moderator' THEN 1 ELSE 2 END, m.joined_seq";

/// What each change of a room or of its members moves.
pub(crate) const ROOM_MARK: &str = "SELECT last_seq FROM chat_rooms WHERE room_id = ?";

/// What a change of one of a user's rooms moves.
const ROOMS_MARK: &str = "
SELECT m.room_id, m.read_seq, r.last_seq
FROM chat_members m JOIN chat_rooms r ON r.room_id = m.room_id
WHERE m.user_id = ? AND m.left_at IS NULL
ORDER BY m.room_id";

/// Followed by the list of ids, in which the rooms stand.
const DEPARTURES: &str = "
SELECT e.room_id, e.seq, e.kind, e.sender, e.at, CONVERT(e.client_id USING ascii) AS client_id, e.content, e.target,
    e.subject, e.detail, e.body, e.mentions, e.reactions, e.edited_at, e.deleted_at
FROM chat_members m JOIN chat_events e FORCE INDEX (PRIMARY) ON e.room_id = m.room_id AND e.seq = m.left_seq
WHERE m.user_id = ? AND ";

/// Followed by the list of ids, in which they stand.
const LAST_SEQS: &str = "SELECT room_id, last_seq FROM chat_rooms WHERE ";

#[async_trait]
impl RoomStore for MySqlStore {
    async fn room(&self, id: RoomId) -> Result<Option<LockedRoom>, StoreError> {
        self.row(ROOM, &[(&id).into()]).await?.as_ref().map(locked_room).transpose()
    }

    async fn membership(&self, id: RoomId, user: &UserId) -> Result<Option<Membership>, StoreError> {
        self.snapshot_row(MEMBERSHIP, &[(&id).into(), user.into()], Mark::Itself)
            .await?
            .as_ref()
            .map(membership)
            .transpose()
    }

    async fn room_view(&self, id: RoomId, user: &UserId) -> Result<Option<RoomView>, StoreError> {
        let (room, user) = (Value::from(&id), user.into());
        let row = self.snapshot_row(ROOM_VIEW, &[room, user], Mark::By(ROOM_MARK, &[room])).await?;
        row.as_ref().map(room_view).transpose()
    }

    async fn rooms_of(&self, user: &UserId) -> Result<Vec<RoomView>, StoreError> {
        let user = [user.into()];
        self.snapshot(ROOMS_OF, &user, Mark::By(ROOMS_MARK, &user)).await?.iter().map(room_view).collect()
    }

    async fn members(&self, id: RoomId) -> Result<Vec<NamedMember>, StoreError> {
        self.snapshot(MEMBERS, &[(&id).into()], Mark::Itself).await?.iter().map(named_member).collect()
    }

    async fn departures(&self, ids: &[RoomId], user: &UserId) -> Result<Vec<Event>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = statement(&self.shared().tables, DEPARTURES, &[user.into()]);
        push_in(&mut sql, "m.room_id", ids.iter().map(Value::from));
        self.rows_of(&sql).await?.iter().map(event).collect()
    }

    async fn last_seqs(&self, ids: &[RoomId]) -> Result<Vec<(RoomId, Seq)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = self.shared().tables.sql(LAST_SEQS).as_str().to_owned();
        push_in(&mut sql, "room_id", ids.iter().map(Value::from));
        self.rows_of(&sql).await?.iter().map(last_seq).collect()
    }
}

const LOCK_ROOM: &str = "
SELECT room_id, name, owner, password_hash, capacity, member_count, last_seq, created_at, closed_at
FROM chat_rooms
WHERE room_id = ?
FOR UPDATE";

const ROOM_MADE_AS: &str = "SELECT room_id FROM chat_rooms WHERE made_by = ? AND client_id = ?";

const INSERT_ROOM: &str = "
INSERT INTO chat_rooms
    (room_id, name, owner, password_hash, capacity, last_event_at, created_at, made_by, client_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

const ROOMS_WITH: &str = "
SELECT room_id FROM chat_members WHERE user_id = ? AND left_at IS NULL ORDER BY room_id";

const MEMBERS_IN: &str = "
SELECT room_id, user_id, role, joined_at, joined_seq, read_seq
FROM chat_members
WHERE room_id = ? AND left_at IS NULL";

const MEMBER_IN: &str = "
SELECT room_id, user_id, role, joined_at, joined_seq, read_seq
FROM chat_members
WHERE room_id = ? AND user_id = ? AND left_at IS NULL";

/// Who comes back gets their row back. One who has not left would get a number that a check refuses.
const SEAT_MEMBER: &str = "
INSERT INTO chat_members (room_id, user_id, role, joined_at, joined_seq, read_seq)
VALUES (?, ?, ?, ?, ?, ?)
ON DUPLICATE KEY UPDATE
    joined_seq = CASE WHEN left_at IS NULL THEN 0 ELSE ? END,
    role = ?,
    joined_at = ?,
    read_seq = ?,
    left_seq = NULL,
    left_at = NULL";

const UNSEAT_MEMBER: &str = "
UPDATE chat_members SET left_at = ?, left_seq = ? WHERE room_id = ? AND user_id = ? AND left_at IS NULL";

const COUNT_MEMBER: &str = "
UPDATE chat_rooms SET member_count = member_count + ?, epoch = epoch + 1 WHERE room_id = ?";

const SET_ROLE: &str = "
UPDATE chat_members SET role = ? WHERE room_id = ? AND user_id = ? AND left_at IS NULL";

const SET_OWNER: &str = "UPDATE chat_rooms SET owner = ? WHERE room_id = ?";

const CHANGE_ROOM: &str = "UPDATE chat_rooms SET name = ?, capacity = ? WHERE room_id = ?";
const SET_ROOM_PASSWORD: &str = "UPDATE chat_rooms SET password_hash = ? WHERE room_id = ?";

const CLOSE_ROOM: &str = "
UPDATE chat_rooms SET closed_at = ?, epoch = epoch + 1 WHERE room_id = ? AND closed_at IS NULL";

#[async_trait]
impl RoomTx for MySqlTx {
    async fn lock_room(&mut self, id: RoomId) -> Result<Option<LockedRoom>, StoreError> {
        self.row(LOCK_ROOM, &[(&id).into()]).await?.as_ref().map(locked_room).transpose()
    }

    async fn room_made_as(&mut self, owner: &UserId, client_id: &ClientId) -> Result<Option<RoomId>, StoreError> {
        let Some(row) = self.row(ROOM_MADE_AS, &[owner.into(), client_id.into()]).await? else { return Ok(None) };
        Columns::new(&row, "rooms", &["room_id"]).bytes("room_id").map(|id| Some(RoomId::from_bytes(id)))
    }

    async fn insert_room(&mut self, room: &NewRoom) -> Result<(), StoreError> {
        let values = [
            (&room.id).into(),
            (&room.name).into(),
            (&room.owner).into(),
            Value::Ascii(room.password.expose()),
            i64::from(room.capacity.get()).into(),
            room.created_at.into(),
            room.created_at.into(),
            (&room.owner).into(),
            room.client_id.as_ref().into(),
        ];
        self.write_now(INSERT_ROOM, &values, taken(Unique::RoomClientId)).await?;
        Ok(())
    }

    async fn rooms_with(&mut self, user: &UserId) -> Result<Vec<RoomId>, StoreError> {
        let rows = self.rows(ROOMS_WITH, &[user.into()]).await?;
        let id = |row| Columns::new(row, "members", &["room_id"]).bytes("room_id").map(RoomId::from_bytes);
        rows.iter().map(id).collect()
    }

    async fn members_in(&mut self, id: RoomId) -> Result<Vec<Member>, StoreError> {
        self.rows(MEMBERS_IN, &[(&id).into()]).await?.iter().map(member).collect()
    }

    async fn member_in(&mut self, id: RoomId, user: &UserId) -> Result<Option<Member>, StoreError> {
        self.row(MEMBER_IN, &[(&id).into(), user.into()]).await?.as_ref().map(member).transpose()
    }

    async fn view_in(&mut self, id: RoomId, user: &UserId) -> Result<Option<RoomView>, StoreError> {
        self.row(ROOM_VIEW, &[(&id).into(), user.into()]).await?.as_ref().map(room_view).transpose()
    }

    async fn seat_member(&mut self, id: RoomId, member: &Member) -> Result<(), StoreError> {
        let room = Value::from(&id);
        let role = Value::Ascii(member.role.as_str());
        let (at, seq, read) = (member.joined_at.into(), member.joined_seq.into(), member.read_seq.into());
        self.write(SEAT_MEMBER, &[room, (&member.user).into(), role, at, seq, read, seq, role, at, read]);
        self.count_member(id, 1);
        Ok(())
    }

    async fn unseat_member(&mut self, user: &UserId, by: &Event) -> Result<(), StoreError> {
        self.change(UNSEAT_MEMBER, &[by.at.into(), by.seq.into(), (&by.room).into(), user.into()], "members", user);
        self.count_member(by.room, -1);
        Ok(())
    }

    async fn set_role(&mut self, id: RoomId, user: &UserId, role: Role) -> Result<(), StoreError> {
        self.change(SET_ROLE, &[Value::Ascii(role.as_str()), (&id).into(), user.into()], "members", user);
        if role == Role::Owner {
            self.change(SET_OWNER, &[user.into(), (&id).into()], "rooms", id);
        }
        Ok(())
    }

    async fn change_room(&mut self, id: RoomId, name: &Name, capacity: Capacity) -> Result<(), StoreError> {
        self.change(CHANGE_ROOM, &[name.into(), i64::from(capacity.get()).into(), (&id).into()], "rooms", id);
        Ok(())
    }

    async fn set_room_password(&mut self, id: RoomId, password: &PasswordHash) -> Result<(), StoreError> {
        self.change(SET_ROOM_PASSWORD, &[Value::Ascii(password.expose()), (&id).into()], "rooms", id);
        Ok(())
    }

    async fn close_room(&mut self, id: RoomId, at: Timestamp) -> Result<(), StoreError> {
        self.change(CLOSE_ROOM, &[at.into(), (&id).into()], "rooms", id);
        Ok(())
    }
}

impl MySqlTx {
    fn count_member(&mut self, id: RoomId, change: i64) {
        self.change(COUNT_MEMBER, &[change.into(), (&id).into()], "rooms", id);
    }
}
