-- Rows of a store at version 5, in every table that came with it.
INSERT INTO chat_charges (charge_id, user_id, room_id, coins, state, due_at, attempts, at) VALUES
    (x'00000000000000000000000000000041', 'erin', x'00000000000000000000000000000009', 150, 'capturing', 7, 2, 5),
    (x'00000000000000000000000000000042', 'erin', x'00000000000000000000000000000009', 150, 'captured', NULL, 1, 6);
