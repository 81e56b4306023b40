//! Lost connections: nothing is missed, nothing comes twice.

use chat_client::{Begin, Event, Options, RemovalReason, Replica, Update};
use chat_tests::{Client, ROOM_PASSWORD, Socket};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::ground::{Ground, Told, body};

/// A room of alice with bob in it.
async fn tea(ground: &Ground) -> (Client, Client, String) {
    let alice = ground.server.prime("alice").await;
    let bob = ground.server.register("bob").await;
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    (alice, bob, room)
}

/// How many messages are on their way at once.
const AT_ONCE: usize = 50;

/// Writes through a socket, without the proxy.
async fn write(ground: &Ground, alice: &Client, room: &str, count: usize, body: &str) {
    let mut socket = Socket::open(&ground.server, alice).await;
    for _ in 0..count / AT_ONCE {
        let mut ids = Vec::new();
        for _ in 0..AT_ONCE {
            ids.push(socket.begin(json!({"type": "send", "roomId": room, "body": body})).await);
        }
        for id in ids {
            assert_eq!(socket.reply(id).await["type"], "ok");
        }
    }
}

fn event(json: &Value) -> Event {
    serde_json::from_value(json.clone()).expect("an event of the contract")
}

async fn log_of(client: &Client, room: &str) -> Vec<Event> {
    client.log_after(room, 0).await.iter().map(event).collect()
}

/// The application was told the log from after this number on, as it is.
#[track_caller]
fn assert_told(told: &Told, room: &str, log: &[Event], after: usize) {
    assert_eq!(told.events(room), log[after..].iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn r_msg_09_what_was_missed_comes_once_and_in_order() {
    let ground = Ground::new(&[]).await;
    let (alice, _, room) = tea(&ground).await;
    let mut bob = ground.connect("bob", Options::default()).await;
    for round in 0..5 {
        alice.write(&room, &format!("while bob listens {round}")).await;
        ground.proxy.cut().await;
        alice.write(&room, &format!("while nobody does {round}")).await;
    }
    bob.heard(&room, 12).await;
    assert_told(&bob, &room, &log_of(&alice, &room).await, 2);
    assert!(1 < bob.connections());
}

#[tokio::test]
async fn r_msg_09_more_than_the_server_brings_is_read_by_pages() {
    let ground = Ground::new(&[]).await;
    let (alice, _, room) = tea(&ground).await;
    let mut bob = ground.connect("bob", Options::default()).await;
    ground.proxy.lead_nowhere();
    ground.proxy.cut().await;
    write(&ground, &alice, &room, 1100, "missed").await;
    ground.proxy.lead_to(crate::ground::host(&ground.server));
    bob.heard(&room, 1102).await;
    alice.write(&room, "and live again").await;
    bob.heard(&room, 1103).await;
    assert_told(&bob, &room, &log_of(&alice, &room).await, 2);
}

#[tokio::test]
async fn r_msg_04_what_was_not_answered_is_sent_again_and_logged_once_in_order() {
    let ground = Ground::new(&[]).await;
    let (alice, _, room) = tea(&ground).await;
    let mut bob = ground.connect("bob", Options::default()).await;
    let bodies: Vec<String> = (0..300).map(|number| format!("m{number}")).collect();
    let client = bob.client.clone();
    let sending = join_all(bodies.iter().map(|body| client.send(&room, body)));
    let cutting = async {
        for at in [40, 90, 150, 210, 260] {
            bob.heard(&room, at).await;
            ground.proxy.cut().await;
        }
        bob.heard(&room, 302).await;
    };
    let (sent, ()) = tokio::join!(sending, cutting);
    let log = log_of(&alice, &room).await;
    assert_eq!(log[2..].iter().filter_map(body).collect::<Vec<_>>(), bodies);
    for (event, sent) in log[2..].iter().zip(sent) {
        assert_eq!(&sent.expect("a member"), event);
    }
    assert_told(&bob, &room, &log, 2);
    assert!(5 < bob.connections());
}

#[tokio::test]
async fn the_server_is_killed_and_the_client_goes_on_where_it_was() {
    let mut ground = Ground::new(&[]).await;
    let (alice, _, room) = tea(&ground).await;
    let mut bob = ground.connect("bob", Options::default()).await;
    let before = bob.client.send(&room, "before").await.expect("a member");
    ground.server.kill();
    let client = bob.client.clone();
    let (later, ()) = tokio::join!(client.send(&room, "meanwhile"), ground.restart());
    assert_eq!(later.expect("a member").seq, before.seq + 1);
    bob.heard(&room, before.seq + 1).await;
    assert_told(&bob, &room, &log_of(&alice.at(&ground.server), &room).await, 2);
}

#[tokio::test]
async fn who_leaves_hears_nothing_until_they_are_back_and_then_first_what_they_missed() {
    let ground = Ground::new(&[]).await;
    let (alice, _, room) = tea(&ground).await;
    let mut bob = ground.connect("bob", Options::default()).await;
    bob.client.api().leave(&room).await.expect("a member");
    let left = bob.until("the end of it", |update| matches!(update, Update::RoomRemoved { .. })).await;
    assert_eq!(left, Update::RoomRemoved { room_id: room.clone(), reason: RemovalReason::Left });
    for number in 0..3 {
        alice.write(&room, &format!("without bob {number}")).await;
    }
    // What the server had for this connection came before the answer.
    let refused = bob.client.send(&room, "let me in").await.expect_err("no member");
    assert_eq!(refused.code(), Some("not_a_member"));
    bob.client.api().join(&room, ROOM_PASSWORD).await.expect("a seat");
    let back = |update: &Update| matches!(update, Update::RoomAdded(room) if room.last_seq == 7);
    bob.until("the room", back).await;
    assert_eq!(bob.numbers(&room), [3], "one's own leaving, and nothing after it");
    bob.heard(&room, 7).await;
    assert_told(&bob, &room, &log_of(&alice, &room).await, 2);
}

#[tokio::test]
async fn who_left_elsewhere_while_not_connected_is_told_so() {
    let ground = Ground::new(&[]).await;
    let (_, phone, room) = tea(&ground).await;
    let mut bob = ground.connect("bob", Options::default()).await;
    ground.proxy.lead_nowhere();
    ground.proxy.cut().await;
    phone.leave(&room).await;
    ground.proxy.lead_to(crate::ground::host(&ground.server));
    let left = bob.until("the end of it", |update| matches!(update, Update::RoomRemoved { .. })).await;
    assert_eq!(left, Update::RoomRemoved { room_id: room.clone(), reason: RemovalReason::Left });
    assert!(bob.events(&room).is_empty(), "a log that one may read no more");
}

#[tokio::test]
async fn a_log_can_be_heard_from_its_start_or_from_where_the_application_was() {
    let ground = Ground::new(&[]).await;
    let (alice, _, room) = tea(&ground).await;
    write(&ground, &alice, &room, 300, "history").await;
    let log = log_of(&alice, &room).await;
    let mut all = ground.connect("bob", Options::default().begin(Begin::FromStart)).await;
    all.heard(&room, 302).await;
    assert_told(&all, &room, &log, 0);
    let mut replica = Replica::new(&room);
    assert!(all.events(&room).into_iter().all(|event| replica.fold(event)));
    let mut of_the_log = Replica::new(&room);
    assert!(log.iter().all(|event| of_the_log.fold(event)));
    assert_eq!(replica, of_the_log);

    let mut later = ground.connect("alice", Options::default().positions([(room.clone(), 290)])).await;
    later.heard(&room, 302).await;
    assert_told(&later, &room, &log, 290);
}

#[tokio::test]
async fn r_msg_08_an_application_that_does_not_read_misses_nothing() {
    let ground = Ground::new(&[]).await;
    let (alice, _, room) = tea(&ground).await;
    let mut bob = ground.connect("bob", Options::default().waiting_updates(1)).await;
    // More than the sockets between hold, and than the server keeps for a reader.
    write(&ground, &alice, &room, 1500, &"🦀".repeat(4000)).await;
    bob.heard(&room, 1502).await;
    assert_eq!(bob.numbers(&room), (3..=1502).collect::<Vec<_>>());
}
