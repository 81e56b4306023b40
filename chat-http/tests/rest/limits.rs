//! Limits by user, by address and by kind, as the router applies them.

use std::time::{Duration, Instant};

use chat_http::{HttpConfig, Rate, RateLimits, RatePair};
use serde_json::{Value, json};

use super::{
    reply::Reply,
    town::{PASSWORD, Person, Town},
};

const HERE: &str = "203.0.113.7";
const THERE: &str = "203.0.113.8";

/// Nothing here comes twice within an hour.
fn rare(burst: u32) -> Rate {
    Rate::new(burst, Duration::from_secs(3_600 * u64::from(burst)))
}

fn pair(user: u32, address: u32) -> RatePair {
    RatePair { user: rare(user), address: rare(address) }
}

async fn town(limits: RateLimits) -> Town {
    Town::with(HttpConfig { rate_limits: Some(limits), ..HttpConfig::default() }).await
}

async fn wrong_login(person: &Person) -> Reply {
    person
        .send("POST", "/api/login", json!({"userId": "dora", "deviceId": "phone", "password": "wrong"}).to_string())
        .await
}

#[tokio::test]
async fn an_address_signs_in_only_so_often_and_another_one_is_not_held_back() {
    let town = town(RateLimits { sign_in: rare(3), ..RateLimits::default() }).await;
    let (here, there) = (town.nobody().at(HERE), town.nobody().at(THERE));
    for left in ["2", "1", "0"] {
        let reply = wrong_login(&here).await;
        assert_eq!(reply.code(), "invalid_credentials");
        assert!(reply.header("ratelimit").starts_with(&format!("\"sign-in\";r={left};t=")), "{:?}", reply.headers);
        assert_eq!(reply.header("ratelimit-policy"), "\"sign-in\";q=3;w=10800");
    }
    let reply = wrong_login(&here).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (429, "rate_limited"));
    assert!(reply.header("ratelimit").starts_with("\"sign-in\";r=0;t=") && reply.header("retry-after") == "3600");
    assert!(reply.json()["retryAfterMs"].as_u64().is_some_and(|wait| (3_590_000..=3_600_000).contains(&wait)));
    // Each way in counts as one, and what is not even JSON counts, too.
    assert_eq!(here.send("POST", "/api/register", "{").await.code(), "rate_limited");
    assert_eq!(here.send("POST", "/api/refresh", "{").await.code(), "invalid_request", "who is signed in stays so");
    assert_eq!(wrong_login(&there).await.code(), "invalid_credentials");
}

#[tokio::test]
async fn a_user_sends_only_so_often_from_wherever_and_may_do_other_things() {
    let town = town(RateLimits { send: pair(2, 100), ..RateLimits::default() }).await;
    let (alice, bob) = (town.prime("alice").await, town.prime("bob").await);
    let room = alice.room().await;
    let message = json!({"roomId": room, "body": "hi"});
    let send = async |person: &Person| person.send("POST", "/api/messages", message.to_string()).await;
    assert_eq!(send(&alice).await.status, 201);
    let alice = alice.at(HERE);
    let reply = send(&alice).await;
    assert_eq!(reply.header("ratelimit-policy"), "\"send-address\";q=100;w=360000, \"send\";q=2;w=7200");
    let alice = alice.at(THERE);
    assert_eq!(send(&alice).await.code(), "rate_limited");
    assert_eq!(alice.get("/api/me").await.status, 200, "looking is another kind");
    assert_eq!(send(&bob).await.code(), "not_a_member", "and bob another user");
}

#[tokio::test]
async fn passwords_are_tried_only_so_often_wherever_there_are_some() {
    let town = town(RateLimits { passwords: pair(3, 100), ..RateLimits::default() }).await;
    let (alice, bob) = (town.prime("alice").await, town.prime("bob").await);
    let room = alice.room().await;
    let join = json!({"roomId": room, "password": "a wrong one"}).to_string();
    let invite = json!({"userId": "bob", "password": "a wrong one"}).to_string();
    let password = json!({"oldPassword": "a wrong one", "newPassword": PASSWORD}).to_string();
    assert_eq!(bob.send("POST", "/api/joinroom", join.clone()).await.code(), "wrong_room_password");
    assert_eq!(bob.send("POST", "/api/password", password).await.code(), "invalid_credentials");
    let reply = bob.send("POST", &format!("/api/chatrooms/{room}/invites"), invite).await;
    assert_eq!(reply.header("ratelimit-policy"), "\"passwords\";q=3;w=10800", "{:?}", reply.headers);
    assert_eq!(bob.send("POST", "/api/joinroom", join).await.code(), "rate_limited");
}

#[tokio::test]
async fn an_address_is_limited_before_it_is_known_who_asks() {
    let town = town(RateLimits { read: pair(100, 2), ..RateLimits::default() }).await;
    let dora = town.person("dora").await.at(HERE);
    let nobody = town.nobody().at(HERE);
    assert_eq!(nobody.get("/api/me").await.code(), "unauthenticated");
    assert_eq!(nobody.get("/api/me").await.code(), "unauthenticated");
    assert_eq!(nobody.get("/api/me").await.code(), "rate_limited");
    assert_eq!(dora.get("/api/me").await.code(), "rate_limited");
    assert_eq!(dora.at(THERE).get("/api/me").await.status, 200);
}

#[tokio::test]
async fn after_the_time_it_said_it_goes_on() {
    let often = Rate::new(1, Duration::from_millis(50));
    let town = town(RateLimits { sign_in: often, ..RateLimits::default() }).await;
    let here = town.nobody().at(HERE);
    let refused = loop {
        let reply = wrong_login(&here).await;
        if reply.status == 429 {
            break reply;
        }
    };
    assert_eq!(refused.header("retry-after"), "1");
    let begun = Instant::now();
    while wrong_login(&here).await.status == 429 {
        assert!(begun.elapsed() < Duration::from_secs(10), "it never goes on");
    }
}

#[tokio::test]
async fn every_operation_is_limited_and_says_so() {
    let town = Town::with(HttpConfig::default()).await;
    let nobody = town.nobody().at(HERE);
    let document: Value = nobody.get("/api/openapi.json").await.json();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let headers = operation["responses"]["429"]["headers"].as_object();
            let headers: Vec<_> = headers.unwrap_or_else(|| panic!("{method} {path} lists no 429")).keys().collect();
            assert_eq!(headers, ["RateLimit", "RateLimit-Policy", "Retry-After"], "{method} {path}");
            let reply = nobody.send(&method.to_uppercase(), path, "{").await;
            let kind = match (method.as_str(), path.as_str()) {
                ("get", _) => "read-address",
                (_, "/api/register" | "/api/login") => "sign-in",
                (_, "/api/refresh") => "refresh",
                (_, "/api/joinroom" | "/api/password" | "/api/chatrooms/{roomId}/invites") => "passwords-address",
                (_, "/api/messages") => "send-address",
                (_, path) if path.starts_with("/api/chatrooms/{roomId}/messages/{seq}") => "send-address",
                _ => "write-address",
            };
            let told = reply.header("ratelimit-policy");
            assert!(told.starts_with(&format!("\"{kind}\";q=")), "{method} {path}: {told:?} {}", reply.status);
            operations += 1;
        }
    }
    assert!(20 < operations, "{operations}");
}

#[tokio::test]
async fn a_router_that_is_not_told_addresses_limits_users_alone() {
    let town = town(RateLimits { sign_in: rare(1), read: pair(1, 100), ..RateLimits::default() }).await;
    assert_eq!(wrong_login(&town.nobody()).await.code(), "invalid_credentials");
    assert_eq!(wrong_login(&town.nobody()).await.code(), "invalid_credentials");
    let dora = town.person("dora").await;
    assert_eq!(dora.get("/api/me").await.header("ratelimit-policy"), "\"read\";q=1;w=3600");
    assert_eq!(dora.get("/api/me").await.code(), "rate_limited");
}

#[tokio::test]
async fn without_limits_nothing_is_limited_and_nothing_told() {
    let town = Town::with(HttpConfig { rate_limits: None, ..HttpConfig::default() }).await;
    let here = town.nobody().at(HERE);
    for _ in 0..40 {
        let reply = wrong_login(&here).await;
        assert_eq!((reply.code().as_str(), reply.header("ratelimit")), ("invalid_credentials", ""));
    }
}
