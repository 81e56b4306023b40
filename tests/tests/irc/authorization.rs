//! Who is answered what: what IRC has words for, asked by every kind of caller, is answered as the table of
//! tests/tests/authorization says of REST and WebSocket.

use std::collections::HashMap;
use std::fs;

use chat_core::api::Admin;
use chat_core::model::{operator::Operator, user::UserId};
use chat_tests::tree::root;
use chat_tests::{Client, PASSWORD, ROOM_PASSWORD};
use serde_json::{Value, json};

use crate::ground::House;

/// The words of IRC, and the rows of the table that ask the same.
const ROWS: [(&str, &str); 7] = [
    ("JOIN #ROOM PASSWORD", "POST /api/joinroom, by id and password"),
    ("JOIN #ROOM guess", "POST /api/joinroom, by a wrong password"),
    ("JOIN #ROOM", "GET /api/chatrooms/{roomId}/messages"),
    ("PRIVMSG #ROOM :hello", "send"),
    ("LEAVE #ROOM", "POST /api/chatrooms/{roomId}/leave"),
    ("NAMES #ROOM", "GET /api/chatrooms/{roomId}/members"),
    ("LIST", "GET /api/chatrooms"),
];

/// The columns of the table that are users who are signed in.
const USERS: [&str; 8] =
    ["other user", "former member", "removed member", "banned", "member", "moderator", "blocked", "owner"];

/// What the table says, by operation and caller.
fn table() -> HashMap<(String, String), String> {
    let path = root().join("tests/tests/authorization/table.md");
    let page = fs::read_to_string(path).expect("the table");
    let (mut table, mut columns) = (HashMap::new(), Vec::new());
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let fields: Vec<String> = line.trim_matches('|').split('|').map(|field| field.trim().to_owned()).collect();
        if fields[0] == "operation" {
            columns = fields;
        } else {
            let told = columns.iter().zip(&fields).skip(1);
            table.extend(told.map(|(caller, told)| ((fields[0].clone(), caller.clone()), told.clone())));
        }
    }
    table
}

/// A room of alice's, with bob in it, and carol as this kind of caller, unless that is its owner; answers the room, who
/// calls, and alice.
async fn stage(house: &House, caller: &str) -> (String, &'static str, Client) {
    let alice = house.prime("alice").await;
    let (bob, carol) = (house.user("bob", 0).await, house.user("carol", 0).await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    if !["other user", "owner"].contains(&caller) {
        carol.join(&room).await;
    }
    let member = format!("/api/chatrooms/{room}/members/carol");
    match caller {
        "former member" => carol.leave(&room).await,
        "removed member" => drop(alice.delete(&member).await.is(204)),
        "banned" => alice.ban(&room, "carol").await,
        "moderator" => drop(alice.put(&format!("{member}/role"), json!({"role": "moderator"})).await.is(200)),
        "blocked" => {
            alice.block("carol").await;
            bob.block("carol").await;
        }
        _ => {}
    }
    (room, if caller == "owner" { "alice" } else { "carol" }, alice)
}

/// The log and the members, as the owner sees them.
async fn look(alice: &Client, room: &str) -> [Value; 2] {
    let log = alice.get(&format!("/api/chatrooms/{room}/messages?after=0")).await.json;
    [log, alice.get(&format!("/api/chatrooms/{room}/members")).await.json]
}

#[tokio::test]
async fn each_caller_is_answered_as_the_table_says() {
    let table = table();
    for (words, operation) in ROWS {
        for caller in USERS {
            let house = House::open().await;
            let (room, user, alice) = stage(&house, caller).await;
            let mut irc = house.irc(user).await;
            let before = look(&alice, &room).await;
            let told = irc.ask(&words.replace("ROOM", &room).replace("PASSWORD", ROOM_PASSWORD)).await;
            let refused =
                told.iter().find_map(|line| line.split_once(" NOTICE ")?.1.split_once(&format!(" :#{room} ")));
            let code = refused.and_then(|(_, text)| text.split_once(": ")).map(|(code, _)| code);
            let expected = &table[&(operation.to_owned(), caller.to_owned())];
            assert_eq!(code, expected.split_once(' ').map(|(_, code)| code), "{words} by {caller}: {told:#?}");
            if code.is_some() {
                assert_eq!(look(&alice, &room).await, before, "{words} by {caller} was refused");
            }
        }
    }
}

#[tokio::test]
async fn who_signs_in_is_answered_as_the_table_says_of_signing_in() {
    let table = table();
    for caller in ["suspended", "erased", "member", "banned"] {
        let house = House::open().await;
        stage(&house, caller).await;
        let (operator, carol) = (Operator::host(), UserId::parse("carol").expect("an id"));
        match caller {
            "suspended" => drop(house.chat.suspend_user(&operator, &carol, None).await.expect("suspended")),
            "erased" => house.chat.erase_user(&operator, &carol).await.expect("erased"),
            _ => {}
        }
        let mut irc = house.connect().await;
        irc.sign_in("carol", PASSWORD).await;
        let first = irc.next().await.expect("an answer");
        let expected = &table[&("POST /api/login".to_owned(), caller.to_owned())];
        match expected.split_once(' ') {
            Some((_, code)) => assert!(first.contains(&format!(" :{code}: ")), "{caller}: {first}"),
            None => assert!(first.starts_with(":chat 001 carol "), "{caller}: {first}"),
        }
    }
}
