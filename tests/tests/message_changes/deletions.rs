use chat_tests::{Server, message_path, on_each_store, reaction_path};
use serde_json::json;

use super::{close, message, rest_of, tea};

on_each_store!(r_msg_06_of_a_deleted_message_a_tombstone_is_left);
async fn r_msg_06_of_a_deleted_message_a_tombstone_is_left(server: Server) {
    let ([alice, bob, carol], room) = tea(&server).await;
    let first = carol.write(&room, "first").await["seq"].clone();
    let sent = json!({"roomId": room, "body": "secret @carol", "clientId": "k", "replyTo": first});
    let seq = bob.post("/api/messages", sent.clone()).await.is(201)["seq"].clone();
    let other = bob.write(&room, "beside it").await["seq"].clone();
    bob.edit(&room, &other, "beside it, edited").await;
    bob.edit(&room, &seq, "secret @alice").await;
    carol.react(&room, &seq, "\u{1F44D}").await;

    let changed = bob.delete_message(&room, &seq).await;
    let event = &changed["event"];
    assert_eq!((&event["seq"], &event["senderId"]), (&json!(10), &json!("bob")));
    assert_eq!(rest_of(event), json!({"kind": "message_deleted", "targetSeq": seq}));
    let tombstone = &changed["message"];
    let rest = rest_of(tombstone);
    assert_eq!((&rest["kind"], &rest["clientId"], &rest["replyTo"]), (&json!("message"), &json!("k"), &first));
    assert_eq!(rest["deletedAt"], event["createdAt"]);
    for gone in ["body", "mentions", "reactions"] {
        assert!(rest.get(gone).is_none(), "{gone}: {tombstone}");
    }
    let log = alice.log(&room).await;
    assert_eq!((&log[4], &log[9]), (tombstone, event));
    assert_eq!(rest_of(&log[7]), json!({"kind": "message_edited", "targetSeq": seq}), "what it said since is gone too");
    assert_eq!(log[6]["body"], "beside it, edited", "and nothing else");
    assert_eq!(log.len(), 10);

    bob.post("/api/messages", sent.clone()).await.is(200);
    let mut changed_content = sent;
    changed_content["body"] = json!("anything");
    let repeated = bob.post("/api/messages", changed_content).await.is(200);
    assert_eq!(repeated, *tombstone, "R-MSG-04: whatever is sent under its client id");
    let path = message_path(&room, &seq);
    for member in [&bob, &alice, &carol] {
        member.delete(&path).await.refused(404, "message_not_found");
        member.patch(&path, json!({"body": "x"})).await.refused(404, "message_not_found");
        let reaction = reaction_path(&room, &seq, "\u{1F44D}");
        member.json(http::Method::PUT, &reaction, json!({})).await.refused(404, "message_not_found");
        member.delete(&reaction).await.refused(404, "message_not_found");
    }
    assert_eq!(alice.log(&room).await, log);
}

#[tokio::test]
async fn r_msg_06_the_sender_deletes_and_the_owner_deletes_any() {
    let server = Server::start().await;
    let ([alice, bob, carol], room) = tea(&server).await;
    let own = bob.write(&room, "bobs").await["seq"].clone();
    carol.delete(&message_path(&room, &own)).await.refused(403, "not_allowed");
    let by_owner = alice.delete_message(&room, &own).await;
    assert_eq!((&by_owner["event"]["senderId"], &by_owner["message"]["senderId"]), (&json!("alice"), &json!("bob")));
    let hers = alice.write(&room, "alices").await["seq"].clone();
    for member in [&bob, &carol] {
        member.delete(&message_path(&room, &hers)).await.refused(403, "not_allowed");
    }
    // The room passes to bob, and with it the right.
    alice.leave(&room).await;
    bob.delete_message(&room, &hers).await;
    carol.delete(&message_path(&room, &own)).await.refused(404, "message_not_found");
}

#[tokio::test]
async fn r_msg_06_a_deletion_is_refused_in_the_order_of_the_rule() {
    let server = Server::start().await;
    let ([alice, bob, carol], room) = tea(&server).await;
    let eve = server.prime("eve").await;
    let seq = bob.write(&room, "bobs").await["seq"].clone();
    let before = alice.log(&room).await;
    bob.delete(&message_path("unknown", &seq)).await.refused(404, "room_not_found");
    eve.delete(&message_path(&room, &json!(0))).await.refused(403, "not_a_member");
    for number in [json!(0), json!(1), json!(99), json!(-1), json!(u64::MAX)] {
        carol.delete(&message_path(&room, &number)).await.refused(404, "message_not_found");
    }
    carol.delete(&message_path(&room, &seq)).await.refused(403, "not_allowed");
    assert_eq!(alice.log(&room).await, before);
    close(&server, &room).await;
    for member in [&alice, &bob, &carol] {
        member.delete(&message_path(&room, &seq)).await.refused(409, "room_closed");
        member.delete(&message_path(&room, &json!(0))).await.refused(409, "room_closed");
    }
    assert_eq!(message(&alice, &room, &seq).await["body"], "bobs");
}

#[tokio::test]
async fn r_msg_04_a_reply_to_a_tombstone_is_taken() {
    let server = Server::start().await;
    let ([_, bob, _], room) = tea(&server).await;
    let seq = bob.write(&room, "bobs").await["seq"].clone();
    bob.delete_message(&room, &seq).await;
    let reply = json!({"roomId": room, "body": "about what was there", "replyTo": seq});
    assert_eq!(bob.post("/api/messages", reply).await.is(201)["replyTo"], seq);
}
