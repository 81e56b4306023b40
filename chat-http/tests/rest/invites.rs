use serde_json::{Value, json};

use super::town::{NO_ID, NOON, ROOM_PASSWORD, Town, text};

fn of(user: &str) -> Value {
    json!({"userId": user, "password": ROOM_PASSWORD})
}

#[tokio::test]
async fn an_invite_shows_its_token_once_and_lets_its_invitee_in() {
    let town = Town::new().await;
    let (alice, bob, eve) = (town.prime("alice").await, town.prime("bob").await, town.prime("eve").await);
    let path = format!("/api/chatrooms/{}/invites", alice.room().await);
    let mut made = alice.post(&path, of("bob")).await.is(201);
    let token = json!({"inviteToken": made.as_object_mut().unwrap().remove("inviteToken").unwrap()});
    let id = text(&made["inviteId"]);
    let expires = "2026-11-30T12:00:00.000Z";
    assert_eq!(made, json!({"inviteId": id, "userId": "bob", "expiresAt": expires}));
    let mut listed = json!({
        "inviteId": id, "userId": "bob", "createdBy": "alice", "createdAt": NOON, "expiresAt": expires,
    });
    assert_eq!(alice.get(&path).await.is(200), json!({"invites": [listed]}));
    eve.post("/api/joinroom", token.clone()).await.refused(404, "invite_not_found");
    assert_eq!(bob.post("/api/joinroom", token).await.is(200)["admission"]["kind"], "prime");
    listed["usedAt"] = NOON.into();
    assert_eq!(alice.get(&path).await.is(200), json!({"invites": [listed]}));
}

#[tokio::test]
async fn r_inv_02_refusals_come_in_the_written_order() {
    let town = Town::new().await;
    let (alice, bob, carol) = (town.prime("alice").await, town.prime("bob").await, town.person("carol").await);
    let room = alice.room().await;
    let path = format!("/api/chatrooms/{room}/invites");
    alice.post(&format!("/api/chatrooms/{NO_ID}/invites"), of("?")).await.refused(404, "room_not_found");
    bob.post(&path, json!({"userId": "?", "password": ""})).await.refused(403, "not_a_member");
    carol.join(&room).await;
    carol.post(&path, json!({"userId": "?", "password": ""})).await.refused(403, "not_allowed");
    carol.get(&path).await.refused(403, "not_allowed");
    alice.post(&path, json!({"userId": "?", "password": ""})).await.refused(403, "wrong_room_password");
    alice.post(&path, of("alice")).await.refused_fields(&["userId: bad_format"]);
    for nobody in ["nobody", "a b", ""] {
        alice.post(&path, of(nobody)).await.refused(404, "user_not_found");
    }
    alice.post(&path, of("carol")).await.refused(409, "already_member");
    town.person("dave").await;
    alice.post(&path, of("dave")).await.refused(403, "invitee_not_prime");
}

#[tokio::test]
async fn a_revoked_invite_is_told_as_such_to_its_invitee() {
    let town = Town::new().await;
    let (alice, bob) = (town.prime("alice").await, town.prime("bob").await);
    let path = format!("/api/chatrooms/{}/invites", alice.room().await);
    let made = alice.post(&path, of("bob")).await.is(201);
    let one = format!("{path}/{}", text(&made["inviteId"]));
    bob.delete(&one).await.refused(403, "not_a_member");
    alice.delete(&one).await.is(204);
    alice.delete(&one).await.is(204);
    let token = json!({"inviteToken": made["inviteToken"]});
    bob.post("/api/joinroom", token).await.refused(410, "invite_revoked");
    let listed = alice.get(&path).await.is(200);
    assert_eq!((&listed["invites"][0]["revokedAt"], listed["invites"][0].get("usedAt")), (&json!(NOON), None));
}

#[tokio::test]
async fn a_malformed_invite_id_is_looked_for_after_the_room_and_the_membership() {
    let town = Town::new().await;
    let (alice, bob) = (town.prime("alice").await, town.prime("bob").await);
    let room = alice.room().await;
    for id in [NO_ID, "x", "%20"] {
        alice.delete(&format!("/api/chatrooms/{NO_ID}/invites/{id}")).await.refused(404, "room_not_found");
        bob.delete(&format!("/api/chatrooms/{room}/invites/{id}")).await.refused(403, "not_a_member");
        alice.delete(&format!("/api/chatrooms/{room}/invites/{id}")).await.refused(404, "invite_not_found");
    }
}
