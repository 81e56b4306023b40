//! What owners make of their rooms: changing and closing them (R-ADM-02, R-ADM-03, R-ADM-10).

use chat_tests::{Client, ROOM_PASSWORD, Server, Socket};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// A room of alice with bob and carol in it, and its path.
async fn tea(server: &Server) -> ([Client; 3], String, String) {
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let (bob, carol) = (server.prime("bob").await, server.register("carol").await);
    for member in [&bob, &carol] {
        member.join(&room).await;
    }
    let path = format!("/api/chatrooms/{room}");
    ([alice, bob, carol], room, path)
}

fn by_id(room: &str, password: &str) -> Value {
    json!({"roomId": room, "password": password})
}

#[tokio::test]
async fn r_adm_03_the_owner_changes_name_and_capacity_and_the_log_tells() {
    let server = Server::start().await;
    let ([alice, bob, _], room, path) = tea(&server).await;
    let mut bobs = Socket::open(&server, &bob).await;
    let changed = alice.patch(&path, json!({"name": " Coffee ", "capacity": 4})).await.is(200);
    assert_eq!((&changed["name"], &changed["capacity"], &changed["lastSeq"]), (&json!("Coffee"), &json!(4), &json!(4)));
    assert_eq!(alice.room(&room).await, changed);
    let told = bobs.event("the change", |event| event["kind"] == "room_changed").await;
    assert_eq!((&told["name"], &told["capacity"], &told["senderId"]), (&json!("Coffee"), &json!(4), &json!("alice")));
    for nothing in [json!({}), json!({"name": "Coffee"}), json!({"capacity": 4, "name": null})] {
        assert_eq!(alice.patch(&path, nothing).await.is(200), changed, "what is so already is no change");
    }
    alice.patch(&path, json!({"capacity": 3, "name": "Coffee"})).await.is(200);
    let told = bobs.event("the next change", |event| event["capacity"] == 3).await;
    assert!(told.get("name").is_none(), "only what is other: {told}");
}

#[tokio::test]
async fn r_adm_03_a_new_password_counts_from_its_answer_and_is_told_to_nobody() {
    let server = Server::start().await;
    let ([alice, bob, _], room, path) = tea(&server).await;
    let (dave, eve) = (server.register("dave").await, server.prime("eve").await);
    let invite = alice.invite(&room, "eve").await;
    let mut bobs = Socket::open(&server, &bob).await;
    alice.patch(&path, json!({"password": "another one"})).await.is(200);
    dave.post("/api/joinroom", by_id(&room, ROOM_PASSWORD)).await.refused(403, "wrong_room_password");
    dave.post("/api/joinroom", by_id(&room, "another one")).await.is(200);
    eve.post("/api/joinroom", json!({"inviteToken": invite["inviteToken"]})).await.is(200);
    let told = bobs.event("that it was changed", |event| event["kind"] == "room_changed").await;
    assert!(!told.to_string().contains("another") && told.get("password").is_none(), "{told}");
}

#[tokio::test]
async fn r_adm_02_a_capacity_is_never_below_the_members_however_many_join_meanwhile() {
    let server = Server::with(&["--rate-limits", "off"]).await;
    let ([alice, ..], room, path) = tea(&server).await;
    alice.patch(&path, json!({"capacity": 2, "name": "Never"})).await.refused(409, "capacity_below_members");
    assert_eq!(alice.room(&room).await["name"], "Tea", "a refusal changes nothing");
    let mut more = Vec::new();
    for number in 0..3 {
        more.push(server.register(&format!("guest{number}")).await);
    }
    for _ in 0..5 {
        let joins = join_all(more.iter().map(|guest| guest.post("/api/joinroom", by_id(&room, ROOM_PASSWORD))));
        let (shrunk, joined) = tokio::join!(alice.patch(&path, json!({"capacity": 4})), joins);
        assert!(shrunk.status == 200 || shrunk.json["code"] == "capacity_below_members", "{shrunk:?}");
        let seen = alice.room(&room).await;
        let taken = joined.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(seen["memberCount"], 3 + taken);
        assert!(seen["memberCount"].as_u64() <= seen["capacity"].as_u64(), "{seen}");
        for (guest, answer) in more.iter().zip(&joined) {
            if answer.status == 200 {
                guest.leave(&room).await;
            }
        }
        alice.patch(&path, json!({"capacity": 6})).await.is(200);
    }
}

#[tokio::test]
async fn a_change_is_refused_in_order_and_field_by_field() {
    let server = Server::start().await;
    let ([alice, bob, _], room, path) = tea(&server).await;
    let eve = server.prime("eve").await;
    let change = json!({"name": "Mine", "capacity": 2});
    alice.put(&format!("{path}/members/bob/role"), json!({"role": "moderator"})).await.is(200);
    eve.patch("/api/chatrooms/unknown", change.clone()).await.refused(404, "room_not_found");
    eve.patch(&path, change.clone()).await.refused(403, "not_a_member");
    bob.patch(&path, change.clone()).await.refused(403, "not_allowed");
    eve.delete("/api/chatrooms/unknown").await.refused(404, "room_not_found");
    eve.delete(&path).await.refused(403, "not_a_member");
    bob.delete(&path).await.refused(403, "not_allowed");
    for (field, value, code) in [
        ("name", json!(" "), "too_short"),
        ("capacity", json!(7), "out_of_range"),
        ("capacity", json!("4"), "wrong_type"),
        ("password", json!("abc"), "too_short"),
        ("ownerId", json!("alice"), "unknown"),
    ] {
        alice.patch(&path, json!({field: value})).await.refused_field(field, &[code]);
    }
    alice.delete(&path).await.is(204);
    alice.patch(&path, change).await.refused(409, "room_closed");
    assert_eq!(alice.room(&room).await["name"], "Tea");
}

#[tokio::test]
async fn r_adm_10_a_closed_room_is_read_on_by_its_members_and_nothing_is_written() {
    let server = Server::start().await;
    let ([alice, bob, carol], room, path) = tea(&server).await;
    let sent = alice.write(&room, "last words").await;
    let mut bobs = Socket::open(&server, &bob).await;
    for _ in 0..2 {
        alice.delete(&path).await.is(204);
    }
    let closed = bobs.event("the end", |event| event["kind"] == "room_closed").await;
    assert_eq!((&closed["senderId"], closed.get("byOperator")), (&json!("alice"), None));
    let log = carol.log(&room).await;
    assert_eq!(log.iter().filter(|event| event["kind"] == "room_closed").count(), 1);
    assert!(carol.room(&room).await["closedAt"].is_string());
    assert_eq!(bob.get("/api/chatrooms").await.is(200)["rooms"][0]["roomId"], room.as_str());
    assert_eq!(bob.put(&format!("{path}/read"), json!({"seq": sent["seq"]})).await.is(200)["unread"], 0);
    let eve = server.prime("eve").await;
    eve.post("/api/joinroom", by_id(&room, ROOM_PASSWORD)).await.refused(409, "room_closed");
    let invitation = json!({"userId": "eve", "password": ROOM_PASSWORD});
    alice.post(&format!("{path}/invites"), invitation).await.refused(409, "room_closed");
    bob.post("/api/messages", json!({"roomId": room, "body": "one more"})).await.refused(409, "room_closed");
    alice.delete(&format!("{path}/members/bob")).await.refused(409, "room_closed");
    alice.put(&format!("{path}/members/bob/role"), json!({"role": "moderator"})).await.refused(409, "room_closed");
    alice.put(&format!("{path}/bans/eve"), json!({})).await.refused(409, "room_closed");
    alice.delete(&format!("{path}/bans/eve")).await.refused(409, "room_closed");
    for member in [&alice, &bob, &carol] {
        member.leave(&room).await;
    }
    assert_eq!(bobs.events(&room).iter().filter(|event| event["kind"] == "room_closed").count(), 1);
}
