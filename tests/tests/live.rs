//! What a live connection hears, and commands over it (CONTRACT, WebSocket; R-MSG-03, -08).

use chat_tests::{Client, Server, Socket};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// A room of alice with bob and carol in it, and a socket of each. Its log begins with three `joined`.
async fn tea(server: &Server) -> ([Client; 3], [Socket; 3], String) {
    let alice = server.prime("alice").await;
    let (bob, carol) = (server.register("bob").await, server.register("carol").await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    carol.join(&room).await;
    let sockets =
        [Socket::open(server, &alice).await, Socket::open(server, &bob).await, Socket::open(server, &carol).await];
    ([alice, bob, carol], sockets, room)
}

fn send(room: &str, body: &str) -> Value {
    json!({"type": "send", "roomId": room, "body": body})
}

#[tokio::test]
async fn a_welcome_shows_who_one_is_and_ones_rooms() {
    let server = Server::start().await;
    let ([_, bob, _], _sockets, room) = tea(&server).await;
    let tablet = server.login("bob", "tablet").await;
    let welcome = Socket::connect(&server, &tablet).await.hello().await;
    assert_eq!((&welcome["userId"], &welcome["deviceId"]), (&json!("bob"), &json!("tablet")));
    assert!(welcome["heartbeatSeconds"].is_u64(), "{welcome}");
    assert_eq!(welcome["rooms"], json!([bob.room(&room).await]), "rooms as REST shows them");
}

#[tokio::test]
async fn a_message_by_rest_and_one_by_websocket_reach_every_member() {
    let server = Server::start().await;
    let ([alice, ..], [mut hers, mut bobs, mut carols], room) = tea(&server).await;
    let outsider = server.prime("eve").await;
    let mut eves = Socket::open(&server, &outsider).await;

    let by_rest = alice.write(&room, "by rest").await;
    for socket in [&mut hers, &mut bobs, &mut carols] {
        assert_eq!(socket.message(&room, "by rest").await, by_rest, "the sender's own socket hears it too");
    }
    let by_socket = bobs.write(&room, "by socket").await;
    assert_eq!((&by_rest["seq"], &by_socket["seq"]), (&json!(4), &json!(5)));
    assert_eq!((&by_socket["kind"], &by_socket["senderId"]), (&json!("message"), &json!("bob")));
    for socket in [&mut hers, &mut carols] {
        assert_eq!(socket.message(&room, "by socket").await, by_socket);
    }
    hers.write(&room, "and back").await;
    bobs.message(&room, "and back").await;
    let own = bobs.seen().iter().filter(|frame| frame["type"] == "event" && frame["event"]["body"] == "by socket");
    assert_eq!(own.count(), 0, "on the connection that caused it the ok stands in the event's place");
    eves.settle().await;
    assert!(eves.seen().iter().all(|frame| frame["type"] != "event"), "{:?}", eves.seen());
    assert_eq!(alice.log(&room).await[3..5], [by_rest, by_socket]);
}

#[tokio::test]
async fn another_device_of_the_sender_hears_the_event() {
    let server = Server::start().await;
    let ([_, bob, _], [_, mut phone, _], room) = tea(&server).await;
    let tablet = server.login("bob", "tablet").await;
    let mut tablets = Socket::open(&server, &tablet).await;
    let event = phone.write(&room, "from the phone").await;
    assert_eq!(tablets.message(&room, "from the phone").await, event);
    bob.me().await;
}

#[tokio::test]
async fn r_msg_03_pipelined_sends_stay_in_order() {
    let server = Server::start().await;
    let ([alice, ..], [mut hers, mut bobs, _], room) = tea(&server).await;
    let mut ids = Vec::new();
    for number in 0..100 {
        ids.push(hers.begin(send(&room, &format!("m{number}"))).await);
    }
    for (number, id) in (0_i64..).zip(ids) {
        let reply = hers.reply(id).await;
        assert_eq!(
            (&reply["type"], &reply["result"]["seq"], &reply["result"]["body"]),
            (&json!("ok"), &json!(4 + number), &json!(format!("m{number}")))
        );
    }
    bobs.heard(&room, 103).await;
    assert_eq!(bobs.events(&room), hers.events(&room));
    assert_eq!(alice.log(&room).await[3..], *bobs.events(&room));
}

#[tokio::test]
async fn r_msg_02_several_sockets_at_once_leave_no_gap() {
    let server = Server::start().await;
    let ([alice, ..], mut sockets, room) = tea(&server).await;
    join_all(sockets.iter_mut().enumerate().map(|(who, socket)| {
        let room = &room;
        async move {
            let mut ids = Vec::new();
            for number in 0..40 {
                ids.push(socket.begin(send(room, &format!("{who} {number}"))).await);
            }
            for id in ids {
                assert_eq!(socket.reply(id).await["type"], "ok");
            }
            socket.heard(room, 123).await;
        }
    }))
    .await;
    let log = alice.log(&room).await;
    assert_eq!(log.len(), 123);
    for (who, socket) in sockets.iter().enumerate() {
        assert_eq!(socket.events(&room), &log[3..], "each hears the log, in its order");
        let own: Vec<&str> = log
            .iter()
            .filter_map(|event| event["body"].as_str())
            .filter(|body| body.starts_with(&format!("{who} ")))
            .collect();
        let sent: Vec<String> = (0..40).map(|number| format!("{who} {number}")).collect();
        assert_eq!(own, sent, "one connection's sends are logged in the order sent");
    }
}

#[tokio::test]
async fn r_msg_04_a_repeated_client_id_answers_the_first_message() {
    let server = Server::start().await;
    let ([alice, ..], [mut hers, mut bobs, _], room) = tea(&server).await;
    let mut command = send(&room, "once");
    command["clientId"] = json!("c-1");
    let event = hers.ok(command.clone()).await;
    assert_eq!(event["clientId"], "c-1");
    assert_eq!(hers.ok(command.clone()).await, event);
    let by_rest = json!({"roomId": room, "body": "once", "clientId": "c-1"});
    assert_eq!(alice.post("/api/messages", by_rest).await.is(200), event, "REST and WebSocket are one");
    command["body"] = json!("other");
    hers.refused(command, 409, "idempotency_conflict").await;
    hers.write(&room, "next").await;
    bobs.heard(&room, 5).await;
    assert_eq!(bobs.events(&room).len(), 2);
}

#[tokio::test]
async fn a_refused_send_is_told_as_rest_tells_it() {
    let server = Server::start().await;
    let ([alice, ..], [mut hers, ..], room) = tea(&server).await;
    let eve = server.prime("eve").await;
    let mut eves = Socket::open(&server, &eve).await;
    eves.refused(send(&room, "x"), 403, "not_a_member").await;
    hers.refused(send("unknown", "x"), 404, "room_not_found").await;
    hers.refused(json!({"type": "send", "roomId": room, "body": "x", "replyTo": 99}), 404, "message_not_found").await;
    for (command, field) in [
        (json!({"type": "send", "roomId": room}), "body"),
        (json!({"type": "send", "roomId": room, "body": 7}), "body"),
        (json!({"type": "send", "roomId": room, "body": ""}), "body"),
        (json!({"type": "send", "roomId": room, "body": "x".repeat(4001)}), "body"),
        (json!({"type": "send", "body": "x"}), "roomId"),
        (json!({"type": "send", "roomId": room, "body": "x", "clientId": ""}), "clientId"),
    ] {
        let problem = hers.refused(command, 400, "invalid_request").await;
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    let kept = hers.ok(json!({"type": "send", "roomId": room, "body": "x", "colour": "blue", "replyTo": null})).await;
    assert_eq!(kept["seq"], 4, "unknown fields of a command are ignored, and refusals leave no hole");
    assert_eq!(alice.log(&room).await.len(), 4);
}

#[tokio::test]
async fn room_added_comes_with_joining_and_room_removed_with_leaving() {
    let server = Server::start().await;
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let (mut hers, mut bobs) = (Socket::open(&server, &alice).await, Socket::open(&server, &bob).await);
    let room = alice.create_room("Tea").await;
    let added = hers.until("her new room", |frame| frame["type"] == "room_added").await;
    assert_eq!((&added["room"]["roomId"], &added["room"]["me"]["role"]), (&json!(room), &json!("owner")));

    bob.join(&room).await;
    let added = bobs.until("the joined room", |frame| frame["type"] == "room_added").await;
    assert_eq!((&added["room"]["roomId"], &added["room"]["me"]["role"]), (&json!(room), &json!("member")));
    let joined = hers.event("bob's joined", |event| event["kind"] == "joined" && event["senderId"] == "bob").await;
    assert_eq!((&joined["roomId"], &joined["seq"]), (&json!(room), &json!(2)));
    alice.write(&room, "welcome").await;
    bobs.message(&room, "welcome").await;

    bob.leave(&room).await;
    let left = bobs.event("his own left", |event| event["kind"] == "left" && event["senderId"] == "bob").await;
    assert_eq!(left["seq"], 4);
    let removed = bobs.until("the room gone", |frame| frame["type"] == "room_removed").await;
    assert_eq!((&removed["roomId"], &removed["reason"]), (&json!(room), &json!("left")));
    hers.event("bob's left", |event| event["kind"] == "left" && event["senderId"] == "bob").await;

    alice.write(&room, "without bob").await;
    hers.message(&room, "without bob").await;
    bobs.settle().await;
    let at = bobs.seen().iter().position(|frame| frame["type"] == "room_removed").expect("it came");
    assert!(bobs.seen()[at + 1..].iter().all(|frame| frame["type"] != "event"), "then nothing: {:?}", bobs.seen());
    bobs.refused(send(&room, "x"), 403, "not_a_member").await;

    bob.join(&room).await;
    let again = bobs.until("the room again", |frame| frame["type"] == "room_added").await;
    let known = again["room"]["lastSeq"].as_i64().expect("a number");
    let event = alice.write(&room, "back again").await;
    assert!(known < event["seq"].as_i64().expect("a number"), "{again}");
    assert_eq!(bobs.message(&room, "back again").await, event);
}

#[tokio::test]
async fn a_hello_names_rooms_one_is_not_in_and_hears_that_they_are_gone() {
    let server = Server::start().await;
    let ([alice, ..], _sockets, room) = tea(&server).await;
    let eve = server.register("eve").await;
    let mut eves = Socket::connect(&server, &eve).await;
    let welcome = eves.hello_with(json!({room.as_str(): 1})).await;
    assert_eq!(welcome["rooms"], json!([]));
    let removed = eves.until("the room gone", |frame| frame["type"] == "room_removed").await;
    assert_eq!((&removed["roomId"], &removed["reason"]), (&json!(room), &json!("left")));
    alice.write(&room, "not for eve").await;
    eves.settle().await;
    assert!(eves.seen().iter().all(|frame| frame["type"] != "event"), "{:?}", eves.seen());
}

#[tokio::test]
async fn r_msg_07_reading_moves_forward_alone_and_tells_the_others() {
    let server = Server::start().await;
    let ([alice, bob, _], [mut hers, mut bobs, _], room) = tea(&server).await;
    for number in 0..3 {
        alice.write(&room, &format!("m{number}")).await;
    }
    let read = |seq: i64| json!({"type": "read", "roomId": room, "seq": seq});
    assert_eq!(bobs.ok(read(5)).await, json!({"readSeq": 5, "unread": 1}));
    let receipt = hers.until("bob's receipt", |frame| frame["type"] == "receipt").await;
    assert_eq!((&receipt["roomId"], &receipt["userId"], &receipt["readSeq"]), (&json!(room), &json!("bob"), &json!(5)));
    assert_eq!(bobs.ok(read(4)).await, json!({"readSeq": 5, "unread": 1}), "backwards changes nothing");
    assert_eq!(bobs.ok(read(1000)).await, json!({"readSeq": 6, "unread": 0}), "past the end it means the end");
    let receipt = hers.until("the next receipt", |frame| frame["type"] == "receipt").await;
    assert_eq!(receipt["readSeq"], 6, "none for what changed nothing");
    assert_eq!(bob.room(&room).await["me"], json!({"role": "member", "readSeq": 6, "unread": 0}));
    let members = alice.get(&format!("/api/chatrooms/{room}/members")).await.is(200);
    let bobs_row = members["members"].as_array().and_then(|rows| rows.iter().find(|row| row["userId"] == "bob"));
    assert_eq!(bobs_row.map(|row| &row["readSeq"]), Some(&json!(6)), "{members}");
    let eve = server.register("eve").await;
    Socket::open(&server, &eve).await.refused(read(1), 403, "not_a_member").await;
}

#[tokio::test]
async fn who_comes_late_hears_what_comes_after_the_welcome() {
    let server = Server::start().await;
    let ([alice, _, carol], _sockets, room) = tea(&server).await;
    let writing = async {
        for number in 0..60 {
            alice.write(&room, &format!("m{number}")).await;
        }
    };
    // Connections open while messages flow: each hears every event after the number in its welcome.
    let opening = async {
        let mut late = Vec::new();
        for _ in 0..6 {
            let mut socket = Socket::open(&server, &carol).await;
            socket.settle().await;
            late.push(socket);
        }
        late
    };
    let ((), mut late) = tokio::join!(writing, opening);
    let log = alice.log(&room).await;
    for socket in &mut late {
        socket.heard(&room, 63).await;
        let heard = socket.events(&room);
        assert_eq!(heard, &log[log.len() - heard.len()..]);
    }
}
