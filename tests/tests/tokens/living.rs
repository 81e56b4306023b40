//! A living WebSocket whose access token ends.

use chat_tests::{ADMIN_TOKEN, Client, Closed, PATIENCE, Server, Socket, jwt_key};
use serde_json::{Value, json};

use crate::forgery::{Original, now};

fn auth(token: &str) -> Value {
    json!({"type": "auth", "accessToken": token})
}

/// This client's session, by a token that ends so many seconds from now.
fn ending_in(client: &Client, seconds: i64) -> Client {
    let token = Original::of(client.token(), jwt_key()).ending(now() + seconds).signed();
    let mut client = client.clone();
    client.access_token = Some(token);
    client
}

fn notices(socket: &Socket) -> usize {
    socket.seen().iter().filter(|frame| frame["code"] == "token_expiring").count()
}

/// Waits until the server says of this token that it is over.
async fn is_over(client: &Client) {
    let begun = std::time::Instant::now();
    loop {
        let answer = client.get("/api/me").await;
        if answer.status == 401 {
            answer.refused(401, "token_expired");
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "a token of a few seconds never ends");
    }
}

#[tokio::test]
async fn it_is_told_a_minute_before_and_not_earlier() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let short = ending_in(&dora, 62);
    let end = Original::of(short.token(), jwt_key()).claims["exp"].as_i64().expect("a number");
    let mut socket = Socket::open(&server, &short).await;
    socket.settle().await;
    let notice = socket.until("the notice", |frame| frame["code"] == "token_expiring").await;
    assert_eq!(notice, json!({"type": "notice", "code": "token_expiring"}));
    assert!(end - now() <= 60, "{} seconds before the end", end - now());
    socket.settle().await;
    assert_eq!(notices(&socket), 1, "told once");
}

#[tokio::test]
async fn who_renews_lives_on_and_who_does_not_is_closed() {
    let server = Server::start().await;
    let (dora, eve) = (server.register("dora").await, server.register("eve").await);
    let (short, forgotten) = (ending_in(&dora, 4), ending_in(&eve, 4));
    let mut renewing = Socket::open(&server, &short).await;
    let mut forgetting = Socket::open(&server, &forgotten).await;
    renewing.until("the notice", |frame| frame["code"] == "token_expiring").await;
    forgetting.until("the notice", |frame| frame["code"] == "token_expiring").await;
    assert_eq!(renewing.ok(auth(dora.refreshed().await.token())).await, json!({}));
    assert_eq!(forgetting.closed().await, Closed(Some(4001)));
    is_over(&short).await;
    renewing.settle().await;
    assert_eq!(notices(&renewing), 1, "the fresh token is not about to end");
}

#[tokio::test]
async fn the_token_that_was_shown_last_says_when_it_ends() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let mut socket = Socket::open(&server, &dora).await;
    socket.settle().await;
    assert_eq!(notices(&socket), 0);
    let shorter = ending_in(&dora, 3);
    assert_eq!(socket.ok(auth(shorter.token())).await, json!({}));
    socket.until("the notice", |frame| frame["code"] == "token_expiring").await;
    assert_eq!(socket.closed().await, Closed(Some(4001)));
}

#[tokio::test]
async fn a_refused_renewal_changes_nothing() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let (dora, eve) = (server.register("dora").await, server.register("eve").await);
    dora.join(&room).await;
    let (tablet, gone) = (server.login("dora", "tablet").await, server.login("dora", "watch").await);
    gone.post_empty("/api/logout").await.is(204);
    let banished = server.register("banished").await;
    server.admin().put("/admin/users/banished/suspended", json!({"suspended": true})).await.is(200);
    let original = Original::of(dora.token(), jwt_key());
    let mut socket = Socket::open(&server, &dora).await;
    let refusals = [
        ("of another user", eve.token().to_owned(), 401, "unauthenticated"),
        ("of another session of hers", tablet.token().to_owned(), 401, "unauthenticated"),
        ("of a session that has ended", gone.token().to_owned(), 401, "session_revoked"),
        ("of somebody suspended", banished.token().to_owned(), 403, "suspended"),
        ("that is over", original.ending(now() - 1).signed(), 401, "token_expired"),
        ("under another key", original.under(&chat_tests::random_key()).signed(), 401, "unauthenticated"),
        ("of another kind: a refresh token", dora.refresh_token.clone(), 401, "unauthenticated"),
        ("of another kind: an operator's", ADMIN_TOKEN.to_owned(), 401, "unauthenticated"),
        ("with its scheme in front", format!("Bearer {}", dora.token()), 401, "unauthenticated"),
        ("that is empty", String::new(), 401, "unauthenticated"),
    ];
    for (what, token, status, code) in &refusals {
        let reply = socket.command(auth(token)).await;
        let told = (&reply["problem"]["status"], &reply["problem"]["code"]);
        assert_eq!(told, (&json!(status), &json!(code)), "a token {what}");
        let event = socket.write(&room, what).await;
        assert_eq!(event["senderId"], "dora", "she is still who she was");
    }
    for malformed in [json!({"type": "auth"}), json!({"type": "auth", "accessToken": 7})] {
        socket.refused(malformed, 400, "invalid_request").await;
    }
    // Nor does it put off the end, or hasten it.
    assert_eq!(socket.ok(auth(ending_in(&dora, 8).token())).await, json!({}));
    for (_, token, ..) in &refusals {
        socket.command(auth(token)).await;
    }
    socket.settle().await;
    assert_eq!(socket.closed().await, Closed(Some(4001)));
}

#[tokio::test]
async fn a_socket_that_is_renewed_belongs_to_its_session_still() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let tablet = server.login("dora", "tablet").await;
    let mut socket = Socket::open(&server, &dora).await;
    let mut tablets = Socket::open(&server, &tablet).await;
    assert_eq!(socket.ok(auth(ending_in(&dora, 3_600).token())).await, json!({}));
    tablet.delete("/api/sessions/phone").await.is(204);
    assert_eq!(socket.closed().await, Closed(Some(4002)));
    tablets.settle().await;
}

#[tokio::test]
async fn who_says_hello_when_the_token_is_over_is_closed() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let short = ending_in(&dora, 3);
    let mut socket = Socket::connect(&server, &short).await;
    is_over(&short).await;
    socket.begin(json!({"type": "hello"})).await;
    assert_eq!(socket.closed().await, Closed(Some(4001)));
}
