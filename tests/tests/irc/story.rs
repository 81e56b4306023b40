//! The first evening of tests/tests/scenario.rs, as far as IRC has words for it.

use chat_tests::{ROOM_PASSWORD, Socket};
use serde_json::json;

use crate::ground::{House, assert_refused};

#[tokio::test]
async fn a_first_evening_over_irc() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let bob = house.prime("bob").await;
    let carol = house.user("carol", 150).await;
    let tea = alice.create_room("Tea").await;
    let invite = alice.invite(&tea, "bob").await;
    bob.post("/api/joinroom", json!({"inviteToken": invite["inviteToken"]})).await.is(200);

    let mut carols = house.irc("carol").await;
    carols.join(&tea, ROOM_PASSWORD).await;
    assert_eq!(carol.coins().await, 150, "the first room is free");
    let (coffee, cocoa) = (bob.create_room("Coffee").await, bob.create_room("Cocoa").await);
    assert_refused(&carols.ask(&format!("JOIN #{coffee} {ROOM_PASSWORD}")).await, "477", "price_changed");
    carols.join(&coffee, &format!("{ROOM_PASSWORD} 150")).await;
    assert_refused(&carols.ask(&format!("JOIN #{cocoa} {ROOM_PASSWORD} 150")).await, "477", "insufficient_coins");
    assert_eq!(carol.coins().await, 0);
    carol.ledger().await;

    let mut bobs = Socket::connect_at(&house.base, &bob).await;
    bobs.hello().await;
    alice.write(&tea, "who is there?").await;
    bobs.message(&tea, "who is there?").await;
    carols.has(&format!(":alice!alice@chat PRIVMSG #{tea} :who is there?")).await;
    carols.say(&format!("PRIVMSG #{tea} :me")).await;
    assert_eq!(bobs.message(&tea, "me").await["senderId"], "carol");
    bobs.write(&tea, "and me").await;
    carols.has(&format!(":bob!bob@chat PRIVMSG #{tea} :and me")).await;

    // Whoever comes back sees what was said.
    carols.say("QUIT").await;
    carols.end().await;
    let past = house.irc("carol").await.join(&tea, "").await;
    let said: Vec<&str> = past.iter().filter_map(|line| line.split_once("] ").map(|(_, text)| text)).collect();
    assert_eq!(said, ["who is there?", "me", "and me"]);
}
