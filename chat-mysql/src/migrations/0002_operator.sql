-- What else there is to say of users who are suspended or erased.
CREATE TABLE IF NOT EXISTS chat_standings (
    user_id   VARCHAR(64)  NOT NULL PRIMARY KEY,
    reason    VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    erased_at BIGINT,
    FOREIGN KEY (user_id) REFERENCES chat_users (user_id),
    CHECK (reason IS NULL OR erased_at IS NULL)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- What operators did. Ids are ordered by time. No foreign keys: an entry outlives whatever it is about.
CREATE TABLE IF NOT EXISTS chat_audit (
    audit_id BINARY(16)   NOT NULL PRIMARY KEY,
    operator VARCHAR(64)  NOT NULL,
    act      VARCHAR(32)  NOT NULL,
    user_id  VARCHAR(64),
    room_id  BINARY(16),
    detail   VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
    at       BIGINT       NOT NULL,
    CHECK (user_id IS NOT NULL OR room_id IS NOT NULL)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
