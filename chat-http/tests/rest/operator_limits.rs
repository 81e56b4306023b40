//! Limits of the operators' API, as its router applies them.

use std::time::Duration;

use chat_http::{HttpConfig, Rate, RateLimits, RatePair};
use serde_json::Value;

use super::{
    reply::Reply,
    town::{Person, Town},
};

const HERE: &str = "203.0.113.7";
const THERE: &str = "203.0.113.8";
const USERS: &str = "/admin/users";

/// Nothing here comes twice within an hour.
fn rare(burst: u32) -> Rate {
    Rate::new(burst, Duration::from_secs(3_600 * u64::from(burst)))
}

async fn town(operate: Rate, operator_guess: Rate) -> Town {
    let limits = RateLimits { operate, operator_guess, ..RateLimits::default() };
    Town::with(HttpConfig { rate_limits: Some(limits), ..HttpConfig::default() }).await
}

#[track_caller]
fn held_back(reply: Reply, kind: &str) {
    assert!(reply.header("ratelimit").starts_with(&format!("\"{kind}\";r=0;t=")), "{:?}", reply.headers);
    assert_eq!(reply.header("retry-after"), "3600");
    let problem = reply.refused(429, "rate_limited");
    assert!(problem["retryAfterMs"].as_u64().is_some_and(|wait| (3_590_000..=3_600_000).contains(&wait)), "{problem}");
}

#[tokio::test]
async fn operators_at_an_address_do_so_much_and_then_wait_and_another_address_does_not() {
    let town = town(rare(3), rare(20)).await;
    let (here, there) = (town.operator().at(HERE), town.operator().at(THERE));
    here.get(USERS).await.is(200);
    for left in ["1", "0"] {
        let reply = here.get(USERS).await;
        assert_eq!(reply.header("ratelimit-policy"), "\"operate\";q=3;w=10800");
        assert!(reply.header("ratelimit").starts_with(&format!("\"operate\";r={left};t=")), "{:?}", reply.headers);
        reply.is(200);
    }
    held_back(here.get(USERS).await, "operate");
    // What is sent too often is not read.
    held_back(here.send("PUT", "/admin/users/carol/prime", "{").await, "operate");
    there.get(USERS).await.is(200);
}

#[tokio::test]
async fn tokens_are_guessed_only_so_often_from_an_address() {
    let town = town(rare(600), rare(3)).await;
    let (here, there) = (town.nobody().at(HERE), town.nobody().at(THERE));
    for left in ["2", "1", "0"] {
        let reply = guess(&here).await;
        assert_eq!(reply.header("ratelimit-policy"), "\"operator-guess\";q=3;w=10800");
        assert!(reply.header("ratelimit").starts_with(&format!("\"operator-guess\";r={left};t=")), "{left}");
        reply.refused(401, "unauthenticated");
    }
    held_back(guess(&here).await, "operator-guess");
    held_back(here.get(USERS).await, "operator-guess");
    guess(&there).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn an_operator_works_on_beside_those_who_guess() {
    let town = town(rare(600), rare(3)).await;
    let (operator, stranger) = (town.operator().at(HERE), town.nobody().at(HERE));
    operator.get(USERS).await.is(200);
    while guess(&stranger).await.status != 429 {}
    for _ in 0..40 {
        assert_eq!(operator.get(USERS).await.header("ratelimit-policy"), "\"operate\";q=600;w=2160000");
        held_back(guess(&stranger).await, "operator-guess");
    }
    operator.get(USERS).await.is(200);
}

#[tokio::test]
async fn where_there_were_too_many_guesses_one_that_is_right_is_not_told_from_others() {
    let town = town(rare(600), rare(3)).await;
    let stranger = town.nobody().at(HERE);
    town.clerk().at(HERE).get(USERS).await.is(200);
    while guess(&stranger).await.status != 429 {}
    let (right, wrong) = (town.operator().at(HERE).get(USERS).await, guess(&stranger).await);
    assert_eq!(right.header("ratelimit-policy"), wrong.header("ratelimit-policy"));
    held_back(right, "operator-guess");
    held_back(wrong, "operator-guess");
    town.clerk().at(HERE).get(USERS).await.is(200);
    town.operator().at(THERE).get(USERS).await.is(200);
}

#[tokio::test]
async fn users_use_up_nothing_of_what_operators_may() {
    let read = RatePair { user: rare(1), address: rare(1) };
    let limits = RateLimits { operate: rare(1), operator_guess: rare(1), read, ..RateLimits::default() };
    let town = Town::with(HttpConfig { rate_limits: Some(limits), ..HttpConfig::default() }).await;
    let (dora, operator) = (town.person("dora").await.at(HERE), town.operator().at(HERE));
    dora.get("/api/me").await.is(200);
    dora.get("/api/me").await.refused(429, "rate_limited");
    operator.get(USERS).await.is(200);
    held_back(operator.get(USERS).await, "operate");
}

#[tokio::test]
async fn every_operation_of_the_operators_is_limited_and_says_so() {
    let town = Town::with(HttpConfig::default()).await;
    let operator = town.operator().at(HERE);
    operator.get(USERS).await.is(200);
    let document: Value = operator.get("/admin/openapi.json").await.json();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let headers = operation["responses"]["429"]["headers"].as_object();
            let headers: Vec<_> = headers.unwrap_or_else(|| panic!("{method} {path} lists no 429")).keys().collect();
            assert_eq!(headers, ["RateLimit", "RateLimit-Policy", "Retry-After"], "{method} {path}");
            let reply = operator.send(&method.to_uppercase(), path, "{").await;
            assert_eq!(reply.header("ratelimit-policy"), "\"operate\";q=600;w=60", "{method} {path}");
            operations += 1;
        }
    }
    assert!(8 < operations, "{operations}");
}

#[tokio::test]
async fn a_router_that_is_not_told_addresses_limits_no_operators() {
    let town = town(rare(600), rare(1)).await;
    for _ in 0..3 {
        guess(&town.nobody()).await.refused(401, "unauthenticated");
    }
    town.operator().get(USERS).await.is(200);
}

async fn guess(person: &Person) -> Reply {
    person.with_token("a-guess").get(USERS).await
}
