use chat_core::model::operator::Operator;
use serde_json::{Value, json};

use super::town::{NOON, OPERATOR, Town};

fn user(prime: bool, coins: i64) -> Value {
    json!({
        "userId": "carol", "name": "The carol", "phone": "+4915112345678", "prime": prime, "availCoins": coins,
        "createdAt": NOON, "suspended": false,
    })
}

fn change(amount: i64, key: &str) -> Value {
    json!({"amount": amount, "reason": "a present", "key": key})
}

#[tokio::test]
async fn r_acc_05_the_operator_sees_a_user_and_makes_them_prime() {
    let town = Town::new().await;
    let carol = town.person_with_coins("carol", 3).await;
    let operator = town.operator();
    assert_eq!(operator.get("/admin/users/carol").await.is(200), user(false, 3));
    for prime in [true, true, false] {
        let answer = operator.put("/admin/users/carol/prime", json!({"prime": prime})).await.is(200);
        assert_eq!(answer, user(prime, 3));
        assert_eq!(carol.get("/api/me").await.is(200)["prime"], prime);
    }
    operator.put("/admin/users/carol/prime", json!({})).await.refused_fields(&["prime: required"]);
}

#[tokio::test]
async fn r_coin_03_coins_change_once_a_key() {
    let town = Town::new().await;
    town.person_with_coins("carol", 3).await;
    let (operator, path) = (town.operator(), "/admin/users/carol/coins");
    let entry = json!({
        "number": 2, "amount": 7, "kind": "grant", "reason": "a present", "balanceAfter": 10, "at": NOON,
    });
    assert_eq!(operator.post(path, change(7, "k")).await.is(201), entry);
    assert_eq!(operator.post(path, change(7, "k")).await.is(200), entry);
    operator.post(path, change(8, "k")).await.refused(409, "idempotency_conflict");
    let short = operator.post(path, change(-11, "l")).await.refused(402, "insufficient_coins");
    assert_eq!((&short["required"], &short["availCoins"]), (&json!(11), &json!(10)));
    operator.post(path, change((1 << 53) - 1, "m")).await.refused(409, "balance_overflow");
    operator.post(path, json!({"amount": 0, "reason": "", "key": "é"})).await.refused_fields(&[
        "amount: out_of_range",
        "reason: too_short",
        "key: bad_format",
    ]);
    assert_eq!(operator.get("/admin/users/carol").await.is(200), user(false, 10));
}

#[tokio::test]
async fn the_operator_hears_of_users_that_are_not_there() {
    let town = Town::new().await;
    for id in ["nobody", "a%20b"] {
        let path = format!("/admin/users/{id}");
        town.operator().get(&path).await.refused(404, "user_not_found");
        town.operator().put(&format!("{path}/prime"), json!({"prime": true})).await.refused(404, "user_not_found");
        town.operator().post(&format!("{path}/coins"), change(1, "k")).await.refused(404, "user_not_found");
    }
}

#[tokio::test]
async fn the_operators_token_opens_the_operators_door_alone() {
    let town = Town::new().await;
    let carol = town.person("carol").await;
    let with = |token: &str| {
        let session = json!({"accessToken": token, "refreshToken": ""});
        town.nobody().signed_in(&session)
    };
    let wrong = [&OPERATOR[1..], &format!("{OPERATOR}x"), &OPERATOR.to_uppercase(), ""].map(with);
    for stranger in wrong.iter().chain([&carol, &town.nobody()]) {
        stranger.send("PUT", "/admin/users/carol/prime", "broken").await.refused(401, "unauthenticated");
    }
    town.operator().get("/api/me").await.refused(401, "unauthenticated");
    assert_eq!(carol.get("/api/me").await.is(200)["prime"], false);
}

#[tokio::test]
async fn what_is_no_route_of_the_operators_is_told_so() {
    let town = Town::new().await;
    for path in ["/admin", "/admin/", "/admin/nothing", "/admin/users/carol/prime/x"] {
        town.operator().get(path).await.refused(404, "route_not_found");
        town.nobody().get(path).await.refused(404, "route_not_found");
    }
    let reply = town.nobody().delete("/admin/users/carol/prime").await;
    assert_eq!(reply.header("allow"), "PUT");
    reply.refused(405, "method_not_allowed");
}

#[test]
fn a_token_that_no_client_could_send_is_refused() {
    for wrong in ["", "two words", "é", "a\n", "=", "a=b"] {
        assert!(chat_http::OperatorToken::new(Operator::host(), wrong.into()).is_err(), "{wrong:?}");
    }
    let token = chat_http::OperatorToken::new(Operator::host(), "Az09-._~+/==".into()).unwrap();
    assert!(!format!("{token:?}").contains("Az09"));
}
