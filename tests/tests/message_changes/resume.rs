use chat_tests::{Server, Socket, on_each_store};
use serde_json::{Value, json};

use super::tea;

on_each_store!(r_msg_06_who_comes_back_after_a_deletion_reads_the_body_nowhere);
async fn r_msg_06_who_comes_back_after_a_deletion_reads_the_body_nowhere(server: Server) {
    let ([alice, bob, carol], room) = tea(&server).await;
    let mut socket = Socket::open(&server, &carol).await;
    let sent = json!({"roomId": room, "body": "a secret word", "clientId": "k"});
    let seq = bob.post("/api/messages", sent.clone()).await.is(201)["seq"].clone();
    let kept = bob.write(&room, "kept").await["seq"].clone();
    bob.edit(&room, &seq, "another secret word").await;
    bob.edit(&room, &kept, "kept, edited").await;
    socket.heard(&room, 7).await;
    assert!(socket.seen().iter().any(|frame| frame.to_string().contains("secret")), "who was there has heard it");
    bob.delete_message(&room, &seq).await;

    let mut back = Socket::connect(&server, &carol).await;
    back.hello_with(json!({&room: 3})).await;
    back.heard(&room, 8).await;
    let log = alice.log(&room).await;
    assert_eq!(back.events(&room), &log[3..], "each event once, in its place, as it is now");
    let kinds: Vec<&Value> = log[3..].iter().map(|event| &event["kind"]).collect();
    assert_eq!(kinds, ["message", "message", "message_edited", "message_edited", "message_deleted"]);
    assert!(log[3]["deletedAt"].is_string() && log[6]["body"] == "kept, edited", "{log:?}");
    let mut bobs = Socket::open(&server, &bob).await;
    let mut again = sent;
    again["type"] = json!("send");
    assert_eq!(bobs.ok(again).await, log[3], "R-MSG-04: the tombstone");

    let mut answers = Vec::new();
    for query in ["", "after=0&limit=200", "before=5", "after=5", "before=7&limit=3"] {
        answers.push(carol.page(&room, query).await);
    }
    answers.extend([carol.room(&room).await, carol.get("/api/chatrooms").await.is(200)]);
    answers.extend(back.seen().iter().chain(bobs.seen()).cloned());
    for answer in &answers {
        assert!(!answer.to_string().contains("secret"), "{answer}");
    }
}
