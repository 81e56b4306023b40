//! Who is online, as live connections are told: those whom they may see, and nobody else.

use chat_tests::{Client, Server, Socket, is_timestamp};
use serde_json::{Value, json};

/// Nobody is offline before a test has ended.
const LONG: [&str; 2] = ["--presence-grace", "1h"];
const SHORT: [&str; 2] = ["--presence-grace", "1ms"];

/// Alice, bob and zoe, who share a room.
async fn room_of_three(server: &Server) -> (Client, Client, Client, String) {
    let (alice, bob, zoe) =
        (server.prime("alice").await, server.register("bob").await, server.register_with_coins("zoe", 150).await);
    let room = alice.create_room("Tea").await;
    for other in [&bob, &zoe] {
        other.join(&room).await;
    }
    (alice, bob, zoe, room)
}

fn is_presence(frame: &Value) -> bool {
    frame["type"] == "presence"
}

/// Waits to be told that this user is online, or is not.
async fn told(socket: &mut Socket, user_id: &str, online: bool) -> Value {
    let what = format!("presence of {user_id}: {online}");
    let wanted = |frame: &Value| is_presence(frame) && frame["userId"] == user_id && frame["online"] == online;
    socket.until(&what, wanted).await
}

/// Of whom the connection was told, in order: `bob+`, `bob-`.
fn presences(socket: &Socket) -> Vec<String> {
    let frames = socket.seen().iter().filter(|frame| is_presence(frame));
    let sign = |frame: &Value| if frame["online"] == true { '+' } else { '-' };
    frames.map(|frame| format!("{}{}", frame["userId"].as_str().expect("an id"), sign(frame))).collect()
}

/// Lets zoe come, of whom the connection hears last: what is told in the order of ids was told before.
async fn presences_until(zoe: &Client, server: &Server, socket: &mut Socket) -> Vec<String> {
    let zoes = Socket::open(server, zoe).await;
    told(socket, "zoe", true).await;
    drop(zoes);
    let mut presences = presences(socket);
    assert_eq!(presences.pop().as_deref(), Some("zoe+"));
    presences
}

#[tokio::test]
async fn who_comes_is_told_at_once_and_who_goes_after_the_grace() {
    let server = Server::with(&SHORT).await;
    let (alice, bob, ..) = room_of_three(&server).await;
    let mut hers = Socket::open(&server, &alice).await;
    let mut his = Socket::open(&server, &bob).await;
    let came = told(&mut hers, "bob", true).await;
    assert_eq!(came, json!({"type": "presence", "userId": "bob", "online": true}));
    told(&mut his, "alice", true).await;
    drop(his);
    let went = told(&mut hers, "bob", false).await;
    assert!(is_timestamp(&went["lastSeenAt"]), "{went}");
    assert_eq!(went.as_object().map(|members| members.len()), Some(4), "{went}");
    assert_eq!(presences(&hers), ["bob+", "bob-"], "of oneself nobody is told");
}

#[tokio::test]
async fn after_the_welcome_everybody_is_told_who_is_online_and_may_be_seen() {
    let server = Server::with(&LONG).await;
    let (alice, bob, zoe, _) = room_of_three(&server).await;
    let (eve, fay) = (server.prime("eve").await, server.register("fay").await);
    let room = eve.create_room("Eves").await;
    for other in [&zoe, &fay] {
        other.join(&room).await;
    }
    let sockets =
        [Socket::open(&server, &alice).await, Socket::open(&server, &eve).await, Socket::open(&server, &fay).await];
    let mut zoes = Socket::open(&server, &zoe).await;
    told(&mut zoes, "fay", true).await;
    assert_eq!(zoes.seen()[0]["type"], "welcome");
    assert_eq!(presences(&zoes), ["alice+", "eve+", "fay+"], "not bob, who is away");
    let mut his = Socket::open(&server, &bob).await;
    told(&mut his, "zoe", true).await;
    assert_eq!(presences(&his), ["alice+", "zoe+"], "neither eve nor fay, whom he does not know");
    drop(sockets);
}

#[tokio::test]
async fn who_comes_back_within_the_grace_and_who_has_another_device_was_never_away() {
    let server = Server::with(&LONG).await;
    let (alice, bob, zoe, _) = room_of_three(&server).await;
    let tablet = server.login("bob", "tablet").await;
    let mut hers = Socket::open(&server, &alice).await;
    let his = Socket::open(&server, &bob).await;
    told(&mut hers, "bob", true).await;
    let another = Socket::open(&server, &tablet).await;
    drop(his);
    drop(another);
    let _back = Socket::open(&server, &bob).await;
    assert_eq!(presences_until(&zoe, &server, &mut hers).await, ["bob+"]);
}

#[tokio::test]
async fn who_has_not_said_hello_is_not_online() {
    let server = Server::with(&LONG).await;
    let (alice, bob, zoe, _) = room_of_three(&server).await;
    let mut hers = Socket::open(&server, &alice).await;
    let mut silent = Socket::connect(&server, &bob).await;
    assert_eq!(presences_until(&zoe, &server, &mut hers).await, [""; 0]);
    silent.hello().await;
    told(&mut hers, "bob", true).await;
}

#[tokio::test]
async fn r_acc_06_who_is_suspended_is_offline_at_once() {
    let server = Server::with(&LONG).await;
    let (alice, bob, ..) = room_of_three(&server).await;
    let mut hers = Socket::open(&server, &alice).await;
    let mut his = Socket::open(&server, &bob).await;
    told(&mut hers, "bob", true).await;
    server.admin().put("/admin/users/bob/suspended", json!({"suspended": true})).await.is(200);
    told(&mut hers, "bob", false).await;
    his.closed().await;
    server.admin().put("/admin/users/bob/suspended", json!({"suspended": false})).await.is(200);
    let _again = Socket::open(&server, &bob).await;
    told(&mut hers, "bob", true).await;
}

#[tokio::test]
async fn who_leaves_the_last_room_in_common_is_seen_no_more() {
    let server = Server::with(&SHORT).await;
    let (alice, bob, zoe, room) = room_of_three(&server).await;
    let mut hers = Socket::open(&server, &alice).await;
    let his = Socket::open(&server, &bob).await;
    told(&mut hers, "bob", true).await;
    bob.leave(&room).await;
    drop(his);
    let mut his = Socket::open(&server, &bob).await;
    assert_eq!(presences_until(&zoe, &server, &mut hers).await, ["bob+"], "neither that he went nor that he came");
    his.settle().await;
    assert_eq!(presences(&his), [""; 0]);
}

#[tokio::test]
async fn r_fri_04_nobody_is_told_of_whom_they_block_or_who_blocks_them() {
    let server = Server::with(&SHORT).await;
    let (alice, bob, zoe, room) = room_of_three(&server).await;
    let yves = server.register("yves").await;
    yves.join(&room).await;
    bob.accept(&alice.befriend("bob").await).await;
    alice.block("bob").await;
    let mut watcher = Socket::open(&server, &yves).await;
    let mut hers = Socket::open(&server, &alice).await;
    told(&mut hers, "yves", true).await;
    let mut his = Socket::open(&server, &bob).await;
    told(&mut his, "yves", true).await;
    assert_eq!(presences(&his), ["yves+"], "in the welcome");
    assert_eq!(presences_until(&zoe, &server, &mut hers).await, ["yves+"], "and when he comes");
    drop(his);
    told(&mut watcher, "bob", false).await;
    let mut his = Socket::open(&server, &bob).await;
    drop(hers);
    told(&mut watcher, "alice", false).await;
    let mut hers = Socket::open(&server, &alice).await;
    told(&mut hers, "yves", true).await;
    assert!(!presences(&hers).contains(&"bob+".to_owned()));
    let told_to_him = presences_until(&server.login("zoe", "tablet").await, &server, &mut his).await;
    assert!(told_to_him.iter().all(|told| !told.starts_with("alice")), "{told_to_him:?}");
}

#[tokio::test]
async fn r_fri_04_a_block_ends_what_is_told_at_once_and_its_end_begins_it() {
    let server = Server::with(&LONG).await;
    let (alice, bob, zoe, _) = room_of_three(&server).await;
    let (mut hers, mut his) = (Socket::open(&server, &alice).await, Socket::open(&server, &bob).await);
    told(&mut hers, "bob", true).await;
    told(&mut his, "alice", true).await;
    alice.block("bob").await;
    assert_eq!(presences_until(&zoe, &server, &mut his).await, ["alice+"], "nothing tells him of it");
    alice.unblock("bob").await;
    told(&mut hers, "bob", true).await;
    told(&mut his, "alice", true).await;
}

#[tokio::test]
async fn those_who_meet_in_a_room_learn_of_each_other() {
    let server = Server::with(&LONG).await;
    let (alice, _, zoe, room) = room_of_three(&server).await;
    let carol = server.register("carol").await;
    let (mut hers, mut carols) = (Socket::open(&server, &alice).await, Socket::open(&server, &carol).await);
    carol.join(&room).await;
    told(&mut hers, "carol", true).await;
    told(&mut carols, "alice", true).await;
    assert_eq!(presences_until(&zoe, &server, &mut carols).await, ["alice+"], "not bob, who is away");
}

#[tokio::test]
async fn friends_are_told_of_each_other_without_a_room() {
    let server = Server::with(&SHORT).await;
    let (alice, bob, _, room) = room_of_three(&server).await;
    bob.leave(&room).await;
    let (mut hers, mut his) = (Socket::open(&server, &alice).await, Socket::open(&server, &bob).await);
    bob.accept(&alice.befriend("bob").await).await;
    told(&mut hers, "bob", true).await;
    told(&mut his, "alice", true).await;
    drop(his);
    told(&mut hers, "bob", false).await;
    let mut his = Socket::open(&server, &bob).await;
    told(&mut his, "alice", true).await;
    told(&mut hers, "bob", true).await;
}
