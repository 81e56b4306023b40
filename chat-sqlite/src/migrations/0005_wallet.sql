-- Charges of a wallet that the application has in the place of the chat's ledger. due_at is when somebody is to see to one;
-- of those that are over it is absent.
CREATE TABLE chat_charges (
    charge_id BLOB    NOT NULL PRIMARY KEY CHECK (length(charge_id) = 16),
    user_id   TEXT    NOT NULL REFERENCES chat_users (user_id),
    room_id   BLOB    NOT NULL REFERENCES chat_rooms (room_id),
    coins     INTEGER NOT NULL CHECK (coins > 0),
    state     TEXT    NOT NULL CHECK (state IN ('reserving', 'capturing', 'captured', 'releasing', 'released')),
    due_at    INTEGER CHECK ((due_at IS NULL) = (state IN ('captured', 'released'))),
    attempts  INTEGER NOT NULL CHECK (attempts >= 0),
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX chat_charges_due ON chat_charges (due_at, charge_id) WHERE due_at IS NOT NULL;
