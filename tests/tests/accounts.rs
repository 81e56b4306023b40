//! Registering, and oneself (R-ACC).

use chat_tests::{Server, is_timestamp, registration};
use serde_json::json;

#[tokio::test]
async fn r_acc_01_registering_answers_the_user_and_a_session_for_the_device() {
    let server = Server::start().await;
    let mut body = registration("dora");
    body["availCoins"] = json!(300);
    let answer = server.nobody().post("/api/register", body).await.is(201);
    let user = &answer["user"];
    assert_eq!(
        (&user["userId"], &user["name"], &user["phone"], &user["prime"], &user["availCoins"]),
        (&json!("dora"), &json!("The dora"), &json!("+4915112345678"), &json!(false), &json!(300))
    );
    assert!(is_timestamp(&user["createdAt"]), "{user}");
    let session = &answer["session"];
    assert_eq!(session["deviceId"], "phone");
    assert!(is_timestamp(&session["expiresAt"]) && is_timestamp(&session["refreshExpiresAt"]), "{session}");
    let dora = server.nobody().signed_in(&answer);
    assert_eq!(dora.me().await, *user, "the session is that of the new user");
    assert!(answer.get("password").is_none() && user.get("password").is_none());
}

#[tokio::test]
async fn r_acc_02_a_user_id_is_taken_once_whatever_its_case() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    for taken in ["dora", "Dora", "DORA"] {
        server.nobody().post("/api/register", registration(taken)).await.refused(409, "user_id_taken");
    }
    assert_eq!(dora.me().await["userId"], "dora");
    dora.get("/api/profile/Dora").await.refused(404, "user_not_found");
}

#[tokio::test]
async fn r_acc_02_of_many_who_register_one_id_at_once_one_gets_it() {
    let server = Server::start().await;
    let nobody = server.nobody();
    let tries =
        ["dora", "dora", "dora", "Dora", "DORA", "dorA"].map(|id| nobody.post("/api/register", registration(id)));
    let answers = futures_util::future::join_all(tries).await;
    let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
    assert_eq!(made.len(), 1, "{made:?}");
    for answer in refused {
        answer.refused(409, "user_id_taken");
    }
}

#[tokio::test]
async fn r_acc_02_a_user_id_may_hold_every_allowed_character() {
    let server = Server::start().await;
    let reader = server.register("reader").await;
    let longest = "a".repeat(64);
    for id in ["Az09._@:+-", "...", "7", longest.as_str()] {
        server.register(id).await;
        let profile = reader.get(&format!("/api/profile/{id}")).await.is(200);
        assert_eq!(profile["userId"], id);
    }
    let profile = reader.get("/api/profile/Az09%2E_%40%3A%2B-").await.is(200);
    assert_eq!(profile["userId"], "Az09._@:+-", "percent-encoded in a path it is the same id");
}

#[tokio::test]
async fn r_acc_03_a_name_is_trimmed_and_composed() {
    let server = Server::start().await;
    let mut body = registration("amelie");
    body["name"] = json!("  Ame\u{301}lie \u{1f600}\t");
    let user = server.nobody().post("/api/register", body).await.is(201)["user"].clone();
    assert_eq!(user["name"], "Am\u{e9}lie \u{1f600}");
}

#[tokio::test]
async fn r_acc_03_lengths_count_characters_at_both_ends() {
    let server = Server::start().await;
    let bounds = [
        ("name", "\u{e9}".repeat(64)),
        ("name", "x".to_owned()),
        ("password", "\u{1f511}".repeat(8)),
        ("password", "p\u{e4}".repeat(64)),
        ("deviceId", "d".repeat(128)),
        ("phone", "+1234567".to_owned()),
        ("phone", "+123456789012345".to_owned()),
    ];
    for (number, (field, value)) in bounds.into_iter().enumerate() {
        let mut body = registration(&format!("user{number}"));
        body[field] = json!(value);
        let login = json!({"userId": body["userId"], "deviceId": body["deviceId"], "password": body["password"]});
        server.nobody().post("/api/register", body).await.is(201);
        server.nobody().post("/api/login", login).await.is(200);
    }
}

#[tokio::test]
async fn r_acc_03_two_long_passwords_with_the_same_beginning_are_two() {
    let server = Server::start().await;
    let mut body = registration("dora");
    let (first, second) = (format!("{}a", "long ".repeat(20)), format!("{}b", "long ".repeat(20)));
    body["password"] = json!(first);
    server.nobody().post("/api/register", body).await.is(201);
    let login = |password: String| json!({"userId": "dora", "deviceId": "phone", "password": password});
    server.nobody().post("/api/login", login(second)).await.refused(401, "invalid_credentials");
    server.nobody().post("/api/login", login(first)).await.is(200);
}

#[tokio::test]
async fn r_acc_04_the_opening_balance_is_what_was_asked_for_up_to_the_maximum() {
    let server = Server::start().await;
    let mut body = registration("greedy");
    body["availCoins"] = json!(1_000_001);
    server.nobody().post("/api/register", body).await.refused_field("availCoins", &["out_of_range"]);
    let greedy = server.register_with_coins("greedy", 1_000_000).await;
    assert_eq!(greedy.coins().await, 1_000_000, "the refused attempt took nothing, the id neither");
    let ledger = greedy.ledger().await;
    assert_eq!(ledger.len(), 1, "{ledger:?}");
    assert_eq!((&ledger[0]["kind"], &ledger[0]["amount"]), (&json!("opening"), &json!(1_000_000)));
    assert!(is_timestamp(&ledger[0]["at"]), "{ledger:?}");
}

#[tokio::test]
async fn r_acc_04_an_opening_balance_of_nothing_is_an_entry_too() {
    let server = Server::start().await;
    let ledger = server.register("poor").await.ledger().await;
    assert_eq!(ledger.len(), 1, "{ledger:?}");
    assert_eq!((&ledger[0]["kind"], &ledger[0]["amount"]), (&json!("opening"), &json!(0)));
}

#[tokio::test]
async fn r_acc_04_with_fixed_starting_coins_the_request_is_ignored() {
    let server = Server::with(&["--starting-coins", "75"]).await;
    assert_eq!(server.register_with_coins("greedy", 300).await.coins().await, 75);
}

#[tokio::test]
async fn r_acc_05_nobody_makes_themself_prime_or_rich() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    for (field, value) in [("prime", json!(true)), ("availCoins", json!(500)), ("userId", json!("alice"))] {
        dora.patch("/api/me", json!({field: value})).await.refused_field(field, &["unknown"]);
        let mut body = registration("eve");
        if field == "prime" {
            body[field] = value;
            server.nobody().post("/api/register", body).await.refused_field(field, &["unknown"]);
        }
    }
    for path in ["/admin/users/dora/prime", "/admin/users/dora/coins"] {
        let method = if path.ends_with("prime") { http::Method::PUT } else { http::Method::POST };
        let body = if path.ends_with("prime") {
            json!({"prime": true})
        } else {
            json!({"amount": 5, "reason": "greed", "key": "k"})
        };
        dora.json(method.clone(), path, body.clone()).await.refused(401, "unauthenticated");
        server.nobody().json(method, path, body).await.refused(401, "unauthenticated");
    }
    let me = dora.me().await;
    assert_eq!((&me["prime"], &me["availCoins"]), (&json!(false), &json!(0)));
}

#[tokio::test]
async fn one_changes_ones_name_and_phone_and_nothing_else() {
    let server = Server::start().await;
    let dora = server.register_with_coins("dora", 5).await;
    let before = dora.me().await;
    let renamed = dora.patch("/api/me", json!({"name": " Dora the second "})).await.is(200);
    assert_eq!((&renamed["name"], &renamed["phone"]), (&json!("Dora the second"), &before["phone"]));
    let moved = dora.patch("/api/me", json!({"phone": "+31612345678", "name": null})).await.is(200);
    assert_eq!((&moved["name"], &moved["phone"]), (&json!("Dora the second"), &json!("+31612345678")));
    dora.patch("/api/me", json!({"name": "Third", "phone": "none"})).await.refused_field("phone", &["bad_format"]);
    assert_eq!(dora.me().await, moved, "a refusal changes nothing");
    for member in ["userId", "prime", "availCoins", "createdAt"] {
        assert_eq!(moved[member], before[member], "{member}");
    }
}
