//! The server is held against its OpenAPI documents by Schemathesis, signed in as each kind of user.
//!
//! `CHAT_TEST_SCALE` multiplies how many cases there are of each kind. A change has to pass the same ones each time;
//! `CHAT_TEST_SEED` makes others, and more of them are others, too: what was drawn is printed.

mod lies;
mod run;

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};

use axum::{Router, http::StatusCode, routing::post};
use chat_proofs::scale::scaled;
use chat_tests::Server;
use run::{Outcome, Run};

/// What a change has to pass for each kind of user.
const CASES: u32 = 1000;

/// What the documents promise is whole only so: users begin with the coins that the server gives, not with those they
/// ask for, and anybody may be asked to be friends.
const FLAGS: [&str; 6] = ["--access-ttl", "12h", "--starting-coins", "1000000000", "--friend-requests", "anyone"];

/// Anybody may call these.
const FOR_STRANGERS: [&str; 3] = ["login", "refresh", "register"];

/// Only owners and moderators of a room, and who is prime, may call these.
const NOT_FOR_MEMBERS: [&str; 10] = [
    "banUser",
    "closeRoom",
    "createRoom",
    "invite",
    "liftBan",
    "listBans",
    "listInvites",
    "revokeInvite",
    "setRole",
    "updateRoom",
];

/// How many cases Schemathesis makes of a document whatever is asked for, and how many more with each further example.
struct Size {
    whatever: u32,
    more: u32,
}

const API: Size = Size { whatever: 900, more: 20 };
const OPERATORS: Size = Size { whatever: 500, more: 8 };

fn seed() -> u64 {
    match std::env::var("CHAT_TEST_SEED") {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("CHAT_TEST_SEED={text} is no number")),
        Err(_) if scaled(CASES) <= CASES => 1,
        Err(_) => RandomState::new().build_hasher().finish(),
    }
}

/// Holds a server against a document.
async fn holds(server: &Server, kind: &str, document: &str, size: Size) -> Outcome {
    let (cases, seed) = (scaled(CASES), seed());
    println!("CHAT_TEST_SEED={seed}");
    let examples = cases.saturating_sub(size.whatever).div_ceil(size.more).max(5);
    let run = Run { server, kind, document: server.base().to_owned() + document, examples, seed, options: &[] };
    let outcome = run.to_its_end().await;
    println!("{}", outcome.table());
    assert!(outcome.status.success() && outcome.failures().is_empty(), "{}", outcome.said);
    assert!(u64::from(cases) <= outcome.cases(), "{} of {cases} cases", outcome.cases());
    let operations = outcome.report["operations"]["total"].as_u64().expect("a count");
    assert_eq!(outcome.answers.len() as u64, operations, "operations that were called");
    println!("{kind}: {} cases, seed {seed}, 0 violations of {document}", outcome.cases());
    outcome
}

fn names<'a>(names: &[&'a str]) -> BTreeSet<&'a str> {
    names.iter().copied().collect()
}

#[tokio::test]
async fn a_prime_owner_is_answered_as_the_document_says_and_succeeds_in_each_operation() {
    let server = Server::with(&FLAGS).await;
    let outcome = holds(&server, "owner", "/api/openapi.json", API).await;
    assert_eq!(outcome.without_success(), BTreeSet::new());
}

#[tokio::test]
async fn a_member_is_answered_as_the_document_says_and_succeeds_in_what_members_may() {
    let server = Server::with(&FLAGS).await;
    let outcome = holds(&server, "member", "/api/openapi.json", API).await;
    assert_eq!(outcome.without_success(), names(&NOT_FOR_MEMBERS));
}

#[tokio::test]
async fn who_is_not_signed_in_is_answered_as_the_document_says_and_can_only_sign_in() {
    let server = Server::with(&FLAGS).await;
    let outcome = holds(&server, "nobody", "/api/openapi.json", API).await;
    let succeeded = outcome.answers.keys().map(String::as_str).filter(|name| !outcome.without_success().contains(name));
    assert_eq!(succeeded.collect::<BTreeSet<_>>(), names(&FOR_STRANGERS));
}

#[tokio::test]
async fn who_is_suspended_is_answered_as_the_document_says_and_can_do_what_anybody_can() {
    let server = Server::with(&FLAGS).await;
    let outcome = holds(&server, "suspended", "/api/openapi.json", API).await;
    let succeeded = outcome.answers.keys().map(String::as_str).filter(|name| !outcome.without_success().contains(name));
    assert_eq!(succeeded.collect::<BTreeSet<_>>(), names(&FOR_STRANGERS));
    let suspended = outcome.answers.values().filter(|statuses| statuses.contains_key(&403)).count();
    assert_eq!(suspended, outcome.answers.len() - FOR_STRANGERS.len());
}

/// With a webhook whose receiver wants nothing, so that there are dead letters.
#[tokio::test]
async fn an_operator_is_answered_as_the_document_says_and_succeeds_in_each_operation() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hooks", listener.local_addr().expect("an address"));
    let receiver = Router::new().route("/hooks", post(|| async { StatusCode::GONE }));
    tokio::spawn(async move { axum::serve(listener, receiver).await.expect("it serves") });
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let webhook = ["--webhook-url", &url, "--webhook-secret", secret, "--webhook-allow-private"];
    let server = Server::with(&[&FLAGS[..], &webhook].concat()).await;
    let outcome = holds(&server, "operator", "/admin/openapi.json", OPERATORS).await;
    assert_eq!(outcome.without_success(), BTreeSet::new());
}

#[tokio::test]
async fn who_asks_too_much_is_told_so_as_the_document_says() {
    let server = Server::with(&[&FLAGS[..], &["--rate-limits", "on", "--rate-limit", "read=20/1h"]].concat()).await;
    let document = server.base().to_owned() + "/api/openapi.json";
    let options = ["--include-operation-id", "listCoinEntries"];
    let run = Run { server: &server, kind: "member", document, examples: 10, seed: 1, options: &options };
    let outcome = run.to_its_end().await;
    assert!(outcome.failures().is_empty(), "{}", outcome.said);
    assert!(outcome.answers["listCoinEntries"].contains_key(&429), "{}", outcome.table());
}
