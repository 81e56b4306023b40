use serde_json::{Value, json};

use super::town::{NO_ID, NOON, ROOM_PASSWORD, Town, text};

fn new_room() -> Value {
    json!({"name": " Tea ", "password": ROOM_PASSWORD, "clientId": "c-1"})
}

#[tokio::test]
async fn a_room_is_made_once_a_client_id_and_found_at_its_location() {
    let town = Town::new().await;
    let alice = town.prime("alice").await;
    let made = alice.post("/api/chatrooms", new_room()).await;
    let location = made.header("location").to_owned();
    let room = made.is(201);
    let id = text(&room["roomId"]);
    assert_eq!(location, format!("/chat/api/chatrooms/{id}"));
    let expected = json!({
        "roomId": id, "name": "Tea", "ownerId": "alice", "capacity": 6, "memberCount": 1, "lastSeq": 1,
        "createdAt": NOON, "me": {"role": "owner", "readSeq": 1, "unread": 0},
    });
    assert_eq!(room, expected);
    let again = alice.post("/api/chatrooms", new_room()).await;
    assert_eq!(again.header("location"), "");
    assert_eq!(again.is(200), expected);
    assert_eq!(alice.get(location.strip_prefix("/chat").unwrap()).await.is(200), expected);
    assert_eq!(alice.get("/api/chatrooms").await.is(200), json!({"rooms": [expected]}));
}

#[tokio::test]
async fn r_adm_01_who_is_not_prime_makes_no_room() {
    let town = Town::new().await;
    let carol = town.person("carol").await;
    carol.post("/api/chatrooms", new_room()).await.refused(403, "prime_required");
    assert_eq!(carol.get("/api/chatrooms").await.is(200), json!({"rooms": []}));
}

#[tokio::test]
async fn r_adm_10_a_repeated_client_id_of_a_room_that_was_left_is_refused() {
    let town = Town::new().await;
    let alice = town.prime("alice").await;
    let room = text(&alice.post("/api/chatrooms", new_room()).await.is(201)["roomId"]);
    alice.send("POST", &format!("/api/chatrooms/{room}/leave"), "").await.is(204);
    alice.post("/api/chatrooms", new_room()).await.refused(403, "not_a_member");
}

#[tokio::test]
async fn a_join_tells_the_room_the_admission_and_the_price() {
    let town = Town::new().await;
    let (alice, carol) = (town.prime("alice").await, town.person_with_coins("carol", 150).await);
    let (first, second) = (alice.room().await, alice.room().await);
    let joined = |room: &str, kind: &str, charged: i64, left: i64| {
        json!({
            "roomId": room, "name": "Tea", "capacity": 6, "memberCount": 2,
            "room": {
                "roomId": room, "name": "Tea", "ownerId": "alice", "capacity": 6, "memberCount": 2, "lastSeq": 2,
                "createdAt": NOON, "me": {"role": "member", "readSeq": 2, "unread": 0},
            },
            "admission": {"kind": kind, "coins": charged, "at": NOON},
            "charged": charged, "alreadyMember": false, "availCoins": left,
        })
    };
    assert_eq!(carol.join(&first).await, joined(&first, "free", 0, 150));
    assert_eq!(carol.join(&second).await, joined(&second, "paid", 150, 0));
    let mut again = joined(&second, "paid", 150, 0);
    again["charged"] = 0.into();
    again["alreadyMember"] = true.into();
    assert_eq!(carol.join(&second).await, again);
    let third = json!({"roomId": alice.room().await, "password": ROOM_PASSWORD});
    let refused = carol.post("/api/joinroom", third).await.refused(402, "insufficient_coins");
    assert_eq!((&refused["required"], &refused["availCoins"]), (&json!(150), &json!(0)));
}

#[tokio::test]
async fn r_adm_11_a_dry_run_leaves_out_what_does_not_exist_yet() {
    let town = Town::new().await;
    let (alice, carol) = (town.prime("alice").await, town.person_with_coins("carol", 200).await);
    let room = alice.room().await;
    carol.join(&alice.room().await).await;
    let dry = json!({"roomId": room, "password": ROOM_PASSWORD, "dryRun": true});
    let expected = json!({
        "roomId": room, "name": "Tea", "capacity": 6, "memberCount": 1, "charged": 150, "alreadyMember": false,
        "availCoins": 200,
    });
    assert_eq!(carol.post("/api/joinroom", dry).await.is(200), expected);
    let limited = json!({"roomId": room, "password": ROOM_PASSWORD, "maxCharge": 149});
    assert_eq!(carol.post("/api/joinroom", limited).await.refused(409, "price_changed")["required"], 150);
}

#[tokio::test]
async fn a_join_takes_a_room_or_an_invite() {
    let town = Town::new().await;
    let carol = town.person("carol").await;
    let join = async |body: Value| carol.post("/api/joinroom", body).await;
    join(json!({})).await.refused_fields(&["roomId: required", "password: required"]);
    join(json!({"roomId": NO_ID})).await.refused_fields(&["password: required"]);
    join(json!({"password": "x", "dryRun": true})).await.refused_fields(&["roomId: required"]);
    let both = json!({"roomId": NO_ID, "password": "x", "inviteToken": "x"});
    join(both).await.refused_fields(&["roomId: unknown", "password: unknown"]);
    join(json!({"roomId": NO_ID, "inviteToken": "x"})).await.refused_fields(&["roomId: unknown"]);
    join(json!({"roomId": NO_ID, "password": "x", "inviteToken": null})).await.refused(404, "room_not_found");
    join(json!({"roomId": "tea", "password": "x"})).await.refused(404, "room_not_found");
    join(json!({"inviteToken": ""})).await.refused(404, "invite_not_found");
}

#[tokio::test]
async fn a_room_and_its_members_are_seen_by_its_members() {
    let town = Town::new().await;
    let (alice, carol) = (town.prime("alice").await, town.person("carol").await);
    let room = alice.room().await;
    for path in ["", "/members", "/messages", "/invites"] {
        carol.get(&format!("/api/chatrooms/{room}{path}")).await.refused(403, "not_a_member");
        for unknown in [NO_ID, "tea", "%20", "..%2F.."] {
            alice.get(&format!("/api/chatrooms/{unknown}{path}")).await.refused(404, "room_not_found");
        }
    }
    carol.join(&room).await;
    let member = |id: &str, role: &str, read: u64| json!({"userId": id, "name": format!("The {id}"), "role": role, "joinedAt": NOON, "readSeq": read});
    let expected = json!({"members": [member("alice", "owner", 1), member("carol", "member", 2)]});
    assert_eq!(alice.get(&format!("/api/chatrooms/{room}/members")).await.is(200), expected);
}

#[tokio::test]
async fn r_adm_10_leaving_answers_nothing_and_takes_the_room_away() {
    let town = Town::new().await;
    let (alice, carol) = (town.prime("alice").await, town.person("carol").await);
    let room = alice.room().await;
    carol.join(&room).await;
    alice.send("POST", &format!("/api/chatrooms/{room}/leave"), "").await.is(204);
    alice.get(&format!("/api/chatrooms/{room}")).await.refused(403, "not_a_member");
    alice.send("POST", &format!("/api/chatrooms/{room}/leave"), "").await.refused(403, "not_a_member");
    let seen = carol.get(&format!("/api/chatrooms/{room}")).await.is(200);
    assert_eq!((&seen["ownerId"], &seen["me"]["role"]), (&json!("carol"), &json!("owner")));
}
