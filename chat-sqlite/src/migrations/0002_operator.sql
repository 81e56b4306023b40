-- What else there is to say of users who are suspended or erased.
CREATE TABLE chat_standings (
    user_id   TEXT    NOT NULL PRIMARY KEY REFERENCES chat_users (user_id),
    reason    TEXT,
    erased_at INTEGER,
    CHECK (reason IS NULL OR erased_at IS NULL)
) STRICT, WITHOUT ROWID;

-- What operators did. Ids are ordered by time. No foreign keys: an entry outlives whatever it is about.
CREATE TABLE chat_audit (
    audit_id BLOB    NOT NULL PRIMARY KEY CHECK (length(audit_id) = 16),
    operator TEXT    NOT NULL,
    act      TEXT    NOT NULL,
    user_id  TEXT,
    room_id  BLOB    CHECK (room_id IS NULL OR length(room_id) = 16),
    detail   TEXT,
    at       INTEGER NOT NULL,
    CHECK (user_id IS NOT NULL OR room_id IS NOT NULL)
) STRICT, WITHOUT ROWID;
