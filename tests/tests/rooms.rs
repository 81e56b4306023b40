//! Making, seeing and leaving rooms (R-ADM-01 to -03, -10).

use chat_tests::{ROOM_PASSWORD, Server, is_timestamp};
use serde_json::{Value, json};

fn new_room(name: &str) -> Value {
    json!({"name": name, "password": ROOM_PASSWORD})
}

#[tokio::test]
async fn r_adm_01_only_a_prime_user_makes_a_room() {
    let server = Server::start().await;
    let carol = server.register_with_coins("carol", 1000).await;
    carol.post("/api/chatrooms", new_room("Carols")).await.refused(403, "prime_required");
    assert_eq!(carol.get("/api/chatrooms").await.is(200), json!({"rooms": []}));
    server.make_prime("carol", true).await;
    carol.post("/api/chatrooms", new_room("Carols")).await.is(201);
    server.make_prime("carol", false).await;
    carol.post("/api/chatrooms", new_room("More")).await.refused(403, "prime_required");
}

#[tokio::test]
async fn r_adm_01_its_maker_is_its_owner_and_first_member() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let answer = alice.post("/api/chatrooms", new_room("  Tea\u{301}  ")).await;
    let location = answer.headers["location"].to_str().expect("a path").to_owned();
    let room = answer.is(201);
    let id = room["roomId"].as_str().expect("a room has an id");
    assert!(location.ends_with(&format!("/api/chatrooms/{id}")), "{location}");
    assert_eq!(alice.get(&location.replace(server.base(), "")).await.is(200), room, "Location names the room");
    assert_eq!(
        (&room["name"], &room["ownerId"], &room["capacity"], &room["memberCount"], &room["lastSeq"]),
        (&json!("Te\u{e1}"), &json!("alice"), &json!(6), &json!(1), &json!(1))
    );
    assert!(is_timestamp(&room["createdAt"]) && room.get("closedAt").is_none(), "{room}");
    assert_eq!(room["me"], json!({"role": "owner", "readSeq": 1, "unread": 0}), "reading starts at one's own joined");
    assert!(!room.to_string().contains(ROOM_PASSWORD), "R-ADM-03: {room}");
    let log = alice.log(id).await;
    assert_eq!(log.len(), 1, "{log:?}");
    assert_eq!(
        (&log[0]["kind"], &log[0]["senderId"], &log[0]["seq"], &log[0]["roomId"]),
        (&json!("joined"), &json!("alice"), &json!(1), &json!(id))
    );
    let members = alice.get(&format!("/api/chatrooms/{id}/members")).await.is(200);
    assert_eq!(members["members"].as_array().map(Vec::len), Some(1), "{members}");
    let member = &members["members"][0];
    assert_eq!(
        (&member["userId"], &member["name"], &member["role"]),
        (&json!("alice"), &json!("The alice"), &json!("owner"))
    );
    assert!(is_timestamp(&member["joinedAt"]), "{member}");
}

#[tokio::test]
async fn r_adm_02_a_room_has_two_to_six_seats() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    for capacity in 2..=6 {
        let body = json!({"name": "Tea", "password": ROOM_PASSWORD, "capacity": capacity});
        assert_eq!(alice.post("/api/chatrooms", body).await.is(201)["capacity"], capacity);
    }
    for capacity in [i64::MIN, -1, 0, 1, 7, 256 + 3, (1 << 32) + 3] {
        let body = json!({"name": "Tea", "password": ROOM_PASSWORD, "capacity": capacity});
        alice.post("/api/chatrooms", body).await.refused_field("capacity", &["out_of_range"]);
    }
    assert_eq!(alice.get("/api/chatrooms").await.is(200)["rooms"].as_array().map(Vec::len), Some(5));
}

#[tokio::test]
async fn a_client_id_makes_one_room_however_often_it_is_sent() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let body = json!({"name": "Tea", "password": ROOM_PASSWORD, "clientId": "c-1"});
    let tries = (0..6).map(|_| alice.post("/api/chatrooms", body.clone()));
    let answers = futures_util::future::join_all(tries).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 5, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.json["roomId"] == answers[0].json["roomId"]), "{answers:?}");
    assert_eq!(alice.get("/api/chatrooms").await.is(200)["rooms"].as_array().map(Vec::len), Some(1));
    let bobs = bob.post("/api/chatrooms", body).await.is(201);
    assert_ne!(bobs["roomId"], answers[0].json["roomId"], "a clientId is its maker's own");
}

#[tokio::test]
async fn ones_rooms_are_listed_with_the_latest_activity_first() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let (first, second) = (alice.create_room("First").await, alice.create_room("Second").await);
    bob.create_room("Bobs").await;
    let listed = |rooms: Value| -> Vec<String> {
        let rooms = rooms["rooms"].as_array().expect("a list").clone();
        rooms.iter().map(|room| room["roomId"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(listed(alice.get("/api/chatrooms").await.is(200)), [second.clone(), first.clone()]);
    alice.write(&first, "news").await;
    assert_eq!(listed(alice.get("/api/chatrooms").await.is(200)), [first.clone(), second.clone()]);
    assert_eq!(
        alice.get("/api/chatrooms").await.is(200)["rooms"][0],
        alice.room(&first).await,
        "a list shows the same room"
    );
    bob.join(&second).await;
    assert_eq!(listed(alice.get("/api/chatrooms").await.is(200)), [second, first]);
}

#[tokio::test]
async fn a_room_is_seen_by_its_members_alone() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    for path in ["", "/members", "/messages", "/invites"] {
        bob.get(&format!("/api/chatrooms/{room}{path}")).await.refused(403, "not_a_member");
        for unknown in ["0199c1aa-0000-7000-8000-000000000000", "tea", "%20", "..%2f..", "%00"] {
            bob.get(&format!("/api/chatrooms/{unknown}{path}")).await.refused(404, "room_not_found");
        }
    }
    assert_eq!(bob.get("/api/chatrooms").await.is(200), json!({"rooms": []}));
}

#[tokio::test]
async fn r_adm_10_an_owner_who_leaves_hands_the_room_to_the_longest_standing_member() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let (carol, bob) = (server.register("carol").await, server.register("bob").await);
    let room = alice.create_room("Tea").await;
    carol.join(&room).await;
    bob.join(&room).await;
    alice.leave(&room).await;
    alice.get(&format!("/api/chatrooms/{room}")).await.refused(403, "not_a_member");
    let seen = carol.room(&room).await;
    assert_eq!(
        (&seen["ownerId"], &seen["me"]["role"], &seen["memberCount"]),
        (&json!("carol"), &json!("owner"), &json!(2))
    );
    let log = bob.log(&room).await;
    let kinds: Vec<&str> = log.iter().filter_map(|event| event["kind"].as_str()).collect();
    assert_eq!(kinds, ["joined", "joined", "joined", "left", "role_changed"], "{log:?}");
    assert_eq!(log[3]["senderId"], "alice");
    assert_eq!((&log[4]["userId"], &log[4]["role"]), (&json!("carol"), &json!("owner")));
}

#[tokio::test]
async fn r_adm_10_the_last_one_out_closes_the_room() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    let invite = alice.invite(&room, "bob").await;
    alice.leave(&room).await;
    let by_id = json!({"roomId": room, "password": ROOM_PASSWORD});
    bob.post("/api/joinroom", by_id.clone()).await.refused(409, "room_closed");
    bob.post("/api/joinroom", json!({"inviteToken": invite["inviteToken"]})).await.refused(409, "room_closed");
    alice.post("/api/joinroom", by_id).await.refused(409, "room_closed");
    alice.post("/api/messages", json!({"roomId": room, "body": "hello?"})).await.refused(403, "not_a_member");
    assert_eq!(alice.get("/api/chatrooms").await.is(200), json!({"rooms": []}));
}

#[tokio::test]
async fn leaving_gives_the_seat_back_once() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let (bob, carol) = (server.register("bob").await, server.register("carol").await);
    let body = json!({"name": "Two", "password": ROOM_PASSWORD, "capacity": 2});
    let room = alice.post("/api/chatrooms", body).await.is(201)["roomId"].as_str().expect("an id").to_owned();
    bob.join(&room).await;
    let join = json!({"roomId": room, "password": ROOM_PASSWORD});
    carol.post("/api/joinroom", join.clone()).await.refused(409, "room_full");
    bob.leave(&room).await;
    // Whether leaving again succeeds or is refused is open; that it does nothing is not.
    let again = bob.post_empty(&format!("/api/chatrooms/{room}/leave")).await;
    assert!(again.status == 204 || again.json["code"] == "not_a_member", "{again:?}");
    assert_eq!(alice.room(&room).await["memberCount"], 1);
    carol.join(&room).await;
    bob.post("/api/joinroom", join).await.refused(409, "room_full");
    carol.post_empty("/api/chatrooms/unknown/leave").await.refused(404, "room_not_found");
}
