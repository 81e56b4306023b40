-- Charges of a wallet that the application has in the place of the chat's ledger. due_at is when somebody is to see to one;
-- of those that are over it is absent.
CREATE TABLE IF NOT EXISTS chat_charges (
    charge_id BINARY(16)  NOT NULL,
    user_id   VARCHAR(64) NOT NULL,
    room_id   BINARY(16)  NOT NULL,
    coins     BIGINT      NOT NULL,
    state     VARCHAR(16) NOT NULL,
    due_at    BIGINT,
    attempts  BIGINT      NOT NULL,
    at        BIGINT      NOT NULL,
    PRIMARY KEY (charge_id),
    KEY chat_charges_due (due_at, charge_id),
    FOREIGN KEY (user_id) REFERENCES chat_users (user_id),
    FOREIGN KEY (room_id) REFERENCES chat_rooms (room_id),
    CHECK (coins > 0),
    CHECK (state IN ('reserving', 'capturing', 'captured', 'releasing', 'released')),
    CHECK ((due_at IS NULL) = (state IN ('captured', 'released'))),
    CHECK (attempts >= 0)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin;
