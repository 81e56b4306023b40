//! Each kind of token at the place of each other kind, and each at its own.

use chat_tests::{ADMIN_TOKEN, Client, ROOM_PASSWORD, Server};
use serde_json::json;

use crate::confusion::Scene;

/// Tokens of every kind that are dora's, or are for her.
struct Kinds {
    access: String,
    refresh: String,
    invite: String,
}

impl Kinds {
    async fn of(server: &Server, dora: &Client) -> Self {
        let alice = server.prime("alice").await;
        server.make_prime("dora", true).await;
        let room = alice.create_room("Tea").await;
        let invite = alice.invite(&room, "dora").await["inviteToken"].as_str().expect("a token").to_owned();
        Self { access: dora.token().to_owned(), refresh: dora.refresh_token.clone(), invite }
    }
}

#[tokio::test]
async fn only_an_access_token_signs_in() {
    let mut scene = Scene::open().await;
    let kinds = Kinds::of(&scene.server, &scene.dora).await;
    for (what, token) in [
        ("a refresh token", kinds.refresh.as_str()),
        ("an invite token", &kinds.invite),
        ("an operator's token", ADMIN_TOKEN),
        ("a user's password", chat_tests::PASSWORD),
        ("a room's password", ROOM_PASSWORD),
        ("the key itself", &scene.keys[0].clone()),
        ("the user's id", "dora"),
    ] {
        scene.is_refused(what, token, "unauthenticated").await;
    }
    scene.is_taken("an access token", &kinds.access).await;
    scene.goes_on().await;
}

#[tokio::test]
async fn only_a_refresh_token_is_exchanged() {
    let scene = Scene::open().await;
    let kinds = Kinds::of(&scene.server, &scene.dora).await;
    let refresh = |token: &str| {
        let (nobody, body) = (scene.server.nobody(), json!({"refreshToken": token}));
        async move { nobody.post("/api/refresh", body).await }
    };
    let body = kinds.refresh.strip_prefix("rft_").expect("it says what it is");
    for wrong in [
        kinds.access.as_str(),
        &kinds.invite,
        ADMIN_TOKEN,
        body,
        &format!("rft_{}", kinds.access),
        &format!("rft_{}", kinds.invite),
        &format!("rft_rft_{body}"),
        &format!("RFT_{body}"),
        &format!("{} ", kinds.refresh),
        &format!("{}\n", kinds.refresh),
        &format!("{}=", kinds.refresh),
        &format!("{}\0", kinds.refresh),
    ] {
        refresh(wrong).await.refused(401, "invalid_refresh_token");
    }
    refresh(&kinds.refresh).await.is(200);
    scene.goes_on().await;
}

#[tokio::test]
async fn only_an_invite_token_opens_a_room() {
    let scene = Scene::open().await;
    let kinds = Kinds::of(&scene.server, &scene.dora).await;
    for wrong in [kinds.access.as_str(), &kinds.refresh, ADMIN_TOKEN] {
        scene.dora.post("/api/joinroom", json!({"inviteToken": wrong})).await.refused(404, "invite_not_found");
    }
    scene.dora.post("/api/joinroom", json!({"inviteToken": kinds.invite})).await.is(200);
    scene.goes_on().await;
}

#[tokio::test]
async fn only_an_operators_token_operates() {
    let scene = Scene::open().await;
    let kinds = Kinds::of(&scene.server, &scene.dora).await;
    for wrong in [kinds.access.as_str(), &kinds.refresh, &kinds.invite, &scene.keys[0]] {
        scene.dora.with_token(wrong).get("/admin/users/dora").await.refused(401, "unauthenticated");
    }
    scene.dora.with_token(ADMIN_TOKEN).get("/admin/users/dora").await.is(200);
    scene.goes_on().await;
}
