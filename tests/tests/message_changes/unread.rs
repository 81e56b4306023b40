use chat_tests::{Client, Server, Socket, on_each_store};
use serde_json::{Value, json};

use super::tea;

/// Unread as the room, the list of rooms and the welcome tell it alike.
async fn unread(server: &Server, member: &Client, room: &str) -> Value {
    let seen = member.room(room).await["me"]["unread"].clone();
    let listed = member.get("/api/chatrooms").await.is(200)["rooms"][0]["me"]["unread"].clone();
    let welcomed = Socket::connect(server, member).await.hello().await["rooms"][0]["me"]["unread"].clone();
    assert_eq!((&listed, &welcomed), (&seen, &seen), "of {}", member.user_id);
    seen
}

on_each_store!(r_msg_07_unread_are_messages_of_others_that_are_not_deleted);
async fn r_msg_07_unread_are_messages_of_others_that_are_not_deleted(server: Server) {
    let ([alice, bob, carol], room) = tea(&server).await;
    let first = alice.write(&room, "first").await["seq"].clone();
    let second = alice.write(&room, "second").await["seq"].clone();
    let own = bob.write(&room, "bobs own").await["seq"].clone();
    assert_eq!(unread(&server, &bob, &room).await, 2);
    alice.edit(&room, &first, "first, edited").await;
    alice.edit(&room, &first, "first, edited again").await;
    carol.react(&room, &first, "\u{1F44D}").await;
    assert_eq!(unread(&server, &bob, &room).await, 2, "neither edits nor reactions are messages");
    alice.delete_message(&room, &first).await;
    assert_eq!(unread(&server, &bob, &room).await, 1);
    assert_eq!(unread(&server, &carol, &room).await, 2, "bob's and alice's second");
    assert_eq!(unread(&server, &alice, &room).await, 1, "bob's");
    alice.delete_message(&room, &own).await;
    assert_eq!(unread(&server, &bob, &room).await, 1, "one's own never was");
    assert_eq!((unread(&server, &carol, &room).await, unread(&server, &alice, &room).await), (json!(1), json!(0)));

    let read = bob.put(&format!("/api/chatrooms/{room}/read"), json!({"seq": second})).await.is(200);
    assert_eq!((&read["readSeq"], &read["unread"]), (&second, &json!(0)));
    alice.delete_message(&room, &second).await;
    assert_eq!(unread(&server, &bob, &room).await, 0, "what was read counts no less");
    let third = alice.write(&room, "third").await["seq"].clone();
    assert_eq!(unread(&server, &bob, &room).await, 1);
    bob.leave(&room).await;
    alice.write(&room, "while he was away").await;
    bob.join(&room).await;
    assert_eq!(unread(&server, &bob, &room).await, 0, "reading begins anew at one's own joined");
    alice.edit(&room, &third, "third, edited").await;
    alice.delete_message(&room, &third).await;
    assert_eq!(unread(&server, &bob, &room).await, 0);
    alice.write(&room, "fifth").await;
    assert_eq!(unread(&server, &bob, &room).await, 1);
}
