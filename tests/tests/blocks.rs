//! Blocks (R-FRI-04), over REST and as live connections hear of them: not at all.

use chat_tests::{Client, ROOM_PASSWORD, Server, Socket, is_timestamp};
use http::Method;
use serde_json::{Value, json};

/// Alice and bob, who share a room.
async fn participants(server: &Server) -> (Client, Client, String) {
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    (alice, bob, room)
}

async fn blocked_by(client: &Client) -> Vec<String> {
    let list = client.get("/api/blocks").await.is(200);
    let rows = list["blocks"].as_array().expect("a list");
    assert!(rows.iter().all(|row| is_timestamp(&row["at"])), "{list}");
    rows.iter().map(|row| row["userId"].as_str().expect("an id").to_owned()).collect()
}

async fn requests(client: &Client, side: &str) -> Vec<String> {
    let list = client.get(&format!("/api/friend-requests?box={side}")).await.is(200);
    let rows = list["requests"].as_array().expect("a list");
    rows.iter().map(|row| row["requestId"].as_str().expect("an id").to_owned()).collect()
}

async fn relation(client: &Client, user_id: &str) -> Value {
    client.get(&format!("/api/profile/{user_id}")).await.is(200)["relation"].clone()
}

async fn ask(client: &Client, user_id: &str) -> chat_tests::Answer {
    client.post("/api/friend-requests", json!({"userId": user_id})).await
}

/// What a connection was told of friends and requests, after everything before was told.
async fn friend_frames(socket: &mut Socket) -> Vec<String> {
    socket.settle().await;
    let frames = socket.seen().iter().filter(|frame| frame["type"] == "friend");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    frames.map(|frame| format!("{} {}", text(&frame["change"]), text(&frame["userId"]))).collect()
}

#[tokio::test]
async fn r_fri_04_blocks_are_made_listed_and_ended() {
    let server = Server::start().await;
    let (alice, bob, _) = participants(&server).await;
    server.register("carol").await;
    assert_eq!(blocked_by(&alice).await, [""; 0]);
    for _ in 0..2 {
        alice.block("bob").await;
    }
    let before = alice.get("/api/blocks").await.is(200);
    alice.block("carol").await;
    alice.block("bob").await;
    assert_eq!(blocked_by(&alice).await, ["bob", "carol"], "in the order in which they came to be");
    assert_eq!(alice.get("/api/blocks").await.is(200)["blocks"][0], before["blocks"][0], "the first block stands");
    assert_eq!(blocked_by(&bob).await, [""; 0]);
    for _ in 0..2 {
        alice.unblock("bob").await;
    }
    assert_eq!(blocked_by(&alice).await, ["carol"]);
}

#[tokio::test]
async fn r_fri_04_oneself_the_unknown_and_the_erased_are_not_blocked() {
    let server = Server::start().await;
    let (alice, ..) = participants(&server).await;
    server.register("carol").await;
    alice.block("carol").await;
    server.admin().delete("/admin/users/carol").await.is(204);
    assert_eq!(blocked_by(&alice).await, [""; 0], "who is erased is gone from here as well");
    let long = "x".repeat(65);
    for method in [Method::PUT, Method::DELETE] {
        let answer = async |user: &str| alice.send(alice.request(method.clone(), &format!("/api/blocks/{user}"))).await;
        let oneself = answer("alice").await.refused(400, "invalid_request");
        assert_eq!(oneself["errors"][0]["field"], "userId", "{oneself}");
        for unknown in ["nobody", "carol", "Bob", "n%20o", &long] {
            answer(unknown).await.refused(404, "user_not_found");
        }
    }
}

#[tokio::test]
async fn r_fri_04_who_blocks_and_is_erased_leaves_no_block() {
    let server = Server::start().await;
    let (alice, bob, _) = participants(&server).await;
    alice.block("bob").await;
    server.admin().delete("/admin/users/alice").await.is(204);
    ask(&bob, "alice").await.refused(404, "user_not_found");
    assert_eq!(requests(&bob, "out").await, [""; 0]);
}

#[tokio::test]
async fn r_fri_04_blocking_ends_friendship_and_requests_without_telling_of_the_block() {
    let server = Server::start().await;
    let (alice, bob, room) = participants(&server).await;
    let (carol, dave) = (server.register("carol").await, server.register("dave").await);
    for other in [&carol, &dave] {
        other.join(&room).await;
    }
    bob.accept(&alice.befriend("bob").await).await;
    let (sent, received) = (alice.befriend("carol").await, dave.befriend("alice").await);
    let (mut hers, mut bobs) = (Socket::open(&server, &alice).await, Socket::open(&server, &bob).await);
    let (mut carols, mut daves) = (Socket::open(&server, &carol).await, Socket::open(&server, &dave).await);
    for other in ["bob", "carol", "dave"] {
        alice.block(other).await;
    }
    assert_eq!(friend_frames(&mut hers).await, ["removed bob", "withdrawn carol", "declined dave"]);
    assert_eq!(friend_frames(&mut bobs).await, ["removed alice"]);
    assert_eq!(friend_frames(&mut carols).await, ["withdrawn alice"]);
    assert_eq!(friend_frames(&mut daves).await, ["declined alice"]);
    for other in [&bob, &carol, &dave] {
        assert_eq!(
            (relation(other, "alice").await, relation(&alice, &other.user_id).await),
            (json!("none"), json!("none"))
        );
    }
    assert_eq!((requests(&alice, "out").await, requests(&alice, "in").await), (vec![], vec![]));
    carol.post_empty(&format!("/api/friend-requests/{sent}/accept")).await.refused(404, "request_not_found");
    dave.delete(&format!("/api/friend-requests/{received}")).await.refused(404, "request_not_found");
    ask(&dave, "alice").await.refused(409, "request_declined");
}

#[tokio::test]
async fn r_fri_04_a_request_of_the_blocked_is_open_and_hidden_until_it_is_dropped() {
    let server = Server::start().await;
    let (alice, bob, _) = participants(&server).await;
    let (mut hers, mut bobs) = (Socket::open(&server, &alice).await, Socket::open(&server, &bob).await);
    alice.block("bob").await;
    let asked = ask(&bob, "alice").await.is(201);
    let id = asked["requestId"].as_str().expect("an id");
    assert_eq!(ask(&bob, "alice").await.is(200), asked, "answered again, as any");
    assert_eq!(
        (requests(&bob, "out").await, relation(&bob, "alice").await),
        (vec![id.to_owned()], json!("request_sent"))
    );
    assert_eq!((requests(&alice, "in").await, relation(&alice, "bob").await), (vec![], json!("none")));
    for verb in ["accept", "decline"] {
        alice.post_empty(&format!("/api/friend-requests/{id}/{verb}")).await.refused(404, "request_not_found");
    }
    bob.delete(&format!("/api/friend-requests/{id}")).await.is(204);
    let second = bob.befriend("alice").await;
    alice.unblock("bob").await;
    assert_eq!((requests(&bob, "out").await, requests(&alice, "in").await), (vec![], vec![]));
    assert_eq!(friend_frames(&mut hers).await, [""; 0], "nothing of all that");
    assert_eq!(friend_frames(&mut bobs).await, ["request alice", "withdrawn alice", "request alice"]);
    bob.delete(&format!("/api/friend-requests/{second}")).await.refused(404, "request_not_found");
    let third = bob.befriend("alice").await;
    assert_eq!(requests(&alice, "in").await, [third], "and now it is shown");
}

#[tokio::test]
async fn r_fri_04_a_request_of_the_blocker_does_not_cross_the_hidden_one_and_may_be_accepted() {
    let server = Server::start().await;
    let (alice, bob, _) = participants(&server).await;
    alice.block("bob").await;
    let hidden = bob.befriend("alice").await;
    let hers = ask(&alice, "bob").await.is(201);
    let hers = hers["requestId"].as_str().expect("an id");
    assert_ne!(hers, hidden);
    assert_eq!(
        (requests(&bob, "in").await, relation(&alice, "bob").await),
        (vec![hers.to_owned()], json!("request_sent"))
    );
    bob.accept(hers).await;
    assert_eq!((relation(&alice, "bob").await, relation(&bob, "alice").await), (json!("friend"), json!("friend")));
    assert_eq!(requests(&bob, "out").await, [""; 0], "the hidden one is over as well");
    assert_eq!(blocked_by(&alice).await, ["bob"], "the block stands");
    bob.delete("/api/friends/alice").await.is(204);
    assert_eq!((relation(&alice, "bob").await, relation(&bob, "alice").await), (json!("none"), json!("none")));
}

#[tokio::test]
async fn r_fri_04_where_each_blocks_the_other_both_requests_are_hidden() {
    let server = Server::start().await;
    let (alice, bob, _) = participants(&server).await;
    alice.block("bob").await;
    bob.block("alice").await;
    let (hers, his) = (alice.befriend("bob").await, bob.befriend("alice").await);
    assert_eq!((requests(&alice, "in").await, requests(&bob, "in").await), (vec![], vec![]));
    bob.unblock("alice").await;
    assert_eq!(requests(&alice, "out").await, [""; 0], "what was hidden from bob is dropped");
    alice.post_empty(&format!("/api/friend-requests/{his}/accept")).await.refused(404, "request_not_found");
    bob.post_empty(&format!("/api/friend-requests/{hers}/accept")).await.refused(404, "request_not_found");
    assert_eq!(requests(&bob, "out").await, [his]);
}

#[tokio::test]
async fn r_fri_04_rooms_and_invites_go_on_as_before() {
    let server = Server::start().await;
    let (alice, bob, room) = participants(&server).await;
    let mut hers = Socket::open(&server, &alice).await;
    alice.block("bob").await;
    bob.write(&room, "still here").await;
    hers.message(&room, "still here").await;
    let his = bob.create_room("Bobs").await;
    let invite = bob.invite(&his, "alice").await;
    alice.post("/api/joinroom", json!({"inviteToken": invite["inviteToken"]})).await.is(200);
    let seen = bob.get("/api/profile/alice").await.is(200);
    assert_eq!((&seen["name"], &seen["relation"]), (&json!("The alice"), &json!("none")));
    assert_eq!(alice.get("/api/profile/bob").await.is(200)["name"], "The bob");
    alice.post("/api/joinroom", json!({"roomId": room, "password": ROOM_PASSWORD})).await.is(200);
}

#[tokio::test]
async fn r_fri_03_a_change_reaches_every_device_of_both() {
    let server = Server::start().await;
    let (alice, bob, _) = participants(&server).await;
    let (tablet, laptop) = (server.login("alice", "tablet").await, server.login("bob", "laptop").await);
    let mut sockets = Vec::new();
    for client in [&alice, &tablet, &bob, &laptop] {
        sockets.push(Socket::open(&server, client).await);
    }
    let id = alice.befriend("bob").await;
    bob.accept(&id).await;
    for socket in &mut sockets {
        let other = if socket.user_id() == "alice" { "bob" } else { "alice" };
        assert_eq!(friend_frames(socket).await, [format!("request {other}"), format!("accepted {other}")]);
        let of_it = socket.seen().iter().filter(|frame| frame["type"] == "friend" && frame["requestId"] == *id);
        assert_eq!(of_it.count(), 2);
    }
}
