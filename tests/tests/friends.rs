//! Friend requests and friendships (R-FRI), over REST and as a live connection hears of them.

use chat_tests::{Client, Server, Socket, is_timestamp, on_each_store};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// Alice and carol, who share a room.
async fn participants(server: &Server) -> (Client, Client, String) {
    let (alice, carol) = (server.prime("alice").await, server.register("carol").await);
    let room = alice.create_room("Tea").await;
    carol.join(&room).await;
    (alice, carol, room)
}

fn to(user_id: &str) -> Value {
    json!({"userId": user_id})
}

async fn friends(client: &Client) -> Vec<String> {
    let list = client.get("/api/friends").await.is(200);
    let rows = list["friends"].as_array().expect("a list");
    rows.iter().map(|row| row["userId"].as_str().expect("an id").to_owned()).collect()
}

async fn open_requests(client: &Client, side: &str) -> Vec<String> {
    let list = client.get(&format!("/api/friend-requests?box={side}")).await.is(200);
    let rows = list["requests"].as_array().expect("a list");
    let open = rows.iter().filter(|row| row["state"] == "open");
    open.map(|row| row["requestId"].as_str().expect("an id").to_owned()).collect()
}

async fn relation(client: &Client, user_id: &str) -> Value {
    client.get(&format!("/api/profile/{user_id}")).await.is(200)["relation"].clone()
}

#[tokio::test]
async fn r_fri_03_a_request_is_accepted_and_both_see_the_friend() {
    let server = Server::start().await;
    let (alice, carol, _) = participants(&server).await;
    let request = alice.post("/api/friend-requests", to("carol")).await.is(201);
    assert_eq!(
        (&request["fromUserId"], &request["toUserId"], &request["state"]),
        (&json!("alice"), &json!("carol"), &json!("open"))
    );
    assert!(is_timestamp(&request["createdAt"]) && request.get("decidedAt").is_none(), "{request}");
    let id = request["requestId"].as_str().expect("an id");
    assert_eq!(
        (open_requests(&alice, "out").await, open_requests(&carol, "in").await),
        (vec![id.to_owned()], vec![id.to_owned()])
    );
    assert_eq!((open_requests(&alice, "in").await, open_requests(&carol, "out").await), (vec![], vec![]));
    assert_eq!(
        (relation(&alice, "carol").await, relation(&carol, "alice").await),
        (json!("request_sent"), json!("request_received"))
    );

    let accept = format!("/api/friend-requests/{id}/accept");
    alice.post_empty(&accept).await.refused(404, "request_not_found");
    let accepted = carol.post_empty(&accept).await.is(200);
    assert_eq!((&accepted["requestId"], &accepted["state"]), (&json!(id), &json!("accepted")));
    assert!(is_timestamp(&accepted["decidedAt"]), "{accepted}");
    assert_eq!(carol.post_empty(&accept).await.is(200), accepted, "accepting again succeeds");
    assert_eq!((friends(&alice).await, friends(&carol).await), (vec!["carol".to_owned()], vec!["alice".to_owned()]));
    let row = alice.get("/api/friends").await.is(200)["friends"][0].clone();
    assert!(row["name"] == "The carol" && is_timestamp(&row["since"]), "{row}");
    assert_eq!((relation(&alice, "carol").await, relation(&carol, "alice").await), (json!("friend"), json!("friend")));
    assert_eq!(open_requests(&carol, "in").await, Vec::<String>::new());
    for (from, other) in [(&alice, "carol"), (&carol, "alice")] {
        from.post("/api/friend-requests", to(other)).await.refused(409, "already_friends");
    }
}

#[tokio::test]
async fn r_fri_01_a_stranger_is_refused_and_who_shared_a_room_is_not() {
    let server = Server::start().await;
    let (alice, carol, room) = participants(&server).await;
    let eve = server.prime("eve").await;
    eve.create_room("Eves").await;
    alice.post("/api/friend-requests", to("eve")).await.refused(403, "not_a_participant");
    eve.post("/api/friend-requests", to("alice")).await.refused(403, "not_a_participant");
    carol.leave(&room).await;
    alice.post("/api/friend-requests", to("carol")).await.is(201);
    assert_eq!(open_requests(&eve, "out").await, Vec::<String>::new());
}

#[tokio::test]
async fn r_fri_01_the_policy_is_a_setting() {
    let server = Server::with(&["--friend-requests", "anyone"]).await;
    let (alice, _) = (server.register("alice").await, server.register("eve").await);
    alice.befriend("eve").await;
}

#[tokio::test]
async fn r_fri_01_oneself_and_the_unknown_are_refused() {
    let server = Server::start().await;
    let (alice, ..) = participants(&server).await;
    alice.post("/api/friend-requests", to("alice")).await.refused(400, "invalid_request");
    for unknown in ["nobody", "", "n o", &"x".repeat(65), "Carol"] {
        alice.post("/api/friend-requests", to(unknown)).await.refused(404, "user_not_found");
    }
}

#[tokio::test]
async fn r_fri_01_an_open_request_is_answered_again() {
    let server = Server::start().await;
    let (alice, carol, _) = participants(&server).await;
    let answers = join_all((0..6).map(|_| alice.post("/api/friend-requests", to("carol")))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 5, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.json == answers[0].json), "{answers:?}");
    assert_eq!(open_requests(&carol, "in").await.len(), 1);
}

#[tokio::test]
async fn r_fri_02_requests_that_cross_make_a_friendship() {
    let server = Server::start().await;
    let (alice, carol, _) = participants(&server).await;
    let id = alice.befriend("carol").await;
    let crossed = carol.post("/api/friend-requests", to("alice")).await.is(200);
    assert_eq!((&crossed["requestId"], &crossed["state"]), (&json!(id), &json!("accepted")));
    assert_eq!(friends(&alice).await, ["carol"]);
}

on_each_store!(r_fri_02_requests_that_cross_at_the_same_moment_do_too);
async fn r_fri_02_requests_that_cross_at_the_same_moment_do_too(server: Server) {
    let (alice, carol, room) = participants(&server).await;
    for number in 0..5 {
        let other = server.register(&format!("user{number}")).await;
        let room = if number < 4 { room.clone() } else { alice.create_room("More").await };
        other.join(&room).await;
        let (one, two) = tokio::join!(
            alice.post("/api/friend-requests", to(&other.user_id)),
            other.post("/api/friend-requests", to("alice"))
        );
        assert_eq!(one.status + two.status, 401, "one is made (201), the other meets it (200): {one:?} {two:?}");
        assert_eq!(one.json["requestId"], two.json["requestId"]);
        assert!(friends(&other).await == ["alice"] && relation(&alice, &other.user_id).await == "friend");
    }
    assert_eq!(friends(&carol).await, Vec::<String>::new());
}

#[tokio::test]
async fn r_fri_03_who_was_declined_waits_and_who_declined_does_not() {
    let server = Server::start().await;
    let (alice, carol, _) = participants(&server).await;
    let id = alice.befriend("carol").await;
    let decline = format!("/api/friend-requests/{id}/decline");
    alice.post_empty(&decline).await.refused(404, "request_not_found");
    assert_eq!(carol.post_empty(&decline).await.is(200)["state"], "declined");
    carol.post_empty(&format!("/api/friend-requests/{id}/accept")).await.refused(404, "request_not_found");
    let refused = alice.post("/api/friend-requests", to("carol")).await.refused(409, "request_declined");
    let wait = refused["retryAfterSeconds"].as_u64().expect("checked on arrival");
    assert!((86_000..=86_400).contains(&wait), "24 hours: {refused}");
    assert_eq!((relation(&alice, "carol").await, friends(&carol).await), (json!("none"), vec![]));
    assert_eq!(carol.post("/api/friend-requests", to("alice")).await.is(201)["state"], "open");
}

#[tokio::test]
async fn r_fri_03_the_wait_after_a_decline_ends() {
    let server = Server::with(&["--decline-wait", "1ms"]).await;
    let (alice, carol, _) = participants(&server).await;
    let id = alice.befriend("carol").await;
    carol.post_empty(&format!("/api/friend-requests/{id}/decline")).await.is(200);
    let begun = std::time::Instant::now();
    let again = loop {
        let answer = alice.post("/api/friend-requests", to("carol")).await;
        if answer.status == 201 {
            break answer.json;
        }
        answer.refused(409, "request_declined");
        assert!(begun.elapsed() < chat_tests::PATIENCE, "a wait of a millisecond never ends");
    };
    assert_ne!(again["requestId"], json!(id));
}

#[tokio::test]
async fn r_fri_03_the_sender_alone_withdraws() {
    let server = Server::start().await;
    let (alice, carol, room) = participants(&server).await;
    let eve = server.register("eve").await;
    eve.join(&room).await;
    let id = alice.befriend("carol").await;
    let path = format!("/api/friend-requests/{id}");
    for other in [&carol, &eve] {
        other.delete(&path).await.refused(404, "request_not_found");
    }
    for verb in ["accept", "decline"] {
        eve.post_empty(&format!("{path}/{verb}")).await.refused(404, "request_not_found");
        carol.post_empty(&format!("/api/friend-requests/unknown/{verb}")).await.refused(404, "request_not_found");
    }
    alice.delete(&path).await.is(204);
    alice.delete(&path).await.refused(404, "request_not_found");
    carol.post_empty(&format!("{path}/accept")).await.refused(404, "request_not_found");
    assert_eq!((relation(&alice, "carol").await, friends(&alice).await), (json!("none"), vec![]));
    alice.befriend("carol").await;
}

#[tokio::test]
async fn r_fri_03_either_side_ends_a_friendship() {
    let server = Server::start().await;
    let (alice, carol, _) = participants(&server).await;
    for (ender, other) in [(&alice, "carol"), (&carol, "alice")] {
        let id = alice.befriend("carol").await;
        carol.post_empty(&format!("/api/friend-requests/{id}/accept")).await.is(200);
        ender.delete(&format!("/api/friends/{other}")).await.is(204);
        assert_eq!((friends(&alice).await, friends(&carol).await), (vec![], vec![]));
        assert_eq!(relation(&alice, "carol").await, "none");
    }
}

#[tokio::test]
async fn a_live_connection_hears_of_requests_and_friends() {
    let server = Server::start().await;
    let (alice, carol, room) = participants(&server).await;
    let eve = server.register("eve").await;
    eve.join(&room).await;
    let (mut hers, mut carols) = (Socket::open(&server, &alice).await, Socket::open(&server, &carol).await);
    let mut eves = Socket::open(&server, &eve).await;

    let id = alice.befriend("carol").await;
    heard(&mut carols, "request", "alice", Some(&id)).await;
    carol.post_empty(&format!("/api/friend-requests/{id}/accept")).await.is(200);
    heard(&mut hers, "accepted", "carol", Some(&id)).await;
    carol.delete("/api/friends/alice").await.is(204);
    heard(&mut hers, "removed", "carol", None).await;
    let id = alice.befriend("carol").await;
    heard(&mut carols, "request", "alice", Some(&id)).await;
    alice.delete(&format!("/api/friend-requests/{id}")).await.is(204);
    heard(&mut carols, "withdrawn", "alice", Some(&id)).await;
    let id = alice.befriend("carol").await;
    carol.post_empty(&format!("/api/friend-requests/{id}/decline")).await.is(200);
    heard(&mut hers, "declined", "carol", Some(&id)).await;

    eves.settle().await;
    assert!(eves.seen().iter().all(|frame| frame["type"] != "friend"), "nobody else hears of it: {:?}", eves.seen());
}

async fn heard(socket: &mut Socket, change: &str, user_id: &str, request_id: Option<&str>) {
    let what = format!("{change} of {user_id}");
    let frame = socket
        .until(&what, |frame| frame["type"] == "friend" && frame["change"] == change && frame["userId"] == user_id)
        .await;
    if let Some(id) = request_id {
        assert_eq!(frame["requestId"], json!(id), "{frame}");
    }
}
