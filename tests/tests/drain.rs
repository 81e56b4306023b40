//! How a server stops that is told to (SIGTERM).

use chat_tests::raw::{close_code, masked, websocket};
use chat_tests::{Closed, Listener, Server, Socket};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};

fn address(server: &Server) -> String {
    server.base().strip_prefix("http://").expect("a base").to_owned()
}

#[tokio::test]
async fn nobody_is_taken_any_more_while_who_is_there_is_served_to_the_end() {
    let mut server = Server::start().await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    // One who does not answer the goodbye has the server wait for a while.
    let mut silent = websocket(&server, alice.token()).await;
    silent.write_all(&masked(0x81, br#"{"id":1,"type":"hello"}"#)).await.expect("written");
    let (mut socket, mut listener) = (Socket::open(&server, &alice).await, Listener::open(&alice).await);
    let mut asked = Vec::new();
    for number in 0..200 {
        asked.push(socket.begin(json!({"type": "send", "roomId": room, "body": format!("m{number}")})).await);
    }
    socket.reply(asked[0]).await;
    let address = address(&server);
    server.terminate();
    assert_eq!(socket.closed().await, Closed(Some(1001)));
    assert!(socket.seen().contains(&json!({"type": "notice", "code": "draining"})));
    assert_eq!(listener.ended().await, json!({"type": "notice", "code": "draining"}));
    assert!(TcpStream::connect(&address).await.is_err(), "it takes nobody any more");
    assert!(server.ended().await.success());
    drop(silent);
    server.restart().await;
    let alice = server.login("alice", "phone").await;
    let answered: Vec<&Value> = socket.told().collect();
    let log = alice.log_after(&room, 1).await;
    assert_eq!(answered, log.iter().collect::<Vec<_>>(), "what was begun was answered, and nothing else was done");
}

#[tokio::test]
async fn who_is_not_done_within_the_time_that_was_set_is_cut_off() {
    let mut server = Server::with(&["--drain-timeout", "1s"]).await;
    let bob = server.register("bob").await;
    // The server would wait for two seconds until the goodbye is answered.
    let mut silent = websocket(&server, bob.token()).await;
    server.terminate();
    assert!(server.ended().await.success(), "it has done what it could");
    assert!(server.log().contains("were not done after 1s"), "{}", server.log());
    assert_eq!(close_code(&mut silent).await, 1001);
}
