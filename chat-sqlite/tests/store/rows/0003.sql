-- Rows of a store at version 3, in every table that came with it.
INSERT INTO chat_users (user_id, folded, name, phone, password_hash, prime, coins, standing, created_at) VALUES
    ('erin', 'erin', 'Erin', NULL, NULL, 0, 0, 'active', 1);
INSERT INTO chat_rooms
    (room_id, name, owner, password_hash, capacity, member_count, last_seq, last_event_at, epoch, created_at, closed_at,
     made_by, client_id)
VALUES (x'00000000000000000000000000000009', 'Den 4', 'Alice', '$2b$room', 4, 1, 9, 9, 2, 1, NULL, 'Alice', NULL);
INSERT INTO chat_members (room_id, user_id, role, joined_at, joined_seq, read_seq, left_at) VALUES
    (x'00000000000000000000000000000009', 'Alice', 'owner', 1, 1, 1, NULL);
INSERT INTO chat_events
    (room_id, seq, kind, sender, at, target, subject, detail, body, mentions, reactions, edited_at, deleted_at)
VALUES
    (x'00000000000000000000000000000009', 1, 'joined', 'Alice', 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (x'00000000000000000000000000000009', 2, 'message', 'Alice', 2, NULL, NULL, NULL, 'hi @bob', 'bob',
     '👍 bob Alice
❤️ bob', 4, NULL),
    (x'00000000000000000000000000000009', 3, 'message', 'Alice', 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 5),
    (x'00000000000000000000000000000009', 4, 'message_edited', 'Alice', 4, 2, NULL, NULL, 'hi @bob', 'bob', NULL, NULL,
     NULL),
    (x'00000000000000000000000000000009', 5, 'message_deleted', 'Alice', 5, 3, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (x'00000000000000000000000000000009', 6, 'reaction_added', 'bob', 6, 2, NULL, '👍', NULL, NULL, NULL, NULL, NULL),
    (x'00000000000000000000000000000009', 7, 'reaction_removed', 'bob', 7, 2, NULL, '👍', NULL, NULL, NULL, NULL, NULL),
    (x'00000000000000000000000000000009', 8, 'room_changed', 'Alice', 8, NULL, NULL, '4 Den 4', NULL, NULL, NULL, NULL,
     NULL),
    (x'00000000000000000000000000000009', 9, 'removed', 'Alice', 9, NULL, 'bob', 'banned', NULL, NULL, NULL, NULL, NULL);
INSERT INTO chat_edits VALUES (x'00000000000000000000000000000009', 2, 4);
INSERT INTO chat_bans VALUES (x'00000000000000000000000000000009', 'bob', 'Alice', 9);
INSERT INTO chat_blocks VALUES ('Alice', 'bob', 9);
