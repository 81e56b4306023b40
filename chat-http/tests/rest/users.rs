use serde_json::json;

use super::town::{NOON, Town, registration};

#[tokio::test]
async fn r_acc_01_registering_answers_the_user_and_a_session() {
    let town = Town::new().await;
    let mut body = registration("alice");
    body["availCoins"] = 300.into();
    let mut answer = town.nobody().post("/api/register", body).await.is(201);
    let session = answer["session"].as_object_mut().unwrap();
    for token in ["accessToken", "refreshToken"] {
        assert!(20 < session.remove(token).unwrap().as_str().unwrap().len(), "{token}");
    }
    let expected = json!({
        "user": {
            "userId": "alice", "name": "The alice", "phone": "+4915112345678", "prime": false, "availCoins": 300,
            "createdAt": NOON,
        },
        "session": {
            "deviceId": "phone", "expiresAt": "2026-11-23T12:15:00.000Z",
            "refreshExpiresAt": "2026-12-23T12:00:00.000Z",
        },
    });
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn r_acc_02_a_taken_id_is_refused() {
    let town = Town::new().await;
    town.person("alice").await;
    town.nobody().post("/api/register", registration("Alice")).await.refused(409, "user_id_taken");
}

#[tokio::test]
async fn registering_names_all_that_is_wrong_at_once() {
    let town = Town::new().await;
    let body = json!({"userId": "a b", "deviceId": "", "name": " ", "phone": "1", "availCoins": -1, "colour": "red"});
    town.nobody().post("/api/register", body).await.refused_fields(&[
        "userId: bad_format",
        "deviceId: too_short",
        "name: too_short",
        "phone: bad_format",
        "availCoins: out_of_range",
        "password: required",
        "colour: unknown",
    ]);
    let mut greedy = registration("greedy");
    greedy["availCoins"] = 1_000_001.into();
    town.nobody().post("/api/register", greedy).await.refused_fields(&["availCoins: out_of_range"]);
}

#[tokio::test]
async fn one_sees_and_changes_oneself() {
    let town = Town::new().await;
    let alice = town.person_with_coins("alice", 5).await;
    let mut me = json!({
        "userId": "alice", "name": "The alice", "phone": "+4915112345678", "prime": false, "availCoins": 5,
        "createdAt": NOON,
    });
    assert_eq!(alice.get("/api/me").await.is(200), me);
    me["name"] = "Alice".into();
    assert_eq!(alice.patch("/api/me", json!({"name": " Alice "})).await.is(200), me);
    me["phone"] = "+31612345678".into();
    assert_eq!(alice.patch("/api/me", json!({"phone": "+31612345678", "name": null})).await.is(200), me);
    alice.patch("/api/me", json!({"prime": true})).await.refused_fields(&["prime: unknown"]);
    assert_eq!(alice.get("/api/me").await.is(200), me);
}

#[tokio::test]
async fn r_pro_01_a_profile_shows_neither_phone_nor_coins() {
    let town = Town::new().await;
    let (alice, bob) = (town.person("alice").await, town.person("b@b:+-._").await);
    let profile = |id: &str, relation: &str| {
        json!({
            "userId": id, "name": format!("The {id}"), "prime": false, "createdAt": NOON, "relation": relation,
        })
    };
    assert_eq!(alice.get("/api/profile/b@b:+-._").await.is(200), profile("b@b:+-._", "none"));
    assert_eq!(alice.get("/api/profile/b%40b%3A%2B-._").await.is(200), profile("b@b:+-._", "none"));
    assert_eq!(bob.get("/api/profile/b@b:+-._").await.is(200), profile("b@b:+-._", "self"));
    for nobody in ["carol", "Alice", "a%20b", "%2e%2e", &"x".repeat(65)] {
        alice.get(&format!("/api/profile/{nobody}")).await.refused(404, "user_not_found");
    }
}
