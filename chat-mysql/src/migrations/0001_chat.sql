-- Ids of 16 bytes are UUIDs. User ids, device ids and names of kinds are ASCII text compared byte for byte; what a client
-- chooses freely as a key is bytes, since MySQL compares text without its trailing spaces. Times are milliseconds since
-- 1970 in UTC. What must never be is a check here, so that no way of writing, ours included, can store it.
-- Foreign keys stand only where the writer holds the lock of the parent row anyway: their check locks that row. No index
-- begins with the column of a foreign key and goes on with one that may be NULL: MySQL 9.7.4 then checks nothing.
-- Every statement may be run again: a migration that was cut off begins anew.

CREATE TABLE IF NOT EXISTS chat_settings (
    name  VARCHAR(64)   NOT NULL PRIMARY KEY,
    value VARCHAR(1024) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- A row for each transaction that has written, for an hour: who lost the answer to a commit asks here. Who asks for an
-- attempt that has no row writes it as void, so that the attempt, should it still be on its way, cannot commit any more.
CREATE TABLE IF NOT EXISTS chat_attempts (
    attempt_id BINARY(16) NOT NULL PRIMARY KEY,
    at         BIGINT     NOT NULL,
    void       TINYINT    NOT NULL DEFAULT 0,
    KEY chat_attempts_by_time (at),
    CHECK (void IN (0, 1))
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- entries counts the user's ledger entries.
CREATE TABLE IF NOT EXISTS chat_users (
    user_id       VARCHAR(64)  NOT NULL PRIMARY KEY,
    folded        VARCHAR(64)  NOT NULL,
    name          VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    phone         VARCHAR(16),
    password_hash VARCHAR(255),
    prime         TINYINT      NOT NULL DEFAULT 0,
    coins         BIGINT       NOT NULL DEFAULT 0,
    entries       BIGINT       NOT NULL DEFAULT 0,
    standing      VARCHAR(16)  NOT NULL DEFAULT 'active',
    created_at    BIGINT       NOT NULL,
    UNIQUE KEY chat_users_folded (folded),
    CHECK (folded = LOWER(user_id)),
    CHECK (prime IN (0, 1)),
    CHECK (coins BETWEEN 0 AND 9007199254740991),
    CHECK (entries >= 0),
    CHECK (standing IN ('active', 'suspended', 'erased'))
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS chat_sessions (
    session_id BINARY(16)   NOT NULL PRIMARY KEY,
    user_id    VARCHAR(64)  NOT NULL,
    device     VARCHAR(128) NOT NULL,
    generation BIGINT       NOT NULL,
    created_at BIGINT       NOT NULL,
    rotated_at BIGINT       NOT NULL,
    revoked_at BIGINT,
    KEY chat_sessions_by_user (user_id),
    FOREIGN KEY (user_id) REFERENCES chat_users (user_id),
    CHECK (generation >= 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- last_event_at is the time of the event that last_seq counts; epoch grows with every join, leave and close.
-- made_by is locked by who makes the room; owner passes to somebody who is not, and so has no foreign key.
CREATE TABLE IF NOT EXISTS chat_rooms (
    room_id       BINARY(16)    NOT NULL PRIMARY KEY,
    name          VARCHAR(64)   CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    owner         VARCHAR(64)   NOT NULL,
    password_hash VARCHAR(255)  NOT NULL,
    capacity      TINYINT       NOT NULL,
    member_count  TINYINT       NOT NULL DEFAULT 0,
    last_seq      BIGINT        NOT NULL DEFAULT 0,
    last_event_at BIGINT        NOT NULL,
    epoch         BIGINT        NOT NULL DEFAULT 0,
    created_at    BIGINT        NOT NULL,
    closed_at     BIGINT,
    made_by       VARCHAR(64)   NOT NULL,
    client_id     VARBINARY(64),
    UNIQUE KEY chat_rooms_by_client_id (client_id, made_by),
    FOREIGN KEY (made_by) REFERENCES chat_users (user_id),
    CHECK (capacity BETWEEN 2 AND 6),
    CHECK (member_count BETWEEN 0 AND capacity),
    CHECK (last_seq >= 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- Who left keeps the row, with left_at: they may come back, be banned, and have shared the room with others.
CREATE TABLE IF NOT EXISTS chat_members (
    room_id    BINARY(16)  NOT NULL,
    user_id    VARCHAR(64) NOT NULL,
    role       VARCHAR(16) NOT NULL,
    joined_at  BIGINT      NOT NULL,
    joined_seq BIGINT      NOT NULL,
    read_seq   BIGINT      NOT NULL,
    left_at    BIGINT,
    banned_at  BIGINT,
    PRIMARY KEY (room_id, user_id),
    KEY chat_members_by_user (user_id),
    FOREIGN KEY (room_id) REFERENCES chat_rooms (room_id),
    FOREIGN KEY (user_id) REFERENCES chat_users (user_id),
    CHECK (role IN ('member', 'moderator', 'owner')),
    CHECK (joined_seq >= 1),
    CHECK (read_seq >= 0),
    CHECK (banned_at IS NULL OR left_at IS NOT NULL)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- free_of holds R-ADM-06: one free admission in a life.
CREATE TABLE IF NOT EXISTS chat_admissions (
    user_id VARCHAR(64) NOT NULL,
    room_id BINARY(16)  NOT NULL,
    kind    VARCHAR(16) NOT NULL,
    coins   BIGINT      NOT NULL,
    at      BIGINT      NOT NULL,
    free_of VARCHAR(64) GENERATED ALWAYS AS (CASE WHEN kind = 'free' THEN user_id END) STORED,
    PRIMARY KEY (user_id, room_id),
    UNIQUE KEY chat_admissions_free (free_of),
    FOREIGN KEY (user_id) REFERENCES chat_users (user_id),
    FOREIGN KEY (room_id) REFERENCES chat_rooms (room_id),
    CHECK (kind IN ('free', 'paid', 'prime', 'owner')),
    CHECK (coins BETWEEN 0 AND 9007199254740991 AND (coins = 0 OR kind = 'paid'))
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- No foreign keys to users: who invites is not locked before the room by who is invited.
CREATE TABLE IF NOT EXISTS chat_invites (
    invite_id  BINARY(16)  NOT NULL PRIMARY KEY,
    room_id    BINARY(16)  NOT NULL,
    maker      VARCHAR(64) NOT NULL,
    invitee    VARCHAR(64) NOT NULL,
    token_hash BINARY(32)  NOT NULL,
    created_at BIGINT      NOT NULL,
    expires_at BIGINT      NOT NULL,
    used_at    BIGINT,
    revoked_at BIGINT,
    UNIQUE KEY chat_invites_by_token (token_hash),
    KEY chat_invites_by_room (room_id, created_at),
    FOREIGN KEY (room_id) REFERENCES chat_rooms (room_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- chat_coin_entries_by_key holds R-COIN-03: an operator's key counts once for a user. No foreign key to the room: who is
-- granted coins for one has not locked it.
CREATE TABLE IF NOT EXISTS chat_coin_entries (
    user_id       VARCHAR(64)   NOT NULL,
    number        BIGINT        NOT NULL,
    amount        BIGINT        NOT NULL,
    kind          VARCHAR(16)   NOT NULL,
    reason        VARCHAR(200)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    balance_after BIGINT        NOT NULL,
    room_id       BINARY(16),
    `key`         VARBINARY(128),
    at            BIGINT        NOT NULL,
    PRIMARY KEY (user_id, number),
    UNIQUE KEY chat_coin_entries_by_key (`key`, user_id),
    FOREIGN KEY (user_id) REFERENCES chat_users (user_id),
    CHECK (number >= 1),
    CHECK (amount BETWEEN -9007199254740991 AND 9007199254740991),
    CHECK (kind IN ('opening', 'room_admission', 'grant', 'debit')),
    CHECK (balance_after BETWEEN 0 AND 9007199254740991)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- The rooms' logs. One shape for every kind of event, those to come included: target is the number of the message
-- that is answered, changed or reacted to, subject the user whom it concerns, detail what else the kind needs to say.
-- No foreign keys: an event is written under its room's lock by somebody whose membership was read there.
-- chat_events_by_client_id holds R-MSG-04: a client id counts once for a room and a sender.
CREATE TABLE IF NOT EXISTS chat_events (
    room_id    BINARY(16)    NOT NULL,
    seq        BIGINT        NOT NULL,
    kind       VARCHAR(32)   NOT NULL,
    sender     VARCHAR(64)   NOT NULL,
    at         BIGINT        NOT NULL,
    client_id  VARBINARY(64),
    content    BINARY(16),
    target     BIGINT,
    subject    VARCHAR(64),
    detail     VARCHAR(255)  CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    body       TEXT          CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    edited_at  BIGINT,
    deleted_at BIGINT,
    PRIMARY KEY (room_id, seq),
    UNIQUE KEY chat_events_by_client_id (room_id, sender, client_id),
    CHECK (seq >= 1),
    CHECK (content IS NULL OR client_id IS NOT NULL),
    CHECK (target IS NULL OR target BETWEEN 1 AND seq - 1),
    CHECK (kind <> 'message' OR (body IS NULL) = (deleted_at IS NOT NULL))
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- open_to is the receiver of an open request: there is one at most in each direction.
CREATE TABLE IF NOT EXISTS chat_friend_requests (
    request_id BINARY(16)  NOT NULL PRIMARY KEY,
    sender     VARCHAR(64) NOT NULL,
    receiver   VARCHAR(64) NOT NULL,
    state      VARCHAR(16) NOT NULL,
    created_at BIGINT      NOT NULL,
    decided_at BIGINT,
    open_to    VARCHAR(64) GENERATED ALWAYS AS (CASE WHEN state = 'open' THEN receiver END) STORED,
    UNIQUE KEY chat_friend_requests_open (open_to, sender),
    KEY chat_friend_requests_sent (sender, receiver, state),
    FOREIGN KEY (sender) REFERENCES chat_users (user_id),
    FOREIGN KEY (receiver) REFERENCES chat_users (user_id),
    CHECK (receiver <> sender),
    CHECK (state IN ('open', 'accepted', 'declined', 'withdrawn')),
    CHECK ((state = 'open') = (decided_at IS NULL))
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- Two rows a friendship, one for each side.
CREATE TABLE IF NOT EXISTS chat_friendships (
    user_id   VARCHAR(64) NOT NULL,
    friend_id VARCHAR(64) NOT NULL,
    since     BIGINT      NOT NULL,
    PRIMARY KEY (user_id, friend_id),
    FOREIGN KEY (user_id) REFERENCES chat_users (user_id),
    FOREIGN KEY (friend_id) REFERENCES chat_users (user_id),
    CHECK (friend_id <> user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
