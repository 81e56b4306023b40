-- Rows of a store at version 1, in every table.
INSERT INTO chat_settings VALUES ('demo', 'yes');
INSERT INTO chat_attempts (attempt_id, at) VALUES (x'00000000000000000000000000000001', 1795435200000);
INSERT INTO chat_users (user_id, folded, name, phone, password_hash, prime, coins, entries, standing, created_at) VALUES
    ('Alice', 'alice', 'Alïce 😀', '+15550100', '$2b$alice', 1, 0, 0, 'active', 1795435200000),
    ('bob', 'bob', 'Bob', NULL, NULL, 0, 50, 2, 'active', 1795435200001);
INSERT INTO chat_sessions VALUES (x'00000000000000000000000000000002', 'bob', 'phone', 3, 1, 2, NULL);
INSERT INTO chat_rooms
    (room_id, name, owner, password_hash, capacity, member_count, last_seq, last_event_at, epoch, created_at, closed_at,
     made_by, client_id)
VALUES (x'00000000000000000000000000000003', 'Room', 'Alice', '$2b$room', 2, 2, 3, 7, 2, 5, NULL, 'Alice', 'k ');
INSERT INTO chat_members VALUES
    (x'00000000000000000000000000000003', 'Alice', 'owner', 5, 1, 1, NULL, NULL),
    (x'00000000000000000000000000000003', 'bob', 'member', 6, 2, 2, NULL, NULL);
INSERT INTO chat_admissions (user_id, room_id, kind, coins, at) VALUES
    ('bob', x'00000000000000000000000000000003', 'paid', 150, 6);
INSERT INTO chat_invites VALUES
    (x'00000000000000000000000000000004', x'00000000000000000000000000000003', 'Alice', 'bob',
     x'0000000000000000000000000000000000000000000000000000000000000005', 5, 9, 6, NULL);
INSERT INTO chat_coin_entries VALUES
    ('bob', 1, 200, 'opening', NULL, 200, NULL, NULL, 4),
    ('bob', 2, -150, 'room_admission', NULL, 50, x'00000000000000000000000000000003', NULL, 6);
INSERT INTO chat_events VALUES
    (x'00000000000000000000000000000003', 1, 'joined', 'Alice', 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (x'00000000000000000000000000000003', 2, 'joined', 'bob', 6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (x'00000000000000000000000000000003', 3, 'message', 'Alice', 7, 'c', x'00000000000000000000000000000006', NULL, NULL,
     NULL, 'héllo 😀', NULL, NULL);
INSERT INTO chat_friend_requests (request_id, sender, receiver, state, created_at, decided_at) VALUES
    (x'00000000000000000000000000000007', 'Alice', 'bob', 'accepted', 5, 6);
INSERT INTO chat_friendships VALUES ('Alice', 'bob', 6), ('bob', 'Alice', 6);
