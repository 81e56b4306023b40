use serde_json::json;

use super::town::{PASSWORD, Town};

#[tokio::test]
async fn a_login_answers_as_registering_does_and_ends_the_devices_earlier_session() {
    let town = Town::new().await;
    let alice = town.person("alice").await;
    let login = |device: &str| json!({"userId": "alice", "deviceId": device, "password": PASSWORD});
    let answer = town.nobody().post("/api/login", login("tablet")).await.is(200);
    assert_eq!(answer["user"], alice.get("/api/me").await.is(200));
    assert_eq!(answer["session"]["deviceId"], "tablet");
    town.nobody().post("/api/login", login("phone")).await.is(200);
    let refused = alice.get("/api/me").await;
    assert!(refused.header("www-authenticate").starts_with("Bearer error=\"invalid_token\""));
    refused.refused(401, "session_revoked");
}

#[tokio::test]
async fn a_login_does_not_tell_what_is_wrong() {
    let town = Town::new().await;
    town.person("alice").await;
    for (user, password) in [("alice", "another"), ("nobody", PASSWORD), ("a b", PASSWORD), ("", ""), ("alice", "")] {
        let login = json!({"userId": user, "deviceId": "phone", "password": password});
        town.nobody().post("/api/login", login).await.refused(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn a_refresh_token_is_exchanged_for_a_session() {
    let town = Town::new().await;
    let alice = town.person("alice").await;
    let session = town.nobody().post("/api/refresh", json!({"refreshToken": alice.refresh_token})).await.is(200);
    let names: Vec<_> = session.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["accessToken", "deviceId", "expiresAt", "refreshExpiresAt", "refreshToken"]);
    let refreshed = town.nobody().signed_in(&session);
    refreshed.get("/api/me").await.is(200);
    town.nobody().post("/api/refresh", json!({"refreshToken": "x"})).await.refused(401, "invalid_refresh_token");
}

#[tokio::test]
async fn a_logout_ends_the_session() {
    let town = Town::new().await;
    let alice = town.person("alice").await;
    alice.send("POST", "/api/logout", "").await.is(204);
    alice.get("/api/me").await.refused(401, "session_revoked");
    let refresh = json!({"refreshToken": alice.refresh_token});
    town.nobody().post("/api/refresh", refresh).await.refused(401, "invalid_refresh_token");
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let town = Town::new().await;
    let phone = town.person("alice").await;
    let login = |password: &str| json!({"userId": "alice", "deviceId": "tablet", "password": password});
    let tablet = town.nobody().post("/api/login", login(PASSWORD)).await.is(200);
    let tablet = town.nobody().signed_in(&tablet["session"]);
    let change = |old: &str, new: &str| json!({"oldPassword": old, "newPassword": new});
    phone.post("/api/password", change("", "quiet-harbour-31")).await.refused(401, "invalid_credentials");
    phone.post("/api/password", change(PASSWORD, "short")).await.refused_fields(&["newPassword: too_short"]);
    phone.post("/api/password", change(PASSWORD, "quiet-harbour-31")).await.is(204);
    phone.get("/api/me").await.is(200);
    tablet.get("/api/me").await.refused(401, "session_revoked");
    town.nobody().post("/api/login", login(PASSWORD)).await.refused(401, "invalid_credentials");
    town.nobody().post("/api/login", login("quiet-harbour-31")).await.is(200);
}
