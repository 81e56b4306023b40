//! A server of the host's is told what happens, though the chat's is killed or its own is away.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use base64::{Engine, prelude::BASE64_STANDARD};
use chat_tests::{
    Client, PATIENCE, Server, Socket, StoreKind, on_each_store,
    tls::{Authority, Validity},
};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{net::TcpListener, sync::Notify, time::timeout};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A server of the host's: takes two requests of three, and keeps what it took.
#[derive(Clone, Default)]
struct Receiver {
    asked: Arc<AtomicUsize>,
    /// It wants nothing any more.
    is_gone: Arc<AtomicBool>,
    taken: Arc<Mutex<Vec<Value>>>,
    more: Arc<Notify>,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    assert!(is_signed(&headers, &body), "{headers:?}");
    if receiver.is_gone.load(Ordering::SeqCst) {
        receiver.more.notify_one();
        return StatusCode::GONE;
    }
    if receiver.asked.fetch_add(1, Ordering::SeqCst) % 3 == 2 {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    receiver.taken.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
    receiver.more.notify_one();
    StatusCode::NO_CONTENT
}

fn is_signed(headers: &HeaderMap, body: &[u8]) -> bool {
    let key = BASE64_STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let header = |name: &str| headers[name].to_str().unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    mac.update(body);
    header("webhook-signature") == format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

impl Receiver {
    fn serve(&self, listener: TcpListener) {
        let router = Router::new().route("/hooks", post(receive)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    }

    /// The numbers taken of each room, in the order in which each came first.
    fn rooms(&self) -> BTreeMap<String, Vec<u64>> {
        let mut rooms: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for told in self.taken.lock().unwrap().iter().filter(|told| told["type"] == "room.event") {
            let room = rooms.entry(told["data"]["roomId"].as_str().unwrap().to_owned()).or_default();
            let seq = told["data"]["seq"].as_u64().unwrap();
            if !room.contains(&seq) {
                room.push(seq);
            }
        }
        rooms
    }

    /// Whether it was told of this event, by its kind.
    fn took(&self, room: &str, event: &Value) -> bool {
        let data = json!({"roomId": room, "seq": event["seq"], "kind": event["kind"]});
        self.taken.lock().unwrap().iter().any(|told| told["data"] == data)
    }

    async fn until(&self, what: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !what(self) {
                self.more.notified().await;
            }
        };
        let ended = timeout(2 * PATIENCE, waiting).await;
        assert!(ended.is_ok(), "told so far: {:?}", self.rooms());
    }
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// One on the same store with a webhook.
async fn with_webhook(server: &Server, address: SocketAddr) -> Server {
    let url = format!("http://{address}/hooks");
    let webhook = ["--webhook-url", &url, "--webhook-secret", SECRET, "--webhook-allow-private"];
    let flags = [&webhook[..], &["--webhook-timeout", "1s", "--rate-limits", "off"]].concat();
    Server::at(server.database_url(), &flags).await
}

/// Waits until all events of these rooms are told, and says that they came in their order.
async fn all_is_told(receiver: &Receiver, client: &Client, rooms: &[String]) {
    let (mut expected, mut logs) = (BTreeMap::new(), Vec::new());
    for room in rooms {
        let log = client.log(room).await;
        expected.insert(room.clone(), (1..=log.len() as u64).collect::<Vec<_>>());
        logs.push((room, log));
    }
    let counts = |rooms: &BTreeMap<String, Vec<u64>>| rooms.values().map(Vec::len).sum::<usize>();
    receiver.until(|receiver| counts(&expected) <= counts(&receiver.rooms())).await;
    assert_eq!(receiver.rooms(), expected);
    for (room, event) in logs.iter().flat_map(|(room, log)| log.iter().map(move |event| (room, event))) {
        assert!(receiver.took(room, event), "{room}: {event}");
    }
}

on_each_store!(every_event_is_told_in_the_order_of_its_room_though_the_server_is_killed);
async fn every_event_is_told_in_the_order_of_its_room_though_the_server_is_killed(store: Server) {
    let (listener, address) = listener().await;
    let receiver = Receiver::default();
    receiver.serve(listener);
    let mut server = with_webhook(&store, address).await;
    let alice = server.prime("alice").await;
    let rooms = [alice.create_room("First").await, alice.create_room("Second").await, alice.create_room("Third").await];
    for _ in 0..20 {
        for room in &rooms {
            alice.write(room, "hi").await;
        }
    }
    receiver.until(|receiver| receiver.rooms().values().map(Vec::len).sum::<usize>() >= 5).await;
    server.kill();
    server.restart().await;
    let alice = alice.at(&server);
    for room in &rooms {
        alice.write(room, "again").await;
    }
    all_is_told(&receiver, &alice, &rooms).await;
}

#[tokio::test]
async fn while_the_receiver_hangs_all_else_goes_on_and_then_it_is_told_all() {
    let store = Server::on(StoreKind::Sqlite).await.unwrap();
    // Connections to it are made, and nobody answers.
    let (listener, address) = listener().await;
    let server = with_webhook(&store, address).await;
    let (alice, bob) = (server.prime("alice").await, server.register("bob").await);
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    let mut socket = Socket::open(&server, &bob).await;
    for number in 0..10 {
        alice.write(&room, &format!("{number}")).await;
        socket.event("a message", |_| true).await;
    }
    let request = alice.befriend("bob").await;
    bob.post_empty(&format!("/api/friend-requests/{request}/accept")).await.is(200);
    server.grant("bob", 5, "k").await;
    let receiver = Receiver::default();
    receiver.serve(listener);
    all_is_told(&receiver, &alice, &[room]).await;
    let types = |receiver: &Receiver| -> BTreeSet<String> {
        receiver.taken.lock().unwrap().iter().map(|told| told["type"].as_str().unwrap().to_owned()).collect()
    };
    receiver.until(|receiver| types(receiver).len() == 3).await;
    let expected = ["coins.changed", "friendship.made", "room.event"].map(str::to_owned);
    assert_eq!(types(&receiver), expected.into());
}

#[tokio::test]
async fn what_was_given_up_is_listed_and_sent_again_or_deleted_by_who_may() {
    let store = Server::on(StoreKind::Sqlite).await.unwrap();
    let (listener, address) = listener().await;
    let receiver = Receiver::default();
    receiver.is_gone.store(true, Ordering::SeqCst);
    receiver.serve(listener);
    let server = with_webhook(&store, address).await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let admin = server.admin();
    let list = async || admin.get("/admin/dead-letters").await.is(200)["deadLetters"].as_array().unwrap().clone();
    let of_room = |letters: &[Value]| letters.iter().find(|letter| letter["roomId"] == json!(room)).cloned();
    // Each request may be the one after which it is listed, and that is told by nobody.
    let listed = async {
        loop {
            if let Some(letter) = of_room(&list().await) {
                return letter;
            }
        }
    };
    let letter = timeout(PATIENCE, listed).await.unwrap();
    assert_eq!((&letter["kind"], &letter["number"]), (&json!("room.event"), &json!(1)));
    assert_eq!((&letter["attempts"], &letter["error"]), (&json!(1), &json!("answered 410 Gone")));
    assert_eq!((&letter["consumer"], &letter["userIds"]), (&json!("webhook"), &json!([])));
    let path = format!("/admin/dead-letters/{}", letter["entryId"].as_str().unwrap());

    receiver.is_gone.store(false, Ordering::SeqCst);
    admin.post_empty(&format!("{path}/retry")).await.is(204);
    all_is_told(&receiver, &alice, std::slice::from_ref(&room)).await;
    admin.post_empty(&format!("{path}/retry")).await.refused(404, "dead_letter_not_found");
    for letter in list().await {
        let path = format!("/admin/dead-letters/{}", letter["entryId"].as_str().unwrap());
        admin.delete(&path).await.is(204);
        admin.delete(&path).await.refused(404, "dead_letter_not_found");
    }
    assert_eq!(list().await, [json!(null); 0]);
    let audit = admin.get("/admin/audit?limit=200").await.is(200);
    let acts: BTreeSet<&str> =
        audit["entries"].as_array().unwrap().iter().map(|entry| entry["act"].as_str().unwrap()).collect();
    assert!(acts.contains("dead_letter_sent") && acts.contains("dead_letter_deleted"), "{acts:?}");
}

#[tokio::test]
async fn a_receiver_with_a_certificate_of_the_hosts_own_is_told_by_secrets_in_a_file() {
    let store = Server::on(StoreKind::Sqlite).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    let (port, mut takes) = authority.receiver("localhost", Validity::Good).await;
    let (ca, secrets) = (folder.path().join("ca.pem"), folder.path().join("secrets"));
    std::fs::write(&ca, authority.pem()).unwrap();
    // Two, as while one takes the place of the other.
    std::fs::write(&secrets, format!("{SECRET}\n\nwhsec_cm90YXRlZC1pbi1hZnRlci10aGUtb2xkLW9uZQ==\n")).unwrap();
    let (ca, secrets) = (ca.to_str().unwrap(), secrets.to_str().unwrap());
    let url = format!("https://localhost:{port}/hooks");
    let flags =
        ["--webhook-url", &url, "--webhook-secret-file", secrets, "--webhook-ca", ca, "--webhook-allow-private"];
    let server = Server::at(store.database_url(), &flags).await;
    let alice = server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let of_room = async {
        while let Some(told) = takes.recv().await {
            if told.contains(&room) {
                return;
            }
        }
    };
    timeout(PATIENCE, of_room).await.unwrap();
}

#[tokio::test]
async fn files_of_a_webhook_that_are_not_what_they_should_be_are_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (good, empty, wrong) = (file("good", SECRET), file("empty", "\n"), file("wrong", "s3cret"));
    let none = folder.path().join("none").to_str().unwrap().to_owned();
    for (secrets, ca, named) in [
        (&none, None, none.as_str()),
        (&empty, None, "--webhook-secret-file"),
        (&wrong, None, "--webhook-secret-file"),
        (&good, Some(&none), none.as_str()),
        (&good, Some(&wrong), "--webhook-ca"),
    ] {
        let mut flags = vec!["--webhook-url", "https://app.example/hooks", "--webhook-secret-file", secrets];
        flags.extend(ca.into_iter().flat_map(|ca| ["--webhook-ca", ca]));
        let said = Server::refuses_to_start(&flags).await;
        assert!(said.contains(named) && !said.contains("s3cret"), "{said}");
    }
}

#[tokio::test]
async fn a_webhook_that_could_not_be_trusted_is_refused_at_the_start() {
    for (flags, named) in [
        (["--webhook-url", "http://app.example/hooks", "--webhook-secret", SECRET], "--webhook-url"),
        (["--webhook-url", "https://app.example/hooks", "--webhook-secret", ""], "--webhook-url"),
        (["--webhook-url", "https://app.example/hooks", "--webhook-secret", "secret"], "--webhook-secret"),
    ] {
        let said = Server::refuses_to_start(&flags).await;
        assert!(said.contains(named), "{said}");
    }
}
