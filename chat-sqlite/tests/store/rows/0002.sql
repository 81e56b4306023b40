-- Rows of a store at version 2, beside those of version 1: in every table that is new.
INSERT INTO chat_users (user_id, folded, name, phone, password_hash, prime, coins, standing, created_at) VALUES
    ('carol', 'carol', 'Carol', '+15550101', '$2b$carol', 0, 0, 'suspended', 1795435200002),
    ('dave', 'dave', 'dave', NULL, NULL, 0, 0, 'erased', 1795435200003);
INSERT INTO chat_standings (user_id, reason, erased_at) VALUES ('carol', 'spám', NULL), ('dave', NULL, 8);
INSERT INTO chat_audit (audit_id, operator, act, user_id, room_id, detail, at) VALUES
    (x'00000000000000000000000000000008', 'clerk', 'suspended', 'carol', NULL, 'spám', 7),
    (x'00000000000000000000000000000009', 'host', 'room_closed', NULL, x'00000000000000000000000000000003', NULL, 8);
