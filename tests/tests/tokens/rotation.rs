//! Keys that come and go.

use chat_tests::{Client, Server, Socket, random_key};
use serde_json::{Value, json};

use crate::forgery::Original;

async fn is_signed_in(server: &Server, client: &Client) -> Client {
    let client = client.at(server);
    assert_eq!(client.me().await["userId"], json!(client.user_id));
    Socket::open(server, &client).await.settle().await;
    client
}

#[tokio::test]
async fn nobody_is_signed_out_by_a_new_key_as_long_as_the_old_one_is_listed() {
    let [old, new] = [random_key(), random_key()];
    let mut server = Server::with_keys(&[&old]).await;
    let dora = server.register("dora").await;
    let of_old = Original::of(dora.token(), &old);

    server.restart_with_keys(&[&new, &old]).await;
    let dora = is_signed_in(&server, &dora).await;
    let tablet = server.login("dora", "tablet").await;
    let of_new = Original::of(tablet.token(), &new);
    assert_ne!(of_new.kid(), of_old.kid(), "new tokens name the new key");
    let renewed = dora.refreshed().await;
    assert_eq!(
        Original::of(renewed.token(), &new).kid(),
        of_new.kid(),
        "a token under the old key is exchanged for one"
    );

    // As where one node of two was started before the other.
    server.restart_with_keys(&[&old, &new]).await;
    for client in [&dora, &renewed, &tablet] {
        is_signed_in(&server, client).await;
    }
    let renewed = renewed.at(&server).refreshed().await;
    assert_eq!(Original::of(renewed.token(), &old).kid(), of_old.kid(), "whichever key stands first signs");
    is_signed_in(&server, &tablet.at(&server).refreshed().await).await;
}

#[tokio::test]
async fn a_lost_answer_under_the_old_key_is_given_again_under_the_new_one() {
    let [old, new] = [random_key(), random_key()];
    let mut server = Server::with_keys(&[&old]).await;
    let dora = server.register("dora").await;
    let lost = dora.refreshed().await;
    server.restart_with_keys(&[&new, &old]).await;
    let again = dora.at(&server).refreshed().await;
    Original::of(again.token(), &new);
    assert_ne!(again.refresh_token, lost.refresh_token, "the same successor, under another key");
    // Both stand for it: the one that is used later is its predecessor by then, not a stolen one.
    let next = again.refreshed().await;
    let next_of_lost = lost.at(&server).refreshed().await;
    assert_eq!(next.refresh_token, next_of_lost.refresh_token);
    is_signed_in(&server, &next).await;
}

#[tokio::test]
async fn a_key_that_is_not_listed_any_more_opens_nothing() {
    let [old, new] = [random_key(), random_key()];
    let mut server = Server::with_keys(&[&old]).await;
    let (dora, eve) = (server.register("dora").await, server.register("eve").await);
    server.restart_with_keys(&[&new, &old]).await;
    let renewed = dora.at(&server).refreshed().await;

    server.restart_with_keys(&[&new]).await;
    for client in [&dora, &eve] {
        let client = client.at(&server);
        client.get("/api/me").await.refused(401, "unauthenticated");
        client.handshake(&[]).await.refused(401, "unauthenticated");
        let body = json!({"refreshToken": client.refresh_token});
        client.anonymous().post("/api/refresh", body).await.refused(401, "invalid_refresh_token");
    }
    let renewed = is_signed_in(&server, &renewed).await;
    is_signed_in(&server, &renewed.refreshed().await).await;

    // What a key has signed is no worse for its having been away.
    server.restart_with_keys(&[&new, &old]).await;
    let eve = is_signed_in(&server, &eve).await;
    let sessions = eve.get("/api/sessions").await.is(200);
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(1), "refusing has ended nothing: {sessions}");
}

#[tokio::test]
async fn a_socket_that_was_opened_under_the_old_key_is_renewed_under_the_new_one() {
    let [old, new] = [random_key(), random_key()];
    let mut server = Server::with_keys(&[&old]).await;
    let dora = server.register("dora").await;
    server.restart_with_keys(&[&new, &old]).await;
    let dora = dora.at(&server);
    let mut socket = Socket::open(&server, &dora).await;
    let renewed = dora.refreshed().await;
    let result = socket.ok(json!({"type": "auth", "accessToken": renewed.token()})).await;
    assert_eq!(result, Value::Object(serde_json::Map::new()));
    socket.settle().await;
}
