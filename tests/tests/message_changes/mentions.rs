use chat_tests::{Server, Socket, on_each_store};
use serde_json::{Value, json};

use super::{message, tea};

on_each_store!(r_msg_10_a_message_names_whom_it_mentions_as_its_body_is_now);
async fn r_msg_10_a_message_names_whom_it_mentions_as_its_body_is_now(server: Server) {
    let ([alice, bob, carol], room) = tea(&server).await;
    let mut hers = Socket::open(&server, &alice).await;
    let sent = bob.write(&room, "@carol, @alice. and @carol; not x@bob").await;
    assert_eq!(sent["mentions"], json!(["carol", "alice"]), "in order, without repeats");
    let seq = sent["seq"].clone();
    assert_eq!(heard(&mut hers, &room, 4).await, sent);
    let edited = bob.edit(&room, &seq, "@bob alone").await;
    assert_eq!((&edited["event"]["mentions"], &edited["message"]["mentions"]), (&json!(["bob"]), &json!(["bob"])));
    assert_eq!(heard(&mut hers, &room, 5).await, edited["event"]);
    let edited = bob.edit(&room, &seq, "nobody").await;
    assert_eq!((edited["event"].get("mentions"), edited["message"].get("mentions")), (None, None));
    let by_socket = hers.write(&room, "hi @bob").await;
    assert_eq!(by_socket["mentions"], json!(["bob"]));
    let log = carol.log(&room).await;
    assert_eq!((&log[3], &log[6]), (&edited["message"], &by_socket));
    assert_eq!(log[4]["mentions"], json!(["bob"]), "an edit tells what it told");
}

#[tokio::test]
async fn r_msg_10_present_members_alone_are_mentioned() {
    let server = Server::start().await;
    let ([alice, bob, carol], room) = tea(&server).await;
    server.register("eve").await;
    let body = "@carol @eve @nobody @bob";
    let first = alice.write(&room, body).await;
    assert_eq!(first["mentions"], json!(["carol", "bob"]));
    carol.leave(&room).await;
    let second = alice.write(&room, body).await;
    assert_eq!(second["mentions"], json!(["bob"]));
    assert_eq!(message(&bob, &room, &first["seq"]).await["mentions"], json!(["carol", "bob"]), "what was told stays");
    carol.join(&room).await;
    let changed = alice.edit(&room, &second["seq"], &format!("{body}!")).await;
    assert_eq!(changed["event"]["mentions"], json!(["carol", "bob"]), "an edit looks at who is there then");
}

#[tokio::test]
async fn r_msg_10_the_longest_id_that_stands_there_is_meant() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    for id in ["bob", "bob.", "bob@example.org", "@x"] {
        server.register(id).await.join(&room).await;
    }
    for (body, mentions) in [
        ("@bob@example.org", json!(["bob@example.org"])),
        ("@bob@example", json!(["bob"])),
        ("@bob..", json!(["bob."])),
        ("@bob, @bob. @bob", json!(["bob", "bob."])),
        ("@@x", json!(["@x"])),
        ("mail me: me@bob", Value::Null),
        ("@BOB @ bob", Value::Null),
        ("(@alice)\u{1f600}@bob", json!(["alice", "bob"])),
    ] {
        assert_eq!(alice.write(&room, body).await["mentions"], mentions, "{body}");
    }
}

/// The event of that number as a connection hears it.
async fn heard(socket: &mut Socket, room: &str, seq: i64) -> Value {
    socket.event("an event", |event| event["roomId"] == room && event["seq"] == seq).await
}
