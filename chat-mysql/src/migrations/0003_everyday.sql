-- mentions are ids, reactions lines of an emoji and the ids of who reacts with it, both set apart by spaces.
-- Where the migration was cut off they may be there already, and MySQL has no ADD COLUMN IF NOT EXISTS.
SET @chat_alter = (
    SELECT IF(
        COUNT(*) = 0,
        'ALTER TABLE chat_events
            ADD COLUMN mentions VARCHAR(512),
            ADD COLUMN reactions MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
        'DO 0'
    )
    FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'chat_events' AND COLUMN_NAME = 'mentions'
);
PREPARE chat_alter FROM @chat_alter;
EXECUTE chat_alter;
DEALLOCATE PREPARE chat_alter;

-- The number of the event that ended the seat, of those that ended since this migration.
SET @chat_alter = (
    SELECT IF(COUNT(*) = 0, 'ALTER TABLE chat_members ADD COLUMN left_seq BIGINT', 'DO 0')
    FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'chat_members' AND COLUMN_NAME = 'left_seq'
);
PREPARE chat_alter FROM @chat_alter;
EXECUTE chat_alter;
DEALLOCATE PREPARE chat_alter;

-- Which events are edits of a message, so that a deletion finds the bodies of all of them.
CREATE TABLE IF NOT EXISTS chat_edits (
    room_id BINARY(16) NOT NULL,
    target  BIGINT     NOT NULL,
    seq     BIGINT     NOT NULL,
    PRIMARY KEY (room_id, target, seq),
    CHECK (target >= 1),
    CHECK (seq > target)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- Who is banned, also those who never were members. chat_members.banned_at is not used any more.
CREATE TABLE IF NOT EXISTS chat_bans (
    room_id   BINARY(16)  NOT NULL,
    user_id   VARCHAR(64) NOT NULL,
    banned_by VARCHAR(64) NOT NULL,
    at        BIGINT      NOT NULL,
    PRIMARY KEY (room_id, user_id),
    FOREIGN KEY (room_id) REFERENCES chat_rooms (room_id),
    FOREIGN KEY (user_id) REFERENCES chat_users (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS chat_blocks (
    user_id    VARCHAR(64) NOT NULL,
    blocked_id VARCHAR(64) NOT NULL,
    at         BIGINT      NOT NULL,
    PRIMARY KEY (user_id, blocked_id),
    KEY chat_blocks_by_blocked (blocked_id),
    FOREIGN KEY (user_id) REFERENCES chat_users (user_id),
    FOREIGN KEY (blocked_id) REFERENCES chat_users (user_id),
    CHECK (blocked_id <> user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
