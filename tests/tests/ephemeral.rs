//! Typing and presence by a clock that is moved by hand, on several nodes that share a store and a bus.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chat_core::{
    Chat, Secrets,
    api::{Admin, Blocks, CreateRoom, EnsureUser, JoinKey, JoinRoom, Live, Messages, Resume, Rooms, SendMessage},
    model::{
        message::MessageBody,
        operator::Operator,
        room::{Capacity, RoomId, RoomPassword},
        session::Caller,
        text::Name,
        time::Timestamp,
        user::UserId,
    },
    ports::{
        bus::{Bus, BusSink},
        clock::Clock,
        store::Store,
    },
    realtime::{connection::Connection, delivery::Delivery, notice::Notice},
};
use chat_sqlite::SqliteStore;
use chat_tests::PATIENCE;
use tokio::time::timeout;

const PASSWORD: &str = "biscuits";
const GRACE: Duration = Duration::from_secs(10);

/// A clock that goes when it is told to.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn go_on(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).expect("a short span"), Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A bus within one process, as nodes of several would be joined by another.
#[derive(Clone, Default)]
struct Exchange(Arc<Mutex<Vec<Arc<dyn BusSink>>>>);

#[async_trait]
impl Bus for Exchange {
    fn attach(&self, sink: Arc<dyn BusSink>) {
        self.0.lock().expect("nobody panics with it").push(sink);
    }

    async fn publish(&self, notices: Vec<Notice>) {
        let sinks = self.0.lock().expect("nobody panics with it").clone();
        sinks.iter().for_each(|sink| sink.deliver(notices.clone()));
    }
}

/// Nodes, and what they share.
struct Nodes {
    store: Arc<dyn Store>,
    secrets: Secrets,
    clock: Hand,
    bus: Exchange,
}

impl Nodes {
    async fn new() -> Self {
        let store = SqliteStore::open("sqlite::memory:").await.expect("a store");
        store.migrate().await.expect("its tables");
        let clock = Hand(Arc::new(AtomicI64::new(1_795_435_200_000)));
        let secrets = Secrets::random().expect("the system has randomness");
        Self { store: Arc::new(store), secrets, clock, bus: Exchange::default() }
    }

    async fn start(&self) -> Chat {
        let chat = Chat::builder_on(self.store.clone()).secrets(self.secrets.clone()).password_cost(4);
        chat.clock(self.clock.clone()).bus(self.bus.clone()).build().await.expect("a chat")
    }
}

fn user(id: &str) -> UserId {
    UserId::parse(id).expect("an id")
}

fn caller(id: &str) -> Caller {
    Caller::user(user(id))
}

/// A room of these, of whom the first owns it.
async fn room_of(chat: &Chat, ids: &[&str]) -> RoomId {
    for id in ids {
        chat.ensure_user(EnsureUser::new(user(id))).await.expect("a user");
        chat.set_prime(&Operator::host(), &user(id), true).await.expect("who is there");
    }
    let create = CreateRoom {
        name: Name::parse("Tea").expect("a name"),
        password: RoomPassword::parse(PASSWORD).expect("a password"),
        capacity: Capacity::MAX,
        client_id: None,
    };
    let room = chat.create_room(&caller(ids[0]), create).await.expect("a room").room.room.id;
    for id in &ids[1..] {
        let key = JoinKey::Password { room, password: PASSWORD.into() };
        chat.join_room(&caller(id), JoinRoom { key, dry_run: false, max_charge: None }).await.expect("a seat");
    }
    room
}

async fn connect(chat: &Chat, id: &str) -> Connection {
    let mut connection = chat.connect(&caller(id)).await.expect("a connection");
    connection.start(&Resume::new()).await.expect("its rooms");
    connection
}

async fn say(chat: &Chat, id: &str, room: RoomId, body: &str) {
    let body = MessageBody::parse(body.to_owned()).expect("a body");
    chat.send_message(&caller(id), SendMessage { room, body, client_id: None, reply_to: None }).await.expect("logged");
}

/// What is heard up to the next event, or up to being told of zoe.
async fn heard(connection: &mut Connection) -> Vec<String> {
    let mut heard = Vec::new();
    loop {
        match timeout(PATIENCE, connection.next()).await.unwrap_or_else(|_| panic!("nothing more after {heard:?}")) {
            Delivery::Typing { user, .. } => heard.push(format!("{user} types")),
            Delivery::Presence { user, .. } if user.as_str() == "zoe" => return heard,
            Delivery::Presence { user, last_seen: None } => heard.push(format!("{user}+")),
            Delivery::Presence { user, last_seen: Some(at) } => heard.push(format!("{user}-{}", at.as_millis())),
            Delivery::Event(_) => return heard,
            other => panic!("{other:?}"),
        }
    }
}

/// Waits to be told of somebody.
async fn told_of(connection: &mut Connection, id: &str) -> Option<Timestamp> {
    loop {
        match timeout(PATIENCE, connection.next()).await {
            Ok(Delivery::Presence { user, last_seen }) if user.as_str() == id => return last_seen,
            Ok(_) => {}
            Err(_) => panic!("nobody tells of {id}"),
        }
    }
}

#[tokio::test]
async fn r_msg_08_others_are_told_at_most_once_in_two_seconds_that_somebody_types() {
    let nodes = Nodes::new().await;
    let (one, two) = (nodes.start().await, nodes.start().await);
    let room = room_of(&one, &["alice", "bob"]).await;
    let mut bobs = connect(&two, "bob").await;
    for (chat, pause) in [(&one, 0), (&one, 1), (&two, 1_998), (&one, 1), (&two, 1_999), (&two, 1)] {
        nodes.clock.go_on(Duration::from_millis(pause));
        chat.type_in(&caller("alice"), room).await.expect("a member types");
        say(&one, "alice", room, "it is said").await;
    }
    let mut told = Vec::new();
    for _ in 0..6 {
        told.push(heard(&mut bobs).await.len());
    }
    assert_eq!(told, [1, 0, 0, 1, 0, 1], "on whichever of two nodes");
}

#[tokio::test]
async fn r_msg_08_a_reader_who_comes_late_is_not_told_who_typed() {
    let nodes = Nodes::new().await;
    let chat = nodes.start().await;
    let room = room_of(&chat, &["alice", "bob"]).await;
    let mut bobs = connect(&chat, "bob").await;
    for (late, told) in [(6_000, 1), (6_001, 0)] {
        nodes.clock.go_on(Duration::from_mins(1));
        chat.type_in(&caller("alice"), room).await.expect("a member types");
        nodes.clock.go_on(Duration::from_millis(late));
        say(&chat, "alice", room, "it is said").await;
        assert_eq!(heard(&mut bobs).await.len(), told, "{late} ms later");
    }
}

#[tokio::test]
async fn whoever_goes_from_one_node_to_another_was_never_away() {
    let nodes = Nodes::new().await;
    let (one, two) = (nodes.start().await, nodes.start().await);
    room_of(&one, &["alice", "bob", "zoe"]).await;
    let mut alices = connect(&one, "alice").await;
    let bobs = connect(&two, "bob").await;
    assert_eq!(told_of(&mut alices, "bob").await, None);
    drop(bobs);
    nodes.clock.go_on(GRACE - Duration::from_millis(1));
    let bobs = connect(&one, "bob").await;
    nodes.clock.go_on(10 * GRACE);
    let zoes = connect(&two, "zoe").await;
    assert_eq!(heard(&mut alices).await, [""; 0]);
    let last_seen = nodes.clock.now();
    drop(bobs);
    nodes.clock.go_on(GRACE);
    // Each node looks at the time, as its own timer would make it do by a clock that goes by itself.
    drop(zoes);
    assert_eq!(told_of(&mut alices, "bob").await, Some(last_seen));
}

#[tokio::test]
async fn a_node_that_starts_learns_who_is_online_at_the_others() {
    let nodes = Nodes::new().await;
    let one = nodes.start().await;
    room_of(&one, &["alice", "bob", "zoe"]).await;
    let (mut alices, _bobs) = (connect(&one, "alice").await, connect(&one, "bob").await);
    let two = nodes.start().await;
    let mut zoes = connect(&two, "zoe").await;
    for other in ["alice", "bob"] {
        assert_eq!(told_of(&mut zoes, other).await, None);
    }
    assert_eq!(told_of(&mut alices, "zoe").await, None);
}

#[tokio::test]
async fn r_fri_04_a_block_on_one_node_is_kept_on_the_other() {
    let nodes = Nodes::new().await;
    let (one, two) = (nodes.start().await, nodes.start().await);
    let room = room_of(&one, &["alice", "bob", "zoe"]).await;
    let mut alices = connect(&one, "alice").await;
    one.block(&caller("alice"), &user("bob")).await.expect("she does");
    let _bobs = connect(&two, "bob").await;
    two.type_in(&caller("bob"), room).await.expect("a member types");
    let _zoes = connect(&two, "zoe").await;
    assert_eq!(heard(&mut alices).await, [""; 0]);
}
