//! What a stream says.

use chat_tests::{Listener, Server, Socket};
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn it_says_what_the_websocket_says() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    let mut socket = Socket::connect(&server, &bob).await;
    let mut welcome = socket.hello().await;
    let mut listener = Listener::open(&bob).await;
    welcome.as_object_mut().expect("an object").remove("id");
    assert_eq!(listener.seen(), [welcome]);

    alice.write(&room, "hi").await;
    alice.put(&format!("/api/chatrooms/{room}/read"), json!({"seq": 3})).await.is(200);
    let request = alice.befriend("bob").await;
    bob.post_empty(&format!("/api/friend-requests/{request}/accept")).await.is(200);
    let another = bob.create_room("Coffee").await;
    bob.write(&another, "mine").await;
    bob.leave(&room).await;
    let last = bob.write(&another, "the end").await;

    listener.heard(&another, last["seq"].as_i64().expect("a number")).await;
    socket.heard(&another, last["seq"].as_i64().expect("a number")).await;
    assert_eq!(listener.seen()[1..], socket.seen()[1..]);
    let mut kinds: Vec<_> = listener.seen().iter().filter_map(|frame| frame["type"].as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["event", "friend", "receipt", "room_added", "room_removed", "welcome"]);
}

#[tokio::test]
async fn a_comment_comes_at_each_heartbeat() {
    let server = Server::with(&["--heartbeat", "1s"]).await;
    let mut listener = Listener::open(&server.register("bob").await).await;
    listener.beat().await;
    listener.beat().await;
}

#[tokio::test]
async fn an_id_that_is_none_of_ours_is_refused_and_an_empty_one_is_none() {
    let server = Server::start().await;
    let bob = server.register("bob").await;
    let asked = |id: &str| bob.request(Method::GET, "/api/events").header("Last-Event-ID", id);
    for id in ["7", "AQ==", "not an id", "AQAA", &"A".repeat(5_000)] {
        let problem = bob.send(asked(id)).await.refused(400, "invalid_request");
        assert_eq!(problem["errors"][0]["field"], "Last-Event-ID", "{id}: {problem}");
    }
    for id in ["", "AQ"] {
        assert_eq!(asked(id).send().await.expect("an answer").status(), 200, "{id:?}");
    }
}

#[tokio::test]
async fn sockets_and_streams_are_counted_together() {
    let server = Server::with(&["--rate-limits", "on", "--rate-limit", "connections=2"]).await;
    let bob = server.register("bob").await;
    let socket = Socket::open(&server, &bob).await;
    let stream = Listener::open(&bob).await;
    bob.get("/api/events").await.refused(429, "rate_limited");
    bob.handshake(&[]).await.refused(429, "rate_limited");
    drop(socket);
    drop(stream);
    assert_eq!(bob.me().await["userId"], Value::from("bob"));
}

#[tokio::test]
async fn a_stream_counts_against_what_one_may_connect() {
    let server = Server::with(&["--rate-limits", "on", "--rate-limit", "connect=1/1h"]).await;
    let bob = server.register("bob").await;
    let _stream = Listener::open(&bob).await;
    bob.handshake(&[]).await.refused(429, "rate_limited");
}
