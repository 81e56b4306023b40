//! Who types, as live connections are told.

use chat_tests::{Client, Server, Socket};
use serde_json::{Value, json};

async fn room_of_two(server: &Server) -> (Client, Client, String) {
    let (alice, bob) = (server.prime("alice").await, server.register_with_coins("bob", 150).await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    (alice, bob, room)
}

fn typing(room: &str) -> Value {
    json!({"type": "typing", "roomId": room})
}

/// The typing frames of a connection once it has heard what was written after them.
async fn typists(socket: &mut Socket, writer: &Client, room: &str, body: &str) -> Vec<String> {
    writer.write(room, body).await;
    socket.message(room, body).await;
    let frames = socket.seen().iter().filter(|frame| frame["type"] == "typing" && frame["roomId"] == room);
    frames.map(|frame| frame["userId"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn r_msg_08_typing_is_told_to_the_others_on_every_device_and_logged_nowhere() {
    let server = Server::start().await;
    let (alice, bob, room) = room_of_two(&server).await;
    let eve = server.prime("eve").await;
    let elsewhere = eve.create_room("Eves").await;
    bob.join(&elsewhere).await;
    let (tablet, laptop) = (server.login("alice", "tablet").await, server.login("bob", "laptop").await);
    let mut hers = Socket::open(&server, &alice).await;
    let mut others = Vec::new();
    for client in [&bob, &laptop, &tablet, &eve] {
        others.push(Socket::open(&server, client).await);
    }
    assert_eq!(hers.ok(typing(&room)).await, json!({}));
    for socket in &mut others[..2] {
        let frame = socket.until("typing", |frame| frame["type"] == "typing").await;
        assert_eq!(frame, json!({"type": "typing", "roomId": room, "userId": "alice"}));
    }
    assert_eq!(typists(&mut others[2], &bob, &room, "yes?").await, [""; 0], "she knows on her other device as well");
    assert_eq!(typists(&mut others[3], &bob, &elsewhere, "and here").await, [""; 0]);
    assert_eq!(hers.seen().iter().filter(|frame| frame["type"] == "typing").count(), 0);
    assert_eq!(alice.log(&room).await.len(), 3, "two have joined, one has written");
}

#[tokio::test]
async fn r_msg_01_who_may_not_write_does_not_type() {
    let server = Server::start().await;
    let (alice, bob, room) = room_of_two(&server).await;
    let eve = server.register("eve").await;
    let (mut his, mut eves) = (Socket::open(&server, &bob).await, Socket::open(&server, &eve).await);
    for unknown in ["", "nowhere", "0199c1a2-0000-7000-8000-000000000000"] {
        eves.refused(typing(unknown), 404, "room_not_found").await;
    }
    for _ in 0..2 {
        eves.refused(typing(&room), 403, "not_a_member").await;
    }
    eve.join(&room).await;
    eves.ok(typing(&room)).await;
    his.until("eve typing", |frame| frame["type"] == "typing" && frame["userId"] == "eve").await;
    eve.leave(&room).await;
    eves.refused(typing(&room), 403, "not_a_member").await;
    his.ok(typing(&room)).await;
    server.admin().delete(&format!("/admin/chatrooms/{room}")).await.is(204);
    his.refused(typing(&room), 409, "room_closed").await;
    assert_eq!(alice.room(&room).await["memberCount"], 2);
}

#[tokio::test]
async fn r_fri_04_typing_flows_in_neither_direction_of_a_block() {
    let server = Server::start().await;
    let (alice, bob, room) = room_of_two(&server).await;
    let zoe = server.register("zoe").await;
    zoe.join(&room).await;
    alice.block("bob").await;
    let (mut hers, mut his) = (Socket::open(&server, &alice).await, Socket::open(&server, &bob).await);
    let mut zoes = Socket::open(&server, &zoe).await;
    hers.ok(typing(&room)).await;
    his.ok(typing(&room)).await;
    assert_eq!(typists(&mut zoes, &zoe, &room, "I see both").await, ["alice", "bob"]);
    for socket in [&mut hers, &mut his] {
        let body = format!("not so {}", socket.user_id());
        assert_eq!(typists(socket, &zoe, &room, &body).await, [""; 0]);
    }
}
