//! Signing in and out, access tokens and refresh tokens.

use std::time::Instant;

use chat_tests::{Client, PASSWORD, PATIENCE, Server, Socket, is_timestamp};
use serde_json::{Value, json};

async fn refresh(client: &Client, token: &str) -> chat_tests::Answer {
    client.anonymous().post("/api/refresh", json!({"refreshToken": token})).await
}

async fn refreshed(client: &Client, token: &str) -> (String, String) {
    let session = refresh(client, token).await.is(200);
    assert_eq!(session["deviceId"], json!(client.device_id));
    let text = |member: &str| session[member].as_str().expect("a session has tokens").to_owned();
    (text("accessToken"), text("refreshToken"))
}

fn without_request_id(mut problem: Value) -> Value {
    problem.as_object_mut().expect("a problem").remove("requestId");
    problem
}

#[tokio::test]
async fn login_answers_user_and_session() {
    let server = Server::start().await;
    server.register_with_coins("dora", 30).await;
    let dora = server.login("dora", "tablet").await;
    assert_eq!(dora.device_id, "tablet");
    let me = dora.me().await;
    assert_eq!((&me["userId"], &me["availCoins"]), (&json!("dora"), &json!(30)));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_told_alike() {
    let server = Server::start().await;
    server.register("dora").await;
    let mut told = Vec::new();
    for (user, password) in
        [("dora", "not her password"), ("nobody", PASSWORD), ("dora", "x"), ("d o r a", PASSWORD), ("DORA", PASSWORD)]
    {
        let body = json!({"userId": user, "deviceId": "phone", "password": password});
        let problem = server.nobody().post("/api/login", body).await.refused(401, "invalid_credentials");
        told.push(without_request_id(problem));
    }
    assert!(told.iter().all(|problem| *problem == told[0]), "{told:?}");
}

#[tokio::test]
async fn r_acc_03_signing_in_again_ends_the_devices_former_session_alone() {
    let server = Server::start().await;
    let phone = server.register("dora").await;
    let tablet = server.login("dora", "tablet").await;
    let again = server.login("dora", "phone").await;
    phone.get("/api/me").await.refused(401, "session_revoked");
    let refused = refresh(&phone, &phone.refresh_token).await;
    assert_eq!(refused.status, 401, "{refused:?}");
    tablet.me().await;
    again.me().await;
}

#[tokio::test]
async fn a_refresh_token_is_replaced_at_each_use() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let (access, second) = refreshed(&dora, &dora.refresh_token).await;
    assert_ne!(second, dora.refresh_token);
    assert_eq!(dora.with_token(&access).me().await["userId"], "dora");
    let (_, third) = refreshed(&dora, &second).await;
    assert_ne!(third, second);
}

#[tokio::test]
async fn a_lost_answer_is_given_again_with_the_same_successor() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let (_, first) = refreshed(&dora, &dora.refresh_token).await;
    let (access, repeated) = refreshed(&dora, &dora.refresh_token).await;
    assert_eq!(repeated, first);
    dora.with_token(&access).me().await;
    refreshed(&dora, &repeated).await;
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_get_the_same_successor() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let tries = (0..8).map(|_| refreshed(&dora, &dora.refresh_token));
    let tokens = futures_util::future::join_all(tries).await;
    assert!(tokens.iter().all(|(_, refresh)| *refresh == tokens[0].1), "{tokens:?}");
    for (access, _) in &tokens {
        dora.with_token(access).me().await;
    }
}

#[tokio::test]
async fn an_older_refresh_token_ends_the_session_as_stolen() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let tablet = server.login("dora", "tablet").await;
    let (_, second) = refreshed(&dora, &dora.refresh_token).await;
    let (access, third) = refreshed(&dora, &second).await;
    let stolen = refresh(&dora, &dora.refresh_token).await;
    assert_eq!(stolen.status, 401, "{stolen:?}");
    dora.with_token(&access).get("/api/me").await.refused(401, "session_revoked");
    let ended = refresh(&dora, &third).await;
    assert_eq!(ended.status, 401, "{ended:?}");
    tablet.me().await;
}

#[tokio::test]
async fn after_the_grace_the_predecessor_counts_as_stolen_too() {
    let server = Server::with(&["--refresh-grace", "1ms"]).await;
    let dora = server.register("dora").await;
    let (access, successor) = refreshed(&dora, &dora.refresh_token).await;
    let begun = Instant::now();
    loop {
        let repeated = refresh(&dora, &dora.refresh_token).await;
        if repeated.status == 401 {
            break;
        }
        assert_eq!(repeated.is(200)["refreshToken"], json!(successor));
        assert!(begun.elapsed() < PATIENCE, "the grace of a millisecond never ends");
    }
    dora.with_token(&access).get("/api/me").await.refused(401, "session_revoked");
}

#[tokio::test]
async fn a_forged_refresh_token_changes_nothing() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let real = &dora.refresh_token;
    let middle = real.len() / 2;
    let other = if real.as_bytes()[middle] == b'A' { "B" } else { "A" };
    let spoiled = format!("{}{other}{}", &real[..middle], &real[middle + 1..]);
    for forged in ["", "forged", dora.token(), &format!("{real}A"), &spoiled, &real[..middle]] {
        let body = json!({"refreshToken": forged});
        server.nobody().post("/api/refresh", body).await.refused(401, "invalid_refresh_token");
    }
    dora.me().await;
    refreshed(&dora, real).await;
}

#[tokio::test]
async fn logging_out_ends_this_session_alone() {
    let server = Server::start().await;
    let phone = server.register("dora").await;
    let tablet = server.login("dora", "tablet").await;
    phone.post_empty("/api/logout").await.is(204);
    phone.get("/api/me").await.refused(401, "session_revoked");
    assert_eq!(refresh(&phone, &phone.refresh_token).await.status, 401);
    tablet.me().await;
    refreshed(&tablet, &tablet.refresh_token).await;
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let server = Server::start().await;
    let phone = server.register("dora").await;
    let tablet = server.login("dora", "tablet").await;
    let body = json!({"oldPassword": PASSWORD, "newPassword": "quiet-harbour-31"});
    phone.post("/api/password", body).await.is(204);
    phone.me().await;
    refreshed(&phone, &phone.refresh_token).await;
    tablet.get("/api/me").await.refused(401, "session_revoked");
    assert_eq!(refresh(&tablet, &tablet.refresh_token).await.status, 401);
    let login = |password: &str| json!({"userId": "dora", "deviceId": "laptop", "password": password});
    server.nobody().post("/api/login", login(PASSWORD)).await.refused(401, "invalid_credentials");
    server.nobody().post("/api/login", login("quiet-harbour-31")).await.is(200);
}

#[tokio::test]
async fn a_password_is_not_changed_without_the_old_one() {
    let server = Server::start().await;
    let phone = server.register("dora").await;
    let tablet = server.login("dora", "tablet").await;
    let body = json!({"oldPassword": "not her password", "newPassword": "quiet-harbour-31"});
    phone.post("/api/password", body).await.refused(401, "invalid_credentials");
    let body = json!({"oldPassword": PASSWORD, "newPassword": "short"});
    phone.post("/api/password", body).await.refused_field("newPassword", &["too_short"]);
    phone.me().await;
    tablet.me().await;
    server.login("dora", "laptop").await;
}

#[tokio::test]
async fn what_is_no_access_token_signs_nobody_in() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let token = dora.token();
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "a JWT: {token}");
    let (header, claims, signature) = (parts[0], parts[1], parts[2]);
    let spoiled = if signature.starts_with('A') { "B" } else { "A" };
    // {"typ":"at+jwt","alg":"none"}
    let unsigned = "eyJ0eXAiOiJhdCtqd3QiLCJhbGciOiJub25lIn0";
    for wrong in [
        "",
        "x",
        "x.y.z",
        &dora.refresh_token,
        &format!("{header}.{claims}."),
        &format!("{header}.{claims}.{spoiled}{}", &signature[1..]),
        &format!("{unsigned}.{claims}."),
        &format!("{unsigned}.{claims}.{signature}"),
    ] {
        dora.with_token(wrong).get("/api/me").await.refused(401, "unauthenticated");
    }
    let basic = server.nobody();
    let request = basic.request(http::Method::GET, "/api/me").header("Authorization", format!("Basic {token}"));
    basic.send(request).await.refused(401, "unauthenticated");
    dora.me().await;
}

#[tokio::test]
async fn an_access_token_of_another_server_is_refused() {
    let (ours, theirs) = (Server::start().await, Server::start().await);
    let stranger = theirs.register("dora").await;
    ours.register("dora").await;
    // Both servers share the key: the session is what the other one does not know.
    let refused = ours.nobody().with_token(stranger.token()).get("/api/me").await;
    assert_eq!(refused.status, 401, "{refused:?}");
}

#[tokio::test]
async fn an_access_token_expires_and_its_socket_with_it() {
    let server = Server::with(&["--access-ttl", "3s"]).await;
    let dora = server.register("dora").await;
    let mut socket = Socket::open(&server, &dora).await;
    assert_eq!(socket.closed().await.0, Some(4001));
    let begun = Instant::now();
    let refused = loop {
        let answer = dora.get("/api/me").await;
        if answer.status != 200 {
            break answer;
        }
        assert!(begun.elapsed() < PATIENCE, "an access token of three seconds never expires");
    };
    refused.refused(401, "token_expired");
    let (access, _) = refreshed(&dora, &dora.refresh_token).await;
    dora.with_token(&access).me().await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let server = Server::start().await;
    let phone = server.register("dora").await;
    let tablet = server.login("dora", "tablet").await;
    server.register("eve").await;
    let listed = tablet.get("/api/sessions").await.is(200);
    let sessions = listed["sessions"].as_array().expect("sessions");
    let shown: Vec<_> = sessions.iter().map(|session| (&session["deviceId"], &session["current"])).collect();
    assert_eq!(shown, [(&json!("tablet"), &json!(true)), (&json!("phone"), &json!(false))]);
    assert!(sessions.iter().all(|session| is_timestamp(&session["createdAt"]) && is_timestamp(&session["lastSeenAt"])));

    let mut socket = Socket::open(&server, &phone).await;
    tablet.delete("/api/sessions/phone").await.is(204);
    assert_eq!(socket.closed().await.0, Some(4002));
    phone.get("/api/me").await.refused(401, "session_revoked");
    assert_eq!(refresh(&phone, &phone.refresh_token).await.status, 401);
    for unknown in ["phone", "watch", "a%20b"] {
        tablet.delete(&format!("/api/sessions/{unknown}")).await.refused(404, "session_not_found");
    }
    assert_eq!(tablet.get("/api/sessions").await.is(200)["sessions"].as_array().map(Vec::len), Some(1));

    tablet.delete("/api/sessions/tablet").await.is(204);
    tablet.get("/api/sessions").await.refused(401, "session_revoked");
}
