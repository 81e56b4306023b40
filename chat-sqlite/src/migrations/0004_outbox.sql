-- What consumers are still to be told, in the order in which a lane goes out. Never what was said.
CREATE TABLE chat_outbox (
    consumer TEXT    NOT NULL,
    lane     TEXT    NOT NULL,
    position INTEGER NOT NULL CHECK (position >= 0),
    entry_id BLOB    NOT NULL CHECK (length(entry_id) = 16),
    kind     TEXT    NOT NULL,
    room_id  BLOB,
    user_id  TEXT,
    other_id TEXT,
    number   INTEGER,
    at       INTEGER NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    PRIMARY KEY (consumer, lane, position, entry_id),
    CHECK ((kind = 'logged') = (room_id IS NOT NULL)),
    CHECK ((kind = 'logged') = (user_id IS NULL))
) STRICT, WITHOUT ROWID;

-- The lanes that have entries: when each is due, or, where it is claimed, when that lapses.
CREATE TABLE chat_outbox_lanes (
    consumer TEXT    NOT NULL,
    lane     TEXT    NOT NULL,
    due_at   INTEGER NOT NULL,
    claim    BLOB,
    PRIMARY KEY (consumer, lane)
) STRICT, WITHOUT ROWID;

CREATE INDEX chat_outbox_lanes_by_due ON chat_outbox_lanes (consumer, due_at);

-- Entries that were given up.
CREATE TABLE chat_dead_letters (
    entry_id BLOB    NOT NULL PRIMARY KEY CHECK (length(entry_id) = 16),
    consumer TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    room_id  BLOB,
    user_id  TEXT,
    other_id TEXT,
    number   INTEGER,
    at       INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    error    TEXT    NOT NULL,
    died_at  INTEGER NOT NULL,
    CHECK ((kind = 'logged') = (room_id IS NOT NULL)),
    CHECK ((kind = 'logged') = (user_id IS NULL))
) STRICT, WITHOUT ROWID;
