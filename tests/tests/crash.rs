//! The server is killed with -9 and started again on its folder: all that it answered is there, for everybody to see. What
//! it is doing when it is killed is looked at in crashes/.

use chat_tests::{Client, Server, Socket, on_each_store};
use serde_json::{Value, json};

/// What a client sees of the whole: oneself, ledger, rooms, logs, friends, requests.
async fn sight(client: &Client) -> Value {
    let mut rooms = client.get("/api/chatrooms").await.is(200)["rooms"].clone();
    for room in rooms.as_array_mut().expect("a list") {
        let id = room["roomId"].as_str().expect("an id").to_owned();
        room["log"] = json!(client.log(&id).await);
        room["members"] = client.get(&format!("/api/chatrooms/{id}/members")).await.is(200);
    }
    json!({"me": client.me().await, "ledger": client.ledger().await, "rooms": rooms,
        "friends": client.get("/api/friends").await.is(200),
        "in": client.get("/api/friend-requests?box=in").await.is(200),
        "out": client.get("/api/friend-requests?box=out").await.is(200)})
}

on_each_store!(all_that_was_answered_is_there_after_kill_9);
async fn all_that_was_answered_is_there_after_kill_9(mut server: Server) {
    let (alice, bob) = (server.prime("alice").await, server.prime("bob").await);
    let carol = server.register_with_coins("carol", 300).await;
    let (first, second) = (alice.create_room("First").await, alice.create_room("Second").await);
    carol.join(&first).await;
    carol.join(&second).await;
    let invite = alice.invite(&second, "bob").await;
    alice.write(&first, "hi").await;
    Socket::open(&server, &carol).await.write(&second, "by socket").await;
    server.grant("carol", 5, "k").await;
    let request = alice.befriend("carol").await;
    carol.post_empty(&format!("/api/friend-requests/{request}/accept")).await.is(200);
    let before = [sight(&alice).await, sight(&bob).await, sight(&carol).await];

    server.kill();
    server.restart().await;

    let [alice, bob, carol] = [&alice, &bob, &carol].map(|client| client.at(&server));
    let after = [sight(&alice).await, sight(&bob).await, sight(&carol).await];
    assert_eq!(after, before, "sessions live on, too");
    assert_eq!(alice.write(&first, "next").await["seq"], 4, "numbering goes on");
    let joined = bob.post("/api/joinroom", json!({"inviteToken": invite["inviteToken"]})).await.is(200);
    assert_eq!(joined["roomId"], json!(second));
    let repeated = json!({"amount": 5, "reason": "a present", "key": "k"});
    server.admin().post("/admin/users/carol/coins", repeated).await.is(200);
    assert_eq!(carol.coins().await, 155);
    server.login("carol", "phone").await.me().await;
}
