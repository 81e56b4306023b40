use super::kitchen::{alice, kitchen, order, send, send_to, stranger};

#[tokio::test]
async fn json_is_answered_without_a_charset() {
    let reply = order(r#"{"dish": "soup", "count": 1}"#).await;
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (201, "application/json"));
}

#[tokio::test]
async fn the_location_has_the_prefix_of_the_mount() {
    assert_eq!(order(r#"{"dish": "soup", "count": 1}"#).await.header("location"), "/chat/api/orders/soup");
    let at_the_root = http::Request::builder().method("POST").uri("/api/orders");
    let request = at_the_root.header("authorization", "Bearer alice").header("content-type", "application/json");
    let reply = send_to(kitchen(), request, r#"{"dish": "soup", "count": 1}"#).await;
    assert_eq!(reply.header("location"), "/api/orders/soup");
}

#[tokio::test]
async fn a_repetition_is_answered_200_with_the_same_kind_of_body() {
    let reply = order(r#"{"dish": "again", "count": 1}"#).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (200, ""));
    assert_eq!(reply.json()["userId"], "alice");
}

#[tokio::test]
async fn a_201_without_a_place_has_no_location() {
    let ring = stranger("POST", "/api/ring").header("content-type", "application/json");
    let reply = send(ring, r#"{"dish": "soup", "count": 1}"#).await;
    assert_eq!((reply.status.as_u16(), reply.header("location")), (201, ""));
}

#[tokio::test]
async fn a_204_has_no_body() {
    let reply = send(alice("DELETE", "/api/orders/fish"), "").await;
    assert_eq!((reply.status.as_u16(), reply.body.len(), reply.header("content-type")), (204, 0, ""));
}

#[tokio::test]
async fn a_401_says_how_to_sign_in() {
    let challenge = async |request: http::request::Builder| {
        let reply = send(request, "").await;
        (reply.code(), reply.header("www-authenticate").to_owned())
    };
    let delete = || stranger("DELETE", "/api/orders/fish");
    let unauthenticated = |challenge: &str| ("unauthenticated".to_owned(), challenge.to_owned());
    assert_eq!(challenge(delete()).await, unauthenticated("Bearer"));
    assert_eq!(challenge(delete().header("authorization", "Basic YTpi")).await, unauthenticated("Bearer"));
    let forged = delete().header("authorization", "Bearer forged");
    assert_eq!(challenge(forged).await, unauthenticated(r#"Bearer error="invalid_token""#));
    let (code, told) = challenge(delete().header("authorization", "Bearer old")).await;
    assert_eq!(code, "token_expired");
    assert!(told.starts_with(r#"Bearer error="invalid_token""#), "{told}");
}

#[tokio::test]
async fn a_503_says_when_to_come_back_in_seconds_rounded_up() {
    let reply = order(r#"{"dish": "soup", "count": 1, "urgent": true}"#).await;
    assert_eq!((reply.code().as_str(), reply.header("retry-after")), ("overloaded", "2"));
    assert_eq!(reply.json()["retryAfterMs"], 1500);
}

#[tokio::test]
async fn extra_members_stand_beside_the_code_and_no_others() {
    let problem = order(r#"{"dish": "gold", "count": 1}"#).await.json();
    assert_eq!((problem["required"].as_i64(), problem["availCoins"].as_i64()), (Some(150), Some(3)));
    let names: Vec<_> = problem.as_object().unwrap().keys().collect();
    assert_eq!(names, ["availCoins", "code", "detail", "requestId", "required", "status", "title", "type"]);
}

#[tokio::test]
async fn every_answer_has_a_request_id_of_its_own() {
    let first = order(r#"{"dish": "soup", "count": 1}"#).await;
    let second = send(stranger("GET", "/api/nowhere"), "").await;
    assert_eq!((first.header("x-request-id").len(), second.header("x-request-id").len()), (32, 32));
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[tokio::test]
async fn answers_are_not_stored_by_anybody() {
    assert_eq!(order(r#"{"dish": "soup", "count": 1}"#).await.header("cache-control"), "no-store");
    assert_eq!(send(stranger("GET", "/api/nowhere"), "").await.header("cache-control"), "no-store");
}
