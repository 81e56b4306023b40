//! What is said on a living connection right after its session was ended: nothing of it is done.

use chat_tests::{Client, Server, Socket};
use futures_util::future::join_all;
use serde_json::json;

const DEVICES: usize = 24;
const ROUNDS: usize = 15;

/// Signs somebody in on many devices again and again.
async fn on_many_devices(server: &Server, user: &str, then: impl AsyncFn(&Client, String)) {
    let then = &then;
    let device = async |number: usize| {
        for round in 0..ROUNDS {
            let client = server.login(user, &format!("device-{number}")).await;
            then(&client, format!("{number} {round}")).await;
        }
    };
    join_all((0..DEVICES).map(device)).await;
}

#[tokio::test]
async fn what_is_sent_after_the_answer_to_a_sign_out_gets_no_number() {
    let server = Server::start().await;
    let dora = server.prime("dora").await;
    let room = dora.create_room("Tea").await;
    on_many_devices(&server, "dora", async |client, body| {
        let mut socket = Socket::open(&server, client).await;
        client.post_empty("/api/logout").await.is(204);
        socket.try_begin(json!({"type": "send", "roomId": room, "body": body})).await;
        assert_eq!(socket.closed().await.0, Some(4002));
    })
    .await;
    let log = dora.log(&room).await;
    assert_eq!(log.len(), 1, "nobody was signed in any more: {log:?}");
}

#[tokio::test]
async fn a_hello_after_the_answer_to_a_sign_out_is_not_welcome() {
    let server = Server::start().await;
    server.register("dora").await;
    on_many_devices(&server, "dora", async |client, _| {
        let mut socket = Socket::connect(&server, client).await;
        client.post_empty("/api/logout").await.is(204);
        socket.try_begin(json!({"type": "hello"})).await;
        assert_eq!(socket.closed().await.0, Some(4002));
        assert!(socket.seen().is_empty(), "{:?}", socket.seen());
    })
    .await;
}
