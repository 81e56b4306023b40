//! An example of each request and of each answer, of one evening: alice has made a room, bob has come and writes.

use serde_json::{Value, json};

const ROOM: &str = "0199c1aa-3f5e-7a10-8c21-5d0e9b447102";
const INVITE: &str = "0199c1ab-77d2-7e44-9b0f-3c8a51d2e6f0";
const REQUEST: &str = "0199c1ac-0b1d-7c3a-a1de-92f4470c55b8";
const ENTRY: &str = "0199c1ad-5c80-7d21-8f3e-6a7b10c94d02";
const CLIENT_ID: &str = "7f1c2f0e-4b52-4d1b-9a57-0f7e2f0f6a51";
const TOKEN: &str = "opaque-to-clients";
const EARLIER: &str = "2026-11-23T11:58:00.000Z";
const AT: &str = "2026-11-23T12:00:05.120Z";
const LATER: &str = "2026-11-30T12:00:05.120Z";

/// Puts the examples into the document, at each schema and parameter that has one.
pub(super) fn show(document: &mut Value) {
    for (name, schema) in document["components"]["schemas"].as_object_mut().into_iter().flatten() {
        if let Some(example) = of_schema(name) {
            schema["example"] = example;
        }
    }
    for (.., operation) in super::operations(&mut document["paths"]) {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten() {
            if let Some(example) = parameter["name"].as_str().and_then(of_parameter) {
                parameter["example"] = example;
            }
        }
    }
}

fn of_parameter(name: &str) -> Option<Value> {
    Some(match name {
        "roomId" => ROOM.into(),
        "userId" => "bob".into(),
        "deviceId" => "phone".into(),
        "inviteId" => INVITE.into(),
        "requestId" => REQUEST.into(),
        "entryId" => ENTRY.into(),
        "seq" => 44.into(),
        "emoji" => "👍".into(),
        _ => return None,
    })
}

fn of_schema(name: &str) -> Option<Value> {
    of_request(name).or_else(|| of_answer(name)).or_else(|| of_event(name)).or_else(|| of_operators(name))
}

fn of_request(name: &str) -> Option<Value> {
    Some(match name {
        "RegisterRequest" => json!({
            "userId": "bob", "deviceId": "phone", "name": "Bob", "phone": "+4915112345678", "availCoins": 170,
            "password": "correct horse battery",
        }),
        "LoginRequest" => json!({"userId": "bob", "deviceId": "phone", "password": "correct horse battery"}),
        "RefreshRequest" => json!({"refreshToken": TOKEN}),
        "ChangePasswordRequest" => {
            json!({"oldPassword": "correct horse battery", "newPassword": "staple the wrong donkey"})
        }
        "UpdateMeRequest" => json!({"name": "Robert"}),
        "CreateRoomRequest" => {
            json!({"name": "Den", "password": "open sesame", "capacity": 6, "clientId": CLIENT_ID})
        }
        "JoinRoomRequest" => json!({"roomId": ROOM, "password": "open sesame", "maxCharge": 150}),
        "UpdateRoomRequest" => json!({"name": "The den", "capacity": 4}),
        "SetRoleRequest" => json!({"role": "moderator"}),
        "InviteRequest" => json!({"userId": "carol", "password": "open sesame"}),
        "SendMessageRequest" => json!({"roomId": ROOM, "body": "hello", "clientId": CLIENT_ID, "replyTo": 42}),
        "EditMessageRequest" => json!({"body": "hello, all"}),
        "MarkReadRequest" => json!({"seq": 44}),
        "FriendRequestRequest" => json!({"userId": "alice"}),
        _ => return None,
    })
}

fn of_answer(name: &str) -> Option<Value> {
    Some(match name {
        "User" => json!({
            "userId": "bob", "name": "Bob", "phone": "+4915112345678", "prime": false, "availCoins": 20,
            "createdAt": EARLIER,
        }),
        "Profile" => {
            json!({"userId": "alice", "name": "Alice", "prime": true, "createdAt": EARLIER, "relation": "friend"})
        }
        "Session" => json!({
            "accessToken": "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl", "expiresAt": "2026-11-23T12:15:05.120Z",
            "refreshToken": TOKEN, "refreshExpiresAt": "2026-12-23T12:00:05.120Z", "deviceId": "phone",
        }),
        "SignedInUser" => json!({"user": of_answer("User"), "session": of_answer("Session")}),
        "DeviceSession" => json!({"deviceId": "phone", "createdAt": EARLIER, "lastSeenAt": AT, "current": true}),
        "DeviceSessions" => json!({"sessions": [of_answer("DeviceSession")]}),
        "Room" => json!({
            "roomId": ROOM, "name": "Den", "ownerId": "alice", "capacity": 6, "memberCount": 2, "lastSeq": 44,
            "createdAt": EARLIER, "me": of_answer("OwnMembership"),
        }),
        "OwnMembership" => json!({"role": "member", "readSeq": 42, "unread": 1}),
        "RoomList" => json!({"rooms": [of_answer("Room")]}),
        "Joined" => json!({
            "roomId": ROOM, "name": "Den", "capacity": 6, "memberCount": 2, "room": of_answer("Room"),
            "admission": of_answer("Admission"), "charged": 150, "alreadyMember": false, "availCoins": 20,
        }),
        "Admission" => json!({"kind": "paid", "coins": 150, "at": AT}),
        "Member" => json!({"userId": "bob", "name": "Bob", "role": "member", "joinedAt": EARLIER, "readSeq": 42}),
        "MemberList" => json!({"members": [of_answer("Member")]}),
        "Ban" => json!({"userId": "eve", "by": "alice", "at": AT}),
        "BanList" => json!({"bans": [of_answer("Ban")]}),
        "CreatedInvite" => json!({"inviteId": INVITE, "inviteToken": TOKEN, "userId": "carol", "expiresAt": LATER}),
        "Invite" => json!({
            "inviteId": INVITE, "userId": "carol", "createdBy": "alice", "createdAt": AT, "expiresAt": LATER,
        }),
        "InviteList" => json!({"invites": [of_answer("Invite")]}),
        "Reaction" => json!({"emoji": "👍", "userIds": ["alice"]}),
        "History" => json!({"events": [of_event("MessageEvent")], "hasMore": true, "lastSeq": 44}),
        "ChangedMessage" => {
            let mut message = of_event("MessageEvent")?;
            message["body"] = "hello, all".into();
            message["editedAt"] = AT.into();
            json!({"message": message, "event": of_event("MessageEditedEvent")})
        }
        "ReadPosition" => json!({"readSeq": 44, "unread": 0}),
        "CoinEntry" => json!({
            "number": 2, "amount": -150, "kind": "room_admission", "balanceAfter": 20, "roomId": ROOM, "at": AT,
        }),
        "CoinEntryList" => json!({"entries": [of_answer("CoinEntry")], "hasMore": true}),
        "FriendRequest" => json!({
            "requestId": REQUEST, "fromUserId": "bob", "toUserId": "alice", "state": "open", "createdAt": AT,
        }),
        "FriendRequestList" => json!({"requests": [of_answer("FriendRequest")]}),
        "Friend" => json!({"userId": "alice", "name": "Alice", "since": AT}),
        "FriendList" => json!({"friends": [of_answer("Friend")]}),
        "Block" => json!({"userId": "eve", "at": AT}),
        "BlockList" => json!({"blocks": [of_answer("Block")]}),
        _ => return None,
    })
}

fn of_event(name: &str) -> Option<Value> {
    let (seq, kind, mut event) = match name {
        "Event" => return of_event("MessageEvent"),
        "JoinedEvent" => (43, "joined", json!({})),
        "MessageEvent" => (44, "message", json!({"body": "hello", "clientId": CLIENT_ID, "replyTo": 42})),
        "MessageEditedEvent" => (45, "message_edited", json!({"targetSeq": 44, "body": "hello, all"})),
        "ReactionAddedEvent" => (46, "reaction_added", json!({"targetSeq": 42, "emoji": "👍"})),
        "ReactionRemovedEvent" => (47, "reaction_removed", json!({"targetSeq": 42, "emoji": "👍"})),
        "MessageDeletedEvent" => (48, "message_deleted", json!({"targetSeq": 44})),
        "RoleChangedEvent" => (49, "role_changed", json!({"userId": "carol", "role": "moderator"})),
        "RoomChangedEvent" => (50, "room_changed", json!({"name": "The den"})),
        "RemovedEvent" => (51, "removed", json!({"userId": "eve", "banned": true})),
        "LeftEvent" => (52, "left", json!({})),
        "RoomClosedEvent" => (53, "room_closed", json!({})),
        _ => return None,
    };
    let sender = if (43..49).contains(&seq) { "bob" } else { "alice" };
    for (name, value) in [("roomId", ROOM), ("kind", kind), ("senderId", sender), ("createdAt", AT)] {
        event[name] = value.into();
    }
    event["seq"] = seq.into();
    Some(event)
}

fn of_operators(name: &str) -> Option<Value> {
    Some(match name {
        "SetPrimeRequest" => json!({"prime": true}),
        "SetSuspendedRequest" => json!({"suspended": true, "reason": "spam"}),
        "ChangeCoinsRequest" => json!({"amount": 500, "reason": "a present", "key": CLIENT_ID}),
        "AdminUser" => {
            let mut user = of_answer("User")?;
            user["suspended"] = false.into();
            user
        }
        "AdminUsers" => json!({"users": [of_operators("AdminUser")], "hasMore": false}),
        "AdminRoom" => {
            let mut room = of_answer("Room")?;
            room.as_object_mut()?.remove("me");
            room["members"] = json!([of_answer("Member")]);
            room
        }
        "AuditEntry" => json!({
            "auditId": ENTRY, "at": AT, "operator": "token", "act": "prime_given", "userId": "alice",
        }),
        "AuditPage" => json!({"entries": [of_operators("AuditEntry")], "hasMore": false}),
        "DeadLetter" => json!({
            "entryId": ENTRY, "consumer": "webhook", "kind": "room.event", "roomId": ROOM, "number": 44, "userIds": [],
            "at": AT, "diedAt": LATER, "attempts": 20, "error": "the receiver answered 500",
        }),
        "DeadLetterPage" => json!({"deadLetters": [of_operators("DeadLetter")], "hasMore": false}),
        _ => return None,
    })
}
