-- What consumers are still to be told, in the order in which a lane goes out. Never what was said.
CREATE TABLE IF NOT EXISTS chat_outbox (
    consumer VARCHAR(64) NOT NULL,
    lane     VARCHAR(80) NOT NULL,
    position BIGINT      NOT NULL,
    entry_id BINARY(16)  NOT NULL,
    kind     VARCHAR(32) NOT NULL,
    room_id  BINARY(16),
    user_id  VARCHAR(64),
    other_id VARCHAR(64),
    number   BIGINT,
    at       BIGINT      NOT NULL,
    attempts BIGINT      NOT NULL,
    PRIMARY KEY (consumer, lane, position, entry_id),
    CHECK (position >= 0),
    CHECK (attempts >= 0),
    CHECK ((kind = 'logged') = (room_id IS NOT NULL)),
    CHECK ((kind = 'logged') = (user_id IS NULL))
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- The lanes that have entries: when each is due, or, where it is claimed, when that lapses.
CREATE TABLE IF NOT EXISTS chat_outbox_lanes (
    consumer VARCHAR(64) NOT NULL,
    lane     VARCHAR(80) NOT NULL,
    due_at   BIGINT      NOT NULL,
    claim    BINARY(16),
    PRIMARY KEY (consumer, lane),
    KEY chat_outbox_lanes_by_due (consumer, due_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;

-- Entries that were given up.
CREATE TABLE IF NOT EXISTS chat_dead_letters (
    entry_id BINARY(16)   NOT NULL PRIMARY KEY,
    consumer VARCHAR(64)  NOT NULL,
    kind     VARCHAR(32)  NOT NULL,
    room_id  BINARY(16),
    user_id  VARCHAR(64),
    other_id VARCHAR(64),
    number   BIGINT,
    at       BIGINT       NOT NULL,
    attempts BIGINT       NOT NULL,
    error    VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    died_at  BIGINT       NOT NULL,
    CHECK ((kind = 'logged') = (room_id IS NOT NULL)),
    CHECK ((kind = 'logged') = (user_id IS NULL))
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
