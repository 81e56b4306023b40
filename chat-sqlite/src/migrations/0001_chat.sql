-- Ids of 16 bytes are UUIDs, user ids are text compared byte for byte, times are milliseconds since 1970 in UTC.
-- What must never be is a check here, so that no way of writing, ours included, can store it.

CREATE TABLE chat_settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A row for each transaction that has written, for an hour: who lost the answer to a commit asks here.
CREATE TABLE chat_attempts (
    attempt_id BLOB    NOT NULL PRIMARY KEY CHECK (length(attempt_id) = 16),
    at         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE chat_users (
    user_id       TEXT    NOT NULL PRIMARY KEY,
    folded        TEXT    NOT NULL UNIQUE CHECK (folded = lower(user_id)),
    name          TEXT    NOT NULL,
    phone         TEXT,
    password_hash TEXT,
    prime         INTEGER NOT NULL DEFAULT 0 CHECK (prime IN (0, 1)),
    coins         INTEGER NOT NULL DEFAULT 0 CHECK (coins BETWEEN 0 AND 9007199254740991),
    standing      TEXT    NOT NULL DEFAULT 'active' CHECK (standing IN ('active', 'suspended', 'erased')),
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE chat_sessions (
    session_id BLOB    NOT NULL PRIMARY KEY CHECK (length(session_id) = 16),
    user_id    TEXT    NOT NULL REFERENCES chat_users (user_id),
    device     TEXT    NOT NULL,
    generation INTEGER NOT NULL CHECK (generation >= 0),
    created_at INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX chat_sessions_live ON chat_sessions (user_id) WHERE revoked_at IS NULL;

-- last_event_at is the time of the event that last_seq counts; epoch grows with every join, leave and close.
CREATE TABLE chat_rooms (
    room_id       BLOB    NOT NULL PRIMARY KEY CHECK (length(room_id) = 16),
    name          TEXT    NOT NULL,
    owner         TEXT    NOT NULL REFERENCES chat_users (user_id),
    password_hash TEXT    NOT NULL,
    capacity      INTEGER NOT NULL CHECK (capacity BETWEEN 2 AND 6),
    member_count  INTEGER NOT NULL DEFAULT 0 CHECK (member_count BETWEEN 0 AND capacity),
    last_seq      INTEGER NOT NULL DEFAULT 0 CHECK (last_seq >= 0),
    last_event_at INTEGER NOT NULL,
    epoch         INTEGER NOT NULL DEFAULT 0,
    created_at    INTEGER NOT NULL,
    closed_at     INTEGER,
    made_by       TEXT    NOT NULL REFERENCES chat_users (user_id),
    client_id     TEXT
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX chat_rooms_by_client_id ON chat_rooms (made_by, client_id) WHERE client_id IS NOT NULL;

-- Who left keeps the row, with left_at: they may come back, be banned, and have shared the room with others.
CREATE TABLE chat_members (
    room_id    BLOB    NOT NULL REFERENCES chat_rooms (room_id),
    user_id    TEXT    NOT NULL REFERENCES chat_users (user_id),
    role       TEXT    NOT NULL CHECK (role IN ('member', 'moderator', 'owner')),
    joined_at  INTEGER NOT NULL,
    joined_seq INTEGER NOT NULL CHECK (joined_seq >= 1),
    read_seq   INTEGER NOT NULL CHECK (read_seq >= 0),
    left_at    INTEGER,
    banned_at  INTEGER CHECK (banned_at IS NULL OR left_at IS NOT NULL),
    PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX chat_members_by_user ON chat_members (user_id, left_at);

CREATE TABLE chat_admissions (
    user_id TEXT    NOT NULL REFERENCES chat_users (user_id),
    room_id BLOB    NOT NULL REFERENCES chat_rooms (room_id),
    kind    TEXT    NOT NULL CHECK (kind IN ('free', 'paid', 'prime', 'owner')),
    coins   INTEGER NOT NULL CHECK (coins BETWEEN 0 AND 9007199254740991 AND (coins = 0 OR kind = 'paid')),
    at      INTEGER NOT NULL,
    PRIMARY KEY (user_id, room_id)
) STRICT, WITHOUT ROWID;

-- R-ADM-06: one free admission in a life.
CREATE UNIQUE INDEX chat_admissions_free ON chat_admissions (user_id) WHERE kind = 'free';

CREATE TABLE chat_invites (
    invite_id  BLOB    NOT NULL PRIMARY KEY CHECK (length(invite_id) = 16),
    room_id    BLOB    NOT NULL REFERENCES chat_rooms (room_id),
    maker      TEXT    NOT NULL REFERENCES chat_users (user_id),
    invitee    TEXT    NOT NULL REFERENCES chat_users (user_id),
    token_hash BLOB    NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX chat_invites_by_room ON chat_invites (room_id, created_at);

CREATE TABLE chat_coin_entries (
    user_id       TEXT    NOT NULL REFERENCES chat_users (user_id),
    number        INTEGER NOT NULL CHECK (number >= 1),
    amount        INTEGER NOT NULL CHECK (amount BETWEEN -9007199254740991 AND 9007199254740991),
    kind          TEXT    NOT NULL CHECK (kind IN ('opening', 'room_admission', 'grant', 'debit')),
    reason        TEXT,
    balance_after INTEGER NOT NULL CHECK (balance_after BETWEEN 0 AND 9007199254740991),
    room_id       BLOB    REFERENCES chat_rooms (room_id),
    key           TEXT,
    at            INTEGER NOT NULL,
    PRIMARY KEY (user_id, number)
) STRICT, WITHOUT ROWID;

-- R-COIN-03: an operator's key counts once for a user.
CREATE UNIQUE INDEX chat_coin_entries_by_key ON chat_coin_entries (user_id, key) WHERE key IS NOT NULL;

-- The rooms' logs. One shape for every kind of event, those to come included: target is the number of the message
-- that is answered, changed or reacted to, subject the user whom it concerns, detail what else the kind needs to say.
-- No foreign keys: an event is written under its room's lock by somebody whose membership was read there.
CREATE TABLE chat_events (
    room_id    BLOB    NOT NULL,
    seq        INTEGER NOT NULL CHECK (seq >= 1),
    kind       TEXT    NOT NULL,
    sender     TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    client_id  TEXT,
    content    BLOB    CHECK (content IS NULL OR (length(content) = 16 AND client_id IS NOT NULL)),
    target     INTEGER CHECK (target IS NULL OR target BETWEEN 1 AND seq - 1),
    subject    TEXT,
    detail     TEXT,
    body       TEXT,
    edited_at  INTEGER,
    deleted_at INTEGER,
    PRIMARY KEY (room_id, seq),
    CHECK (kind <> 'message' OR (body IS NULL) = (deleted_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- R-MSG-04: a client id counts once for a room and a sender.
CREATE UNIQUE INDEX chat_events_by_client_id ON chat_events (room_id, sender, client_id) WHERE client_id IS NOT NULL;

CREATE TABLE chat_friend_requests (
    request_id BLOB    NOT NULL PRIMARY KEY CHECK (length(request_id) = 16),
    sender     TEXT    NOT NULL REFERENCES chat_users (user_id),
    receiver   TEXT    NOT NULL REFERENCES chat_users (user_id) CHECK (receiver <> sender),
    state      TEXT    NOT NULL CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
    created_at INTEGER NOT NULL,
    decided_at INTEGER,
    CHECK ((state = 'open') = (decided_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX chat_friend_requests_open ON chat_friend_requests (sender, receiver) WHERE state = 'open';
CREATE INDEX chat_friend_requests_received ON chat_friend_requests (receiver) WHERE state = 'open';
CREATE INDEX chat_friend_requests_declined ON chat_friend_requests (sender, receiver, decided_at)
    WHERE state = 'declined';

-- Two rows a friendship, one for each side.
CREATE TABLE chat_friendships (
    user_id   TEXT    NOT NULL REFERENCES chat_users (user_id),
    friend_id TEXT    NOT NULL REFERENCES chat_users (user_id) CHECK (friend_id <> user_id),
    since     INTEGER NOT NULL,
    PRIMARY KEY (user_id, friend_id)
) STRICT, WITHOUT ROWID;
