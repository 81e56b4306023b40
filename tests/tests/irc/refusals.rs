//! What is refused: by a number for the client, and the chat's code for who reads it. Nothing has changed then.

use chat_core::api::Admin;
use chat_core::model::{operator::Operator, user::UserId};
use chat_tests::{PASSWORD, PATIENCE, ROOM_PASSWORD};
use serde_json::json;
use tokio::time::timeout;

use crate::ground::{House, assert_refused};

#[tokio::test]
async fn nobody_does_anything_before_they_have_signed_in() {
    let house = House::open().await;
    house.prime("alice").await;
    let mut irc = house.connect().await;
    irc.say("JOIN #room\r\nPRIVMSG #room :hello\r\nLIST").await;
    for _ in 0..3 {
        irc.has(":chat 451 * :unauthenticated: ").await;
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_told_alike_and_let_go() {
    let house = House::open().await;
    house.user("bob", 0).await;
    for (user, password) in [("bob", "a guess"), ("nobody", PASSWORD), ("bob", ""), ("b b", PASSWORD)] {
        let mut irc = house.connect().await;
        irc.sign_in(user, password).await;
        irc.has(" 464 * :invalid_credentials: ").await;
        assert!(irc.end().await.starts_with("ERROR :invalid_credentials: "), "{user}");
    }
    let mut irc = house.connect().await;
    irc.say(&format!("PASS {PASSWORD}\r\nNICK bob\r\nUSER a/b 0 * :x")).await;
    assert!(irc.end().await.starts_with("ERROR :the name after USER: "));
}

#[tokio::test]
async fn r_adm_04_a_join_is_refused_as_over_http() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    house.user("bob", 0).await;
    let mut irc = house.irc("bob").await;
    for unknown in ["#x", "tea", "#00000000-0000-7000-8000-000000000000", "bob"] {
        assert_refused(&irc.ask(&format!("JOIN {unknown} {ROOM_PASSWORD}")).await, "403", "room_not_found");
        assert_refused(&irc.ask(&format!("PRIVMSG {unknown} :hello")).await, "403", "room_not_found");
    }
    assert_refused(&irc.ask(&format!("JOIN #{room} guess")).await, "475", "wrong_room_password");
    for line in ["JOIN #", "PART #", "LEAVE #", "NAMES #"] {
        assert_refused(&irc.ask(&format!("{line}{room}")).await, "442", "not_a_member");
    }
    assert_refused(&irc.ask(&format!("PRIVMSG #{room} :hello")).await, "442", "not_a_member");
    alice.ban(&room, "bob").await;
    assert_refused(&irc.ask(&format!("JOIN #{room} {ROOM_PASSWORD}")).await, "474", "banned");
    let full = alice.create_room("Full").await;
    for number in 0..5 {
        house.user(&format!("guest-{number}"), 0).await.join(&full).await;
    }
    assert_refused(&irc.ask(&format!("JOIN #{full} {ROOM_PASSWORD}")).await, "471", "room_full");
    let closed = alice.create_room("Closed").await;
    alice.delete(&format!("/api/chatrooms/{closed}")).await.is(204);
    assert_refused(&irc.ask(&format!("JOIN #{closed} {ROOM_PASSWORD}")).await, "477", "room_closed");
    let mut owner = house.irc("alice").await;
    owner.join(&closed, "").await;
    assert_refused(&owner.ask(&format!("PRIVMSG #{closed} :hello")).await, "477", "room_closed");
    assert_eq!(alice.log(&room).await.len(), 1);
}

#[tokio::test]
async fn r_adm_11_no_coins_are_spent_before_the_price_was_named() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let [free, paid, dear] = [alice.create_room("A").await, alice.create_room("B").await, alice.create_room("C").await];
    let bob = house.user("bob", 200).await;
    let mut irc = house.irc("bob").await;
    irc.join(&free, ROOM_PASSWORD).await;
    let told = irc.ask(&format!("JOIN #{paid} {ROOM_PASSWORD}")).await;
    assert_refused(&told, "477", "price_changed");
    assert!(told[1].contains("this costs 150 coins"), "{told:?}");
    assert_refused(&irc.ask(&format!("JOIN #{paid} {ROOM_PASSWORD} 149")).await, "477", "price_changed");
    for coins in ["many", "-1", "99999999999999999999"] {
        assert_refused(&irc.ask(&format!("JOIN #{paid} {ROOM_PASSWORD} {coins}")).await, "477", "price_changed");
    }
    assert_eq!(bob.coins().await, 200);
    let both = irc.ask(&format!("JOIN #{paid},#{dear} {ROOM_PASSWORD},{ROOM_PASSWORD} 150")).await;
    assert_eq!(both.iter().filter(|line| line.contains(":price_changed: ")).count(), 2, "one price is for one room");
    assert_eq!(bob.coins().await, 200);
    irc.join(&paid, &format!("{ROOM_PASSWORD} 150")).await;
    assert_eq!(bob.coins().await, 50);
    assert_refused(&irc.ask(&format!("JOIN #{dear} {ROOM_PASSWORD} 150")).await, "477", "insufficient_coins");
    assert_eq!(bob.ledger().await.len(), 2);
}

#[tokio::test]
async fn several_rooms_are_joined_at_once_each_by_its_password() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let (tea, coffee) = (alice.create_room("Tea").await, alice.create_room("Coffee").await);
    let comma = json!({"name": "Comma", "password": "a,b,c"});
    let comma = alice.post("/api/chatrooms", comma).await.is(201)["roomId"].as_str().expect("an id").to_owned();
    house.prime("bob").await;
    let mut irc = house.irc("bob").await;
    let told = irc.ask(&format!("JOIN #{tea},#{coffee} {ROOM_PASSWORD},guess")).await;
    assert_refused(&told, "475", "wrong_room_password");
    irc.join(&comma, "a,b,c").await;
    let members = irc.ask(&format!("NAMES #{tea}")).await;
    assert!(members.iter().any(|line| line.ends_with(":bob")), "{members:?}");
}

#[tokio::test]
async fn r_acc_06_who_is_suspended_or_whose_session_ends_is_told_and_let_go() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let mut irc = house.irc("alice").await;
    alice.delete("/api/sessions/irc-test").await.is(204);
    assert_eq!(irc.end().await, "ERROR :session_revoked: this session has ended");
    let mut former = house.irc("alice").await;
    let mut irc = house.irc("alice").await;
    assert_eq!(former.end().await, "ERROR :session_revoked: this session has ended");
    let id = UserId::parse("alice").expect("an id");
    house.chat.suspend_user(&Operator::host(), &id, None).await.expect("suspended");
    assert_eq!(irc.end().await, "ERROR :suspended: this user is suspended");
    let mut irc = house.connect().await;
    irc.sign_in("alice", PASSWORD).await;
    irc.has(" 477 * :suspended: ").await;
    assert!(irc.end().await.starts_with("ERROR :suspended: "));
}

#[tokio::test]
async fn a_session_ends_with_its_connection() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let mut irc = house.irc("alice").await;
    let devices = async || alice.get("/api/sessions").await.is(200)["sessions"].as_array().expect("sessions").len();
    assert_eq!(devices().await, 2);
    irc.say("QUIT :bye").await;
    assert_eq!(irc.end().await, "ERROR :goodbye");
    assert_eq!(devices().await, 1);
}

#[tokio::test]
async fn who_is_there_when_the_chat_stops_gets_the_answers_that_are_due_and_is_told_to_come_back() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let mut irc = house.irc("alice").await;
    irc.settle().await;
    house.chat.drain();
    assert_eq!(irc.end().await, "ERROR :the server stops; come back");
    timeout(PATIENCE, house.chat.drained()).await.expect("nobody is left");
    assert_eq!(alice.log(&room).await.len(), 1);
    let mut late = house.connect().await;
    late.sign_in("alice", PASSWORD).await;
    assert!(late.end().await.starts_with("ERROR :overloaded: "));
}
