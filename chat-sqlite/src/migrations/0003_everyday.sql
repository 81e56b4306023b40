-- mentions are ids, reactions lines of an emoji and the ids of who reacts with it, both set apart by spaces.
ALTER TABLE chat_events ADD COLUMN mentions TEXT;
ALTER TABLE chat_events ADD COLUMN reactions TEXT CHECK (reactions IS NULL OR (kind = 'message' AND deleted_at IS NULL));

-- The number of the event that ended the seat, of those that ended since this migration.
ALTER TABLE chat_members ADD COLUMN left_seq INTEGER;

-- Which events are edits of a message, so that a deletion finds the bodies of all of them.
CREATE TABLE chat_edits (
    room_id BLOB    NOT NULL,
    target  INTEGER NOT NULL CHECK (target >= 1),
    seq     INTEGER NOT NULL CHECK (seq > target),
    PRIMARY KEY (room_id, target, seq)
) STRICT, WITHOUT ROWID;

-- Who is banned, also those who never were members. chat_members.banned_at is not used any more.
CREATE TABLE chat_bans (
    room_id   BLOB    NOT NULL REFERENCES chat_rooms (room_id),
    user_id   TEXT    NOT NULL REFERENCES chat_users (user_id),
    banned_by TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE chat_blocks (
    user_id    TEXT    NOT NULL REFERENCES chat_users (user_id),
    blocked_id TEXT    NOT NULL REFERENCES chat_users (user_id) CHECK (blocked_id <> user_id),
    at         INTEGER NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX chat_blocks_by_blocked ON chat_blocks (blocked_id);
