//! Writing and reading a room's log over REST (R-MSG).

use chat_tests::{Client, Server, is_timestamp, on_each_store};
use futures_util::future::join_all;
use serde_json::{Value, json};

/// A room of alice with carol in it; its log begins with their two `joined`.
async fn tea(server: &Server) -> (Client, Client, String) {
    let (alice, carol) = (server.prime("alice").await, server.register("carol").await);
    let room = alice.create_room("Tea").await;
    carol.join(&room).await;
    (alice, carol, room)
}

fn seqs(events: &[Value]) -> Vec<i64> {
    events.iter().filter_map(|event| event["seq"].as_i64()).collect()
}

#[tokio::test]
async fn r_msg_02_messages_are_numbered_on_from_the_joins() {
    let server = Server::start().await;
    let (alice, carol, room) = tea(&server).await;
    let event = alice.write(&room, "hi").await;
    assert_eq!(
        (&event["roomId"], &event["seq"], &event["kind"], &event["senderId"], &event["body"]),
        (&json!(room), &json!(3), &json!("message"), &json!("alice"), &json!("hi"))
    );
    assert!(is_timestamp(&event["createdAt"]), "{event}");
    for absent in ["clientId", "replyTo", "editedAt", "deletedAt"] {
        assert!(event.get(absent).is_none(), "{absent}: {event}");
    }
    assert_eq!(carol.write(&room, "hello").await["seq"], 4);
    assert_eq!(carol.log(&room).await[2], event, "an event looks alike to everybody");
    assert_eq!(seqs(&alice.log(&room).await), [1, 2, 3, 4]);
    let seen = carol.room(&room).await;
    assert_eq!(seen["lastSeq"], 4);
    assert_eq!(seen["me"], json!({"role": "member", "readSeq": 2, "unread": 1}), "one's own are not unread (R-MSG-07)");
}

#[tokio::test]
async fn r_msg_05_a_body_comes_back_byte_for_byte() {
    let server = Server::start().await;
    let (alice, carol, room) = tea(&server).await;
    let bodies = [
        " leading and trailing \n".to_owned(),
        "e\u{301} is not \u{e9}".to_owned(),
        "\u{1f469}\u{200d}\u{1f680} \u{202e}abc\u{7f}\u{1}".to_owned(),
        "'; DROP TABLE chat_events; -- \\ \" %s {} \u{2028}".to_owned(),
        "\u{1f600}".repeat(4000),
        "x".to_owned(),
    ];
    for body in &bodies {
        assert_eq!(alice.write(&room, body).await["body"], json!(body));
    }
    let log = carol.log(&room).await;
    let read: Vec<&str> = log.iter().filter_map(|event| event["body"].as_str()).collect();
    assert_eq!(read, bodies);
}

#[tokio::test]
async fn r_msg_05_a_body_is_neither_empty_nor_blank_nor_too_long() {
    let server = Server::start().await;
    let (alice, _, room) = tea(&server).await;
    for (body, codes) in [
        (json!(""), ["too_short", "bad_format"]),
        (json!(" \n\t\u{a0}\u{3000}"), ["too_short", "bad_format"]),
        (json!("x".repeat(4001)), ["too_long", "too_long"]),
        (json!("a\0b"), ["bad_format", "bad_format"]),
        (json!(7), ["wrong_type", "wrong_type"]),
    ] {
        alice.post("/api/messages", json!({"roomId": room, "body": body})).await.refused_field("body", &codes);
    }
    assert_eq!(alice.log(&room).await.len(), 2);
}

#[tokio::test]
async fn r_msg_01_only_a_present_member_writes_and_reads() {
    let server = Server::start().await;
    let (alice, carol, room) = tea(&server).await;
    let eve = server.prime("eve").await;
    let message = |room: &str| json!({"roomId": room, "body": "x"});
    eve.post("/api/messages", message(&room)).await.refused(403, "not_a_member");
    eve.get(&format!("/api/chatrooms/{room}/messages")).await.refused(403, "not_a_member");
    eve.post("/api/messages", message("unknown")).await.refused(404, "room_not_found");
    carol.leave(&room).await;
    carol.post("/api/messages", message(&room)).await.refused(403, "not_a_member");
    carol.get(&format!("/api/chatrooms/{room}/messages")).await.refused(403, "not_a_member");
    let kinds: Vec<Value> = alice.log(&room).await.iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["joined", "joined", "left"]);
}

#[tokio::test]
async fn r_msg_02_a_member_reads_what_was_before_them() {
    let server = Server::start().await;
    let (alice, _, room) = tea(&server).await;
    alice.write(&room, "early").await;
    let late = server.register("late").await;
    late.join(&room).await;
    assert_eq!(late.log(&room).await, alice.log(&room).await);
    assert_eq!(late.room(&room).await["me"]["unread"], 0, "reading starts at one's own joined");
}

#[tokio::test]
async fn r_msg_04_a_client_id_makes_one_message() {
    let server = Server::start().await;
    let (alice, carol, room) = tea(&server).await;
    let first = alice.write(&room, "first").await;
    let body = json!({"roomId": room, "body": "hi", "clientId": "c-1", "replyTo": first["seq"]});
    let answers = join_all((0..8).map(|_| alice.post("/api/messages", body.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 7, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.json == answers[0].json), "{answers:?}");
    let event = &answers[0].json;
    assert_eq!((&event["clientId"], &event["replyTo"], &event["seq"]), (&json!("c-1"), &json!(3), &json!(4)));
    for (field, value) in [("body", json!("other")), ("replyTo", Value::Null), ("replyTo", json!(4))] {
        let mut other = body.clone();
        other[field] = value;
        alice.post("/api/messages", other).await.refused(409, "idempotency_conflict");
    }
    let tablet = server.login("alice", "tablet").await;
    assert_eq!(tablet.post("/api/messages", body.clone()).await.is(200), *event, "one message on whatever device");
    assert_eq!(carol.post("/api/messages", body.clone()).await.is(201)["seq"], 5, "a clientId is its sender's own");
    let other = alice.create_room("Other").await;
    let elsewhere = json!({"roomId": other, "body": "hi", "clientId": "c-1"});
    assert_eq!(alice.post("/api/messages", elsewhere).await.is(201)["seq"], 2, "and its room's own");
    assert_eq!(alice.log(&room).await.len(), 5);
}

#[tokio::test]
async fn r_msg_04_a_client_id_is_printable_ascii() {
    let server = Server::start().await;
    let (alice, _, room) = tea(&server).await;
    let message = |client_id: &str| json!({"roomId": room, "body": "x", "clientId": client_id});
    for (wrong, codes) in [
        ("", ["too_short", "bad_format"]),
        (&"c".repeat(65), ["too_long", "bad_format"]),
        ("\u{e9}", ["bad_format", "bad_format"]),
        ("a\nb", ["bad_format", "bad_format"]),
    ] {
        alice.post("/api/messages", message(wrong)).await.refused_field("clientId", &codes);
    }
    for right in ["c", &"c".repeat(64), "~!@#$%^&*()_+`-={}[]|:;'<>,.?/\"\\"] {
        assert_eq!(alice.post("/api/messages", message(right)).await.is(201)["clientId"], json!(right));
    }
}

#[tokio::test]
async fn r_msg_04_a_reply_names_a_message_of_the_room() {
    let server = Server::start().await;
    let (alice, _, room) = tea(&server).await;
    let other = alice.create_room("Other").await;
    for number in 0..4 {
        alice.write(&other, &format!("m{number}")).await;
    }
    let reply = |seq: i64| json!({"roomId": room, "body": "x", "replyTo": seq});
    // 2 is a `joined`, 5 exists in the other room alone.
    for wrong in [2, 5, 0, -1, i64::MAX] {
        alice.post("/api/messages", reply(wrong)).await.refused(404, "message_not_found");
    }
    let first = alice.write(&room, "first").await;
    assert_eq!(first["seq"], 3, "refusals leave no hole");
    assert_eq!(alice.post("/api/messages", reply(3)).await.is(201)["replyTo"], 3);
}

on_each_store!(r_msg_02_several_senders_at_once_leave_no_gap);
async fn r_msg_02_several_senders_at_once_leave_no_gap(server: Server) {
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut members = vec![alice.clone()];
    for number in 0..5 {
        let member = server.register(&format!("member{number}")).await;
        member.join(&room).await;
        members.push(member);
    }
    let sends = members.iter().map(|member| {
        let room = &room;
        async move {
            let mut written = Vec::new();
            for number in 0..20 {
                written.push(member.write(room, &format!("{} {number}", member.user_id)).await);
            }
            written
        }
    });
    let written = join_all(sends).await;
    let log = alice.log(&room).await;
    assert_eq!(seqs(&log), (1..=126).collect::<Vec<i64>>());
    for own in &written {
        let numbers = seqs(own);
        assert!(numbers.is_sorted_by(|a, b| a < b), "each sender's are in the order sent: {numbers:?}");
        for event in own {
            let index = usize::try_from(event["seq"].as_i64().expect("a number")).expect("positive") - 1;
            assert_eq!(log[index], *event, "the log holds what was answered");
        }
    }
}

#[tokio::test]
async fn history_pages_both_ways() {
    let server = Server::start().await;
    let (alice, _, room) = tea(&server).await;
    for number in 3..=60 {
        alice.write(&room, &format!("m{number}")).await;
    }
    let range = |from: i64, to: i64| (from..=to).collect::<Vec<i64>>();
    for (query, expected, more) in [
        ("", range(11, 60), true),
        ("limit=200", range(1, 60), false),
        ("limit=60", range(1, 60), false),
        ("limit=1", range(60, 60), true),
        ("after=0", range(1, 50), true),
        ("after=10&limit=3", range(11, 13), true),
        ("after=57&limit=3", range(58, 60), false),
        ("after=58", range(59, 60), false),
        ("after=60", vec![], false),
        ("after=1000", vec![], false),
        ("before=61&limit=2", range(59, 60), true),
        ("before=10&limit=3", range(7, 9), true),
        ("before=4&limit=3", range(1, 3), false),
        ("before=3", range(1, 2), false),
        ("before=1", vec![], false),
        ("before=1000&limit=1", range(60, 60), true),
    ] {
        let page = alice.page(&room, query).await;
        let events = page["events"].as_array().expect("events");
        assert_eq!((seqs(events), &page["hasMore"], &page["lastSeq"]), (expected, &json!(more), &json!(60)), "{query}");
    }
}

#[tokio::test]
async fn history_refuses_what_is_no_page() {
    let server = Server::start().await;
    let (alice, _, room) = tea(&server).await;
    let path = |query: &str| format!("/api/chatrooms/{room}/messages?{query}");
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("after=x", "after"),
        ("before=x", "before"),
    ] {
        let codes = ["out_of_range", "wrong_type", "bad_format"];
        alice.get(&path(query)).await.refused_field(field, &codes);
    }
    alice.get(&path("before=3&after=1")).await.refused(400, "invalid_request");
    assert_eq!(alice.page(&room, "utm_source=proxy").await["lastSeq"], 2, "unknown parameters are ignored");
}
