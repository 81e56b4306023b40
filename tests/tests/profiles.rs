//! What one sees of somebody else (R-PRO).

use chat_tests::Server;
use serde_json::{Value, json};

#[tokio::test]
async fn r_pro_01_a_profile_shows_neither_phone_nor_coins_nor_devices() {
    let server = Server::start().await;
    let dora = server.register_with_coins("dora", 300).await;
    let eve = server.register("eve").await;
    let profile = eve.get("/api/profile/dora").await.is(200);
    let me = dora.me().await;
    let expected =
        json!({"userId": "dora", "name": "The dora", "prime": false, "createdAt": me["createdAt"], "relation": "none"});
    assert_eq!(profile, expected);
}

#[tokio::test]
async fn r_pro_01_ones_own_profile_is_that_of_oneself() {
    let server = Server::start().await;
    let dora = server.prime("dora").await;
    let profile = dora.get("/api/profile/dora").await.is(200);
    assert_eq!((&profile["relation"], &profile["prime"]), (&json!("self"), &json!(true)));
    assert!(profile.get("phone").is_none() && profile.get("availCoins").is_none(), "{profile}");
}

#[tokio::test]
async fn nobody_without_a_profile_is_found() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    for unknown in ["nobody", "Dora", "d%20o", "%00", &"x".repeat(65), "%ff", "d\u{f6}ra"] {
        dora.get(&format!("/api/profile/{unknown}")).await.refused(404, "user_not_found");
    }
}

#[tokio::test]
async fn others_see_a_new_name_and_a_new_standing() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let eve = server.register("eve").await;
    dora.patch("/api/me", json!({"name": "Theodora"})).await.is(200);
    server.make_prime("dora", true).await;
    let seen: Value = eve.get("/api/profile/dora").await.is(200);
    assert_eq!((&seen["name"], &seen["prime"]), (&json!("Theodora"), &json!(true)));
}
