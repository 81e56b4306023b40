//! Invites (R-INV): who gives them, to whom, and what a token is good for.

use chat_tests::{ROOM_PASSWORD, Server, StoreKind, is_timestamp};
use futures_util::future::join_all;
use serde_json::{Value, json};

fn by_token(invite: &Value) -> Value {
    json!({"inviteToken": invite["inviteToken"]})
}

fn invitation(user_id: &str) -> Value {
    json!({"userId": user_id, "password": ROOM_PASSWORD})
}

#[tokio::test]
async fn r_inv_03_the_invitee_joins_by_token_and_nobody_else_does() {
    let server = Server::start().await;
    let (alice, bob, eve) = (server.prime("alice").await, server.prime("bob").await, server.prime("eve").await);
    let room = alice.create_room("Tea").await;
    let invite = alice.invite(&room, "bob").await;
    assert_eq!(invite["userId"], "bob");
    assert!(is_timestamp(&invite["expiresAt"]), "{invite}");
    let token = invite["inviteToken"].as_str().expect("a token");
    assert!(token.len() >= 22, "128 bits take 22 characters of base64: {token}");
    for stranger in [&eve, &server.register("carol").await] {
        stranger.post("/api/joinroom", by_token(&invite)).await.refused(404, "invite_not_found");
    }
    let joined = bob.post("/api/joinroom", by_token(&invite)).await.is(200);
    assert_eq!(
        (&joined["roomId"], &joined["admission"]["kind"], &joined["charged"], &joined["memberCount"]),
        (&json!(room), &json!("prime"), &json!(0), &json!(2))
    );
    eve.post("/api/joinroom", by_token(&invite)).await.refused(404, "invite_not_found");
}

#[tokio::test]
async fn r_inv_03_a_token_is_used_once() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    let invite = alice.invite(&room, "bob").await;
    let answers = join_all((0..6).map(|_| bob.post("/api/joinroom", by_token(&invite)))).await;
    let entered = answers.into_iter().map(|answer| answer.is(200)).filter(|joined| joined["alreadyMember"] == false);
    assert_eq!(entered.count(), 1);
    assert_eq!(alice.log(&room).await.len(), 2, "one joined event");
    bob.leave(&room).await;
    bob.post("/api/joinroom", by_token(&invite)).await.refused(410, "invite_used");
    assert_eq!(alice.room(&room).await["memberCount"], 1);
}

#[tokio::test]
async fn r_adm_04_a_member_uses_no_invite_up() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    let invite = alice.invite(&room, "bob").await;
    bob.join(&room).await;
    let again = bob.post("/api/joinroom", by_token(&invite)).await.is(200);
    assert_eq!(again["alreadyMember"], true);
    bob.leave(&room).await;
    assert_eq!(bob.post("/api/joinroom", by_token(&invite)).await.is(200)["alreadyMember"], false);
}

#[tokio::test]
async fn r_adm_11_a_dry_run_uses_no_invite_up() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    let invite = alice.invite(&room, "bob").await;
    let mut dry = by_token(&invite);
    dry["dryRun"] = json!(true);
    for _ in 0..2 {
        let asked = bob.post("/api/joinroom", dry.clone()).await.is(200);
        assert_eq!((&asked["name"], &asked["alreadyMember"]), (&json!("Tea"), &json!(false)));
    }
    bob.post("/api/joinroom", by_token(&invite)).await.is(200);
}

#[tokio::test]
async fn r_inv_02_inviting_is_refused_in_the_written_order() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let (carol, eve) = (server.register("carol").await, server.prime("eve").await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    let path = format!("/api/chatrooms/{room}/invites");
    let wrong = |user: &str| json!({"userId": user, "password": "not the password"});
    // Each attempt has all the faults of those below it as well.
    alice.post("/api/chatrooms/unknown/invites", wrong("nobody")).await.refused(404, "room_not_found");
    eve.post(&path, wrong("nobody")).await.refused(403, "not_a_member");
    bob.post(&path, wrong("nobody")).await.refused(403, "not_allowed");
    alice.post(&path, wrong("alice")).await.refused(403, "wrong_room_password");
    alice.post(&path, invitation("alice")).await.refused(400, "invalid_request");
    alice.post(&path, invitation("nobody")).await.refused(404, "user_not_found");
    server.make_prime("bob", false).await;
    alice.post(&path, invitation("bob")).await.refused(409, "already_member");
    alice.post(&path, invitation("carol")).await.refused(403, "invitee_not_prime");
    assert_eq!(alice.get(&path).await.is(200), json!({"invites": []}), "none of them made an invite");
    carol.join(&room).await;
    alice.invite(&room, "eve").await;
}

#[tokio::test]
async fn r_inv_05_losing_prime_makes_an_invite_unusable() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    let invite = alice.invite(&room, "bob").await;
    server.make_prime("bob", false).await;
    bob.post("/api/joinroom", by_token(&invite)).await.refused(403, "invitee_not_prime");
    assert_eq!(bob.get("/api/chatrooms").await.is(200), json!({"rooms": []}));
    server.make_prime("bob", true).await;
    bob.post("/api/joinroom", by_token(&invite)).await.is(200);
}

#[tokio::test]
async fn r_inv_04_an_invite_holds_no_seat() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let carol = server.register("carol").await;
    let body = json!({"name": "Two", "password": ROOM_PASSWORD, "capacity": 2});
    let room = alice.post("/api/chatrooms", body).await.is(201)["roomId"].as_str().expect("an id").to_owned();
    let invite = alice.invite(&room, "bob").await;
    carol.join(&room).await;
    bob.post("/api/joinroom", by_token(&invite)).await.refused(409, "room_full");
    carol.leave(&room).await;
    bob.post("/api/joinroom", by_token(&invite)).await.is(200);
}

#[tokio::test]
async fn r_inv_03_an_invite_expires() {
    let server = Server::with(&["--invite-ttl", "1ms"]).await;
    let (alice, bob, eve) = (server.prime("alice").await, server.prime("bob").await, server.prime("eve").await);
    let room = alice.create_room("Tea").await;
    let invite = alice.invite(&room, "bob").await;
    // The way to the server and back takes longer than a millisecond at the latest when repeated.
    let mut dry = by_token(&invite);
    dry["dryRun"] = json!(true);
    let begun = std::time::Instant::now();
    while bob.post("/api/joinroom", dry.clone()).await.status == 200 {
        assert!(begun.elapsed() < chat_tests::PATIENCE, "an invite of a millisecond never expires");
    }
    bob.post("/api/joinroom", by_token(&invite)).await.refused(410, "invite_expired");
    eve.post("/api/joinroom", by_token(&invite)).await.refused(404, "invite_not_found");
    bob.join(&room).await;
    bob.post("/api/joinroom", by_token(&invite)).await.is(200);
}

#[tokio::test]
async fn r_inv_03_a_revoked_invite_is_told_to_its_invitee_alone() {
    let server = Server::start().await;
    let (alice, bob, eve) = (server.prime("alice").await, server.prime("bob").await, server.prime("eve").await);
    let room = alice.create_room("Tea").await;
    let (first, second) = (alice.invite(&room, "bob").await, alice.invite(&room, "bob").await);
    assert_ne!(first["inviteToken"], second["inviteToken"], "several may be open for one person");
    let path = format!("/api/chatrooms/{room}/invites/{}", first["inviteId"].as_str().expect("an id"));
    // Which refusal a stranger hears is open; that the invite stays good is not.
    let stranger = eve.delete(&path).await;
    assert!([403, 404].contains(&stranger.status), "{stranger:?}");
    let mut dry = by_token(&first);
    dry["dryRun"] = json!(true);
    bob.post("/api/joinroom", dry).await.is(200);
    alice.delete(&path).await.is(204);
    alice.delete(&format!("/api/chatrooms/{room}/invites/unknown")).await.refused(404, "invite_not_found");
    bob.post("/api/joinroom", by_token(&first)).await.refused(410, "invite_revoked");
    eve.post("/api/joinroom", by_token(&first)).await.refused(404, "invite_not_found");
    bob.post("/api/joinroom", by_token(&second)).await.is(200);
}

#[tokio::test]
async fn r_inv_03_whoever_made_an_invite_revokes_it_also_after_they_have_left() {
    let server = Server::start().await;
    let (alice, bob, eve) = (server.prime("alice").await, server.prime("bob").await, server.prime("eve").await);
    let room = alice.create_room("Tea").await;
    let invite = alice.invite(&room, "eve").await;
    let path = format!("/api/chatrooms/{room}/invites/{}", invite["inviteId"].as_str().expect("an id"));
    bob.join(&room).await;
    bob.delete(&path).await.refused(403, "not_allowed");
    eve.delete(&path).await.refused(403, "not_a_member");
    alice.post_empty(&format!("/api/chatrooms/{room}/leave")).await.is(204);
    alice.delete(&format!("/api/chatrooms/{room}/invites/unknown")).await.refused(403, "not_a_member");
    alice.delete(&path).await.is(204);
    eve.post("/api/joinroom", by_token(&invite)).await.refused(410, "invite_revoked");
}

#[tokio::test]
async fn r_inv_03_a_token_is_shown_once() {
    let server = Server::on(StoreKind::Sqlite).await.expect("a store that is a file, to be looked into");
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    let invite = alice.invite(&room, "bob").await;
    let path = format!("/api/chatrooms/{room}/invites");
    let listed = alice.get(&path).await.is(200)["invites"].clone();
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(
        (&listed[0]["inviteId"], &listed[0]["userId"], &listed[0]["createdBy"], &listed[0]["expiresAt"]),
        (&invite["inviteId"], &json!("bob"), &json!("alice"), &invite["expiresAt"])
    );
    assert!(is_timestamp(&listed[0]["createdAt"]) && listed[0].get("usedAt").is_none(), "{listed}");
    let token = invite["inviteToken"].as_str().expect("a token");
    assert!(!listed.to_string().contains(token), "{listed}");
    bob.post("/api/joinroom", by_token(&invite)).await.is(200);
    let used = alice.get(&path).await.is(200)["invites"][0].clone();
    assert!(is_timestamp(&used["usedAt"]), "{used}");
    let mut stored = std::fs::read(server.folder().join("chat.db")).expect("its file");
    stored.extend(std::fs::read(server.folder().join("chat.db-wal")).unwrap_or_default());
    let found = |secret: &str| stored.windows(secret.len()).any(|bytes| bytes == secret.as_bytes());
    assert!(found("Tea"), "the store's file is looked at where it is written");
    for secret in [token, ROOM_PASSWORD, chat_tests::PASSWORD, bob.refresh_token.as_str()] {
        assert!(!found(secret), "`{secret}` is in the store");
        assert!(!server.log().contains(secret), "`{secret}` is in the log");
    }
}
