use serde_json::{Value, json};

use super::town::{NO_ID, NOON, Person, Town};

/// A room of alice and carol, whose log has their two `joined`.
async fn tea(town: &Town) -> (Person, Person, String) {
    let (alice, carol) = (town.prime("alice").await, town.person("carol").await);
    let room = alice.room().await;
    carol.join(&room).await;
    (alice, carol, room)
}

fn seqs(page: &Value) -> Vec<u64> {
    page["events"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn r_msg_04_a_message_is_answered_as_its_event_once_a_client_id() {
    let town = Town::new().await;
    let (alice, carol, room) = tea(&town).await;
    let first = alice.write(&room, "first").await;
    let event = json!({
        "roomId": room, "seq": 3, "kind": "message", "senderId": "alice", "createdAt": NOON, "body": "first",
    });
    assert_eq!(first, event);
    let reply = json!({"roomId": room, "body": "hi\u{1f600}\n", "clientId": "c-1", "replyTo": 3});
    let expected = json!({
        "roomId": room, "seq": 4, "kind": "message", "senderId": "carol", "createdAt": NOON, "body": "hi\u{1f600}\n",
        "clientId": "c-1", "replyTo": 3,
    });
    assert_eq!(carol.post("/api/messages", reply.clone()).await.is(201), expected);
    assert_eq!(carol.post("/api/messages", reply).await.is(200), expected);
    let other = json!({"roomId": room, "body": "other", "clientId": "c-1"});
    carol.post("/api/messages", other).await.refused(409, "idempotency_conflict");
}

#[tokio::test]
async fn r_msg_04_a_reply_to_what_is_no_message_is_not_found() {
    let town = Town::new().await;
    let (alice, _, room) = tea(&town).await;
    let eve = town.person("eve").await;
    for number in ["1", "9", "0", "-1", "9223372036854775807", "18446744073709551615", "-99999999999999999999"] {
        let reply = |room: &str| format!(r#"{{"roomId": "{room}", "body": "x", "replyTo": {number}}}"#);
        alice.send("POST", "/api/messages", reply(NO_ID)).await.refused(404, "room_not_found");
        eve.send("POST", "/api/messages", reply(&room)).await.refused(403, "not_a_member");
        alice.send("POST", "/api/messages", reply(&room)).await.refused(404, "message_not_found");
    }
    alice
        .post("/api/messages", json!({"roomId": room, "body": " ", "replyTo": 1.5}))
        .await
        .refused_fields(&["body: too_short", "replyTo: wrong_type"]);
    assert_eq!(alice.write(&room, "x").await["seq"], 3);
}

#[tokio::test]
async fn history_is_a_stretch_of_the_log() {
    let town = Town::new().await;
    let (alice, carol, room) = tea(&town).await;
    for number in 3..=60 {
        alice.write(&room, &format!("m{number}")).await;
    }
    let page = async |query: &str| carol.get(&format!("/api/chatrooms/{room}/messages{query}")).await.is(200);
    let start = page("?after=0&limit=3").await;
    let joined =
        |seq: u64, who: &str| json!({"roomId": room, "seq": seq, "kind": "joined", "senderId": who, "createdAt": NOON});
    let message = json!({
        "roomId": room, "seq": 3, "kind": "message", "senderId": "alice", "createdAt": NOON, "body": "m3",
    });
    let events = [joined(1, "alice"), joined(2, "carol"), message];
    assert_eq!(start, json!({"events": events, "hasMore": true, "lastSeq": 60}));
    for (query, expected, more) in [
        ("", 11..=60, true),
        ("?limit=200", 1..=60, false),
        ("?before=4&limit=3", 1..=3, false),
        ("?before=10&limit=3", 7..=9, true),
        ("?after=-5&limit=2", 1..=2, true),
        ("?before=99999999999999999999&limit=1", 60..=60, true),
        ("?after=58&utm_source=proxy", 59..=60, false),
    ] {
        let page = page(query).await;
        assert_eq!((seqs(&page), &page["hasMore"]), (expected.collect(), &json!(more)), "{query}");
    }
    for nothing in ["?after=60", "?after=9223372036854775807", "?before=1", "?before=0", "?before=-1"] {
        assert_eq!(page(nothing).await, json!({"events": [], "hasMore": false, "lastSeq": 60}), "{nothing}");
    }
}

#[tokio::test]
async fn history_refuses_what_is_no_stretch() {
    let town = Town::new().await;
    let (alice, _, room) = tea(&town).await;
    for (query, fields) in [
        ("limit=0", vec!["limit: out_of_range"]),
        ("limit=201", vec!["limit: out_of_range"]),
        ("limit=x", vec!["limit: wrong_type"]),
        ("after=x", vec!["after: wrong_type"]),
        ("before=", vec!["before: wrong_type"]),
        ("before=3&after=1", vec!["before: bad_format", "after: bad_format"]),
    ] {
        alice.get(&format!("/api/chatrooms/{room}/messages?{query}")).await.refused_fields(&fields);
    }
}

#[tokio::test]
async fn r_msg_07_reading_goes_forward_and_not_past_the_end() {
    let town = Town::new().await;
    let (alice, carol, room) = tea(&town).await;
    for number in 3..=6 {
        alice.write(&room, &format!("m{number}")).await;
    }
    let path = format!("/api/chatrooms/{room}/read");
    for (seq, read, unread) in
        [("4", 4, 2), ("3", 4, 2), ("0", 4, 2), ("-7", 4, 2), ("99999999999999999999", 6, 0), ("1", 6, 0)]
    {
        let position = carol.send("PUT", &path, format!(r#"{{"seq": {seq}}}"#)).await.is(200);
        assert_eq!(position, json!({"readSeq": read, "unread": unread}), "{seq}");
    }
    town.person("eve").await.put(&path, json!({"seq": 1})).await.refused(403, "not_a_member");
    let nowhere = format!("/api/chatrooms/{NO_ID}/read");
    alice.put(&nowhere, json!({"seq": 1})).await.refused(404, "room_not_found");
    alice.put(&path, json!({"seq": "1"})).await.refused_fields(&["seq: wrong_type"]);
}

#[tokio::test]
async fn r_adm_10_a_room_handed_over_and_closed_says_so_in_its_log() {
    let town = Town::new().await;
    let (alice, carol, room) = tea(&town).await;
    alice.send("POST", &format!("/api/chatrooms/{room}/leave"), "").await.is(204);
    let log = carol.get(&format!("/api/chatrooms/{room}/messages?after=2")).await.is(200);
    let event = |seq: u64, kind: &str| json!({"roomId": room, "seq": seq, "kind": kind, "senderId": "alice", "createdAt": NOON});
    let mut changed = event(4, "role_changed");
    changed["userId"] = "carol".into();
    changed["role"] = "owner".into();
    assert_eq!(log, json!({"events": [event(3, "left"), changed], "hasMore": false, "lastSeq": 4}));
}
