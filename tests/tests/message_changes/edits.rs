use chat_tests::{Server, is_timestamp, message_path, on_each_store};
use serde_json::{Value, json};

use super::{close, message, rest_of, tea};

on_each_store!(r_msg_06_a_sender_writes_their_message_anew);
async fn r_msg_06_a_sender_writes_their_message_anew(server: Server) {
    let ([alice, bob, _], room) = tea(&server).await;
    let first = bob.write(&room, "first").await["seq"].clone();
    let sent = json!({"roomId": room, "body": "helo", "clientId": "k", "replyTo": first});
    let sent_event = bob.post("/api/messages", sent.clone()).await.is(201);
    let seq = sent_event["seq"].clone();

    let changed = bob.edit(&room, &seq, "hello \u{1f600}\n").await;
    let event = &changed["event"];
    assert_eq!((&event["roomId"], &event["seq"], &event["senderId"]), (&json!(room), &json!(6), &json!("bob")));
    let logged = json!({"kind": "message_edited", "targetSeq": seq, "body": "hello \u{1f600}\n"});
    assert_eq!(rest_of(event), logged);
    let mut expected = sent_event.clone();
    expected["body"] = json!("hello \u{1f600}\n");
    expected["editedAt"] = event["createdAt"].clone();
    assert!(is_timestamp(&event["createdAt"]), "{event}");
    assert_eq!(changed["message"], expected, "client id, answer and place stay");
    assert_eq!(message(&alice, &room, &seq).await, expected);
    assert_eq!(alice.log(&room).await[5], *event);

    let again = bob.edit(&room, &seq, "hello \u{1f600}\n").await;
    assert_eq!(again, json!({"message": expected}), "the same body changes nothing");
    assert_eq!(alice.room(&room).await["lastSeq"], 6);
    assert_eq!(bob.post("/api/messages", sent).await.is(200), expected, "a repeat answers the message as it is now");
    let other = json!({"roomId": room, "body": "hello \u{1f600}\n", "clientId": "k", "replyTo": first});
    bob.post("/api/messages", other).await.refused(409, "idempotency_conflict");

    let back = bob.edit(&room, &seq, "helo").await;
    assert_eq!((&back["event"]["seq"], &back["message"]["body"]), (&json!(7), &json!("helo")), "what it said at first");
    assert_eq!(back["message"]["editedAt"], back["event"]["createdAt"], "is an edit too");
}

#[tokio::test]
async fn r_msg_06_an_edit_is_refused_in_the_order_of_the_rule() {
    let server = Server::start().await;
    let ([alice, bob, carol], room) = tea(&server).await;
    let eve = server.prime("eve").await;
    let seq = bob.write(&room, "bobs").await["seq"].clone();
    let edit = bob.edit(&room, &seq, "bobs own").await["event"]["seq"].clone();
    let gone = bob.write(&room, "to be deleted").await["seq"].clone();
    bob.delete_message(&room, &gone).await;
    let before = alice.log(&room).await;
    let body = json!({"body": "other"});

    for wrong in ["unknown", "0199c1aa-0000-7000-8000-000000000000"] {
        bob.patch(&message_path(wrong, &seq), body.clone()).await.refused(404, "room_not_found");
    }
    for number in [&seq, &json!(0)] {
        eve.patch(&message_path(&room, number), body.clone()).await.refused(403, "not_a_member");
    }
    // 1 is a `joined`.
    let nowhere = [json!(0), json!(1), edit.clone(), gone, json!(99), json!(-1), json!(u64::MAX), json!(1.5)];
    for number in &nowhere {
        bob.patch(&message_path(&room, number), body.clone()).await.refused(404, "message_not_found");
    }
    for number in ["x", "+4", "04", "4%20", "%ff", "99999999999999999999999"] {
        let path = format!("/api/chatrooms/{room}/messages/{number}");
        bob.patch(&path, body.clone()).await.refused(404, "message_not_found");
        eve.patch(&path, body.clone()).await.refused(403, "not_a_member");
    }
    for other in [&alice, &carol] {
        other.patch(&message_path(&room, &seq), body.clone()).await.refused(403, "not_allowed");
    }
    assert_eq!(alice.log(&room).await, before, "a refusal changes nothing");

    close(&server, &room).await;
    let closed = alice.log(&room).await;
    for (member, number) in [(&bob, &seq), (&carol, &seq), (&bob, &json!(0))] {
        member.patch(&message_path(&room, number), body.clone()).await.refused(409, "room_closed");
    }
    assert_eq!(alice.log(&room).await, closed);
    carol.leave(&room).await;
    carol.patch(&message_path(&room, &seq), body).await.refused(403, "not_a_member");
}

#[tokio::test]
async fn r_msg_05_an_edited_body_is_one_like_any_other() {
    let server = Server::start().await;
    let ([_, bob, _], room) = tea(&server).await;
    let seq = bob.write(&room, "hi").await["seq"].clone();
    let path = message_path(&room, &seq);
    for (body, codes) in [
        (json!(""), ["too_short", "bad_format"]),
        (json!(" \n\u{3000}"), ["too_short", "bad_format"]),
        (json!("x".repeat(4001)), ["too_long", "too_long"]),
        (json!("a\0b"), ["bad_format", "bad_format"]),
        (json!(7), ["wrong_type", "wrong_type"]),
        (Value::Null, ["required", "required"]),
    ] {
        bob.patch(&path, json!({"body": body})).await.refused_field("body", &codes);
    }
    bob.patch(&path, json!({"body": "x", "clientId": "k"})).await.refused_field("clientId", &["unknown"]);
    for body in [" leading and trailing \n", "e\u{301} is not \u{e9}", &"\u{1f600}".repeat(4000), "\u{202e}\u{7f}\u{1}"]
    {
        bob.edit(&room, &seq, body).await;
        assert_eq!(message(&bob, &room, &seq).await["body"], json!(body));
    }
}

#[tokio::test]
async fn r_msg_06_who_came_back_edits_what_they_wrote_before() {
    let server = Server::start().await;
    let ([_, bob, _], room) = tea(&server).await;
    let seq = bob.write(&room, "before").await["seq"].clone();
    bob.leave(&room).await;
    bob.patch(&message_path(&room, &seq), json!({"body": "away"})).await.refused(403, "not_a_member");
    bob.join(&room).await;
    assert_eq!(bob.edit(&room, &seq, "back").await["message"]["body"], "back");
}
