//! How a stream ends.

use chat_tests::{Client, Listener, Narrow, Server};
use futures_util::future::join_all;
use serde_json::json;

fn is_error(last: &serde_json::Value, status: u16, code: &str) {
    let problem = &last["problem"];
    assert_eq!((&last["type"], &problem["status"], &problem["code"]), (&json!("error"), &json!(status), &json!(code)));
    assert!(last.get("id").is_none(), "it answers no command: {last}");
}

#[tokio::test]
async fn with_the_session() {
    let server = Server::start().await;
    let bob = server.register("bob").await;
    let other = server.login("bob", "tablet").await;
    let (mut listener, mut goes_on) = (Listener::open(&bob).await, Listener::open(&other).await);
    bob.post_empty("/api/logout").await.is(204);
    is_error(&listener.ended().await, 401, "session_revoked");
    let room = server.prime("alice").await.create_room("Tea").await;
    other.join(&room).await;
    goes_on.until("the room", |frame| frame["type"] == "room_added").await;
}

#[tokio::test]
async fn with_the_standing_of_the_user() {
    let server = Server::start().await;
    let mut listener = Listener::open(&server.register("bob").await).await;
    server.admin().put("/admin/users/bob/suspended", json!({"suspended": true})).await.is(200);
    is_error(&listener.ended().await, 403, "suspended");
}

#[tokio::test]
async fn with_the_access_token_of_which_it_warns() {
    let server = Server::with(&["--access-ttl", "2s"]).await;
    let bob = server.register("bob").await;
    let mut listener = Listener::open(&bob).await;
    let notice = listener.until("a warning", |frame| frame["type"] == "notice").await;
    assert_eq!(notice, json!({"type": "notice", "code": "token_expiring"}));
    is_error(&listener.ended().await, 401, "token_expired");
    // With a fresh token it goes on where it was.
    let room = server.prime("alice").await.create_room("Tea").await;
    let fresh = bob.refreshed().await;
    fresh.join(&room).await;
    let mut listener = listener.again(&fresh).await;
    assert!(listener.last(&room).is_some(), "it stands in the welcome");
    fresh.write(&room, "back").await;
    listener.heard(&room, 3).await;
}

#[tokio::test]
async fn with_the_server_which_says_so_and_takes_no_more() {
    let mut server = Server::start().await;
    let names: Vec<String> = (0..20).map(|number| format!("user-{number}")).collect();
    let users = join_all(names.iter().map(|name| server.register(name))).await;
    let mut listeners = join_all(users.iter().map(Listener::open)).await;
    server.terminate();
    for listener in &mut listeners {
        assert_eq!(listener.ended().await, json!({"type": "notice", "code": "draining"}));
    }
    assert!(server.ended().await.success());
    assert!(!server.log().contains("cut off"), "{}", server.log());
}

/// So that a reader that does not read is given up soon.
const FLAGS: [&str; 4] = ["--heartbeat", "1s", "--write-timeout", "2s"];
const MEMORY: u64 = 24 * 1_024;

#[tokio::test]
async fn r_msg_08_a_reader_that_reads_nothing_costs_little_is_given_up_and_comes_back_whole() {
    let server = Server::with(&FLAGS).await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    let body = "x".repeat(4_000);
    let say = async |times: usize| {
        for _ in 0..times / 20 {
            join_all((0..20).map(|_| alice.write(&room, &body))).await;
        }
    };
    say(200).await;
    let before = server.memory_kib();
    let narrow = Narrow::to(server.base(), Some(64 * 1024)).await;
    let far = Client::nobody(narrow.base()).with_token(bob.token());
    let mut listener = Listener::open(&far).await;
    narrow.set(Some(0));
    say(4_000).await;
    narrow.given_up().await;
    let peak = server.peak_memory_kib();
    assert!(peak < before + MEMORY, "{before} KiB before, {peak} KiB at most");
    narrow.set(None);
    listener.broken().await;
    let heard = listener.last(&room).expect("the room");
    assert!(heard < 4_202, "it has not heard all");
    let mut listener = listener.again(&bob).await;
    listener.heard(&room, 4_202).await;
    println!("{before} KiB before, {peak} KiB at most, heard up to {heard}");
}
