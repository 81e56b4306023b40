//! The whole story once, as a new user would try it.

use chat_tests::{ROOM_PASSWORD, Server, Socket, on_each_store};
use serde_json::json;

on_each_store!(a_first_evening);
async fn a_first_evening(mut server: Server) {
    let alice = server.register_with_coins("alice", 300).await;
    let refused = json!({"name": "Tea", "password": ROOM_PASSWORD});
    alice.post("/api/chatrooms", refused).await.refused(403, "prime_required");
    server.make_prime("alice", true).await;
    let bob = server.prime("bob").await;
    let carol = server.register_with_coins("carol", 150).await;

    let tea = alice.create_room("Tea").await;
    let invite = alice.invite(&tea, "bob").await;
    let token = json!({"inviteToken": invite["inviteToken"]});
    carol.post("/api/joinroom", token.clone()).await.refused(404, "invite_not_found");
    bob.post("/api/joinroom", token).await.is(200);
    carol.join(&tea).await;

    let (coffee, cocoa) = (bob.create_room("Coffee").await, bob.create_room("Cocoa").await);
    assert_eq!(carol.join(&coffee).await["charged"], 150);
    let third = json!({"roomId": cocoa, "password": ROOM_PASSWORD});
    let broke = carol.post("/api/joinroom", third).await.refused(402, "insufficient_coins");
    assert_eq!((&broke["required"], &broke["availCoins"]), (&json!(150), &json!(0)));
    carol.ledger().await;

    let mut bobs = Socket::open(&server, &bob).await;
    let mut carols = Socket::open(&server, &carol).await;
    let by_rest = alice.write(&tea, "who is there?").await;
    assert_eq!(bobs.message(&tea, "who is there?").await, by_rest);
    let by_socket = carols.write(&tea, "me").await;
    assert_eq!(bobs.message(&tea, "me").await, by_socket);

    let request = carol.befriend("bob").await;
    bob.post_empty(&format!("/api/friend-requests/{request}/accept")).await.is(200);
    carols.until("bob's yes", |frame| frame["type"] == "friend" && frame["change"] == "accepted").await;

    let log = bob.log(&tea).await;
    server.kill();
    server.restart().await;
    let carol = server.login("carol", "phone").await;
    assert_eq!(carol.log(&tea).await, log);
    assert_eq!(carol.coins().await, 0);
    assert_eq!(carol.get("/api/profile/bob").await.is(200)["relation"], "friend");
}
