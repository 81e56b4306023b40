//! The server with a door for IRC clients, as its operators have it.

use chat_tests::{Irc, Server, Socket};

#[tokio::test]
async fn a_user_of_irc_and_one_of_rest_talk_until_the_server_is_stopped() {
    let mut server = Server::with(&["--irc-listen", "127.0.0.1:0"]).await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    server.register("bob").await;
    let mut irc = Irc::connect(server.listens("irc").parse().expect("an address")).await;
    irc.sign_in("bob", chat_tests::PASSWORD).await;
    irc.has(" 422 ").await;
    irc.join(&room, chat_tests::ROOM_PASSWORD).await;
    let mut socket = Socket::connect(&server, &alice).await;
    socket.hello().await;
    irc.ask(&format!("PRIVMSG #{room} :hello")).await;
    assert_eq!(socket.message(&room, "hello").await["senderId"], "bob");
    alice.write(&room, "hello, bob").await;
    irc.has(&format!(":alice!alice@chat PRIVMSG #{room} :hello, bob")).await;
    server.terminate();
    assert_eq!(irc.end().await, "ERROR :the server stops; come back");
    assert!(server.ended().await.success());
}
