//! Messages are edited, deleted and reacted to, over REST and over the WebSocket (R-MSG-04, -06, -07, -10, -11).

mod deletions;
mod edits;
mod mentions;
mod races;
mod reactions;
mod resume;
mod sockets;
mod unread;

use chat_tests::{Client, Server};
use serde_json::{Value, json};

/// A room of alice with bob and carol in it. Its log begins with three `joined`.
async fn tea(server: &Server) -> ([Client; 3], String) {
    let alice = server.prime("alice").await;
    let (bob, carol) = (server.register("bob").await, server.register("carol").await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    carol.join(&room).await;
    ([alice, bob, carol], room)
}

/// The message of that number as a member reads it now.
async fn message(member: &Client, room: &str, seq: &Value) -> Value {
    let before = seq.as_i64().expect("a number") + 1;
    member.page(room, &format!("before={before}&limit=1")).await["events"][0].clone()
}

/// Closes a room whose members stay, as the operator.
async fn close(server: &Server, room: &str) {
    server.admin().delete(&format!("/admin/chatrooms/{room}")).await.is(204);
}

/// The members of an event beside those that each has.
fn rest_of(event: &Value) -> Value {
    let mut rest = event.as_object().expect("an event").clone();
    for common in ["roomId", "seq", "senderId", "createdAt"] {
        assert!(rest.remove(common).is_some(), "{event}");
    }
    json!(rest)
}
