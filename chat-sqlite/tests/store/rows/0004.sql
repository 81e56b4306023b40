-- Rows of a store at version 4, in every table that came with it.
INSERT INTO chat_outbox
    (consumer, lane, position, entry_id, kind, room_id, user_id, other_id, number, at, attempts)
VALUES
    ('host', 'room:00000000-0000-0000-0000-000000000009', 2, x'00000000000000000000000000000001', 'logged',
     x'00000000000000000000000000000009', NULL, NULL, 2, 5, 1),
    ('host', 'user:Alice', 0, x'00000000000000000000000000000002', 'friendship_made', NULL, 'Alice', 'bob', NULL, 6, 0);
INSERT INTO chat_outbox_lanes (consumer, lane, due_at, claim) VALUES
    ('host', 'room:00000000-0000-0000-0000-000000000009', 7, x'00000000000000000000000000000001'),
    ('host', 'user:Alice', 6, NULL);
INSERT INTO chat_dead_letters
    (entry_id, consumer, kind, room_id, user_id, other_id, number, at, attempts, error, died_at)
VALUES (x'00000000000000000000000000000003', 'host', 'user_suspended', NULL, 'carol', NULL, NULL, 3, 100, 'no answer', 9);
