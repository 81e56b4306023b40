//! One chat with four doors: who comes in by REST, by WebSocket, by IRC and by gRPC hears the others, in one order.

use std::sync::Arc;

use chat_core::model::{operator::Operator, user::UserId};
use chat_core::{Chat, Secrets, api::Admin};
use chat_http::HttpConfig;
use chat_sqlite::SqliteStore;
use chat_tests::{Client, PASSWORD, ROOM_PASSWORD, Socket, registration};
use irc_gateway::Limits;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::ground::{Person, body, channel_to, listen, serve};

/// How much each of them says.
const EACH: usize = 25;

struct House {
    chat: Chat,
    http: String,
    irc: String,
    grpc: String,
}

impl House {
    async fn open() -> Self {
        let store = SqliteStore::open("sqlite::memory:").await.expect("a store");
        store.migrate().await.expect("its tables");
        let builder = Chat::builder(store).secrets(Secrets::random().expect("randomness")).password_cost(4);
        let chat = builder.build().await.expect("a chat");
        let (http, http_at) = listen().await;
        let router = chat_http::router(chat.clone(), HttpConfig { rate_limits: None, ..HttpConfig::default() });
        tokio::spawn(async move { axum::serve(http, router).await });
        let (irc, irc_at) = listen().await;
        tokio::spawn(irc_gateway::serve(Arc::new(chat.clone()), irc, Limits { burst: 10_000, ..Limits::default() }));
        let grpc_at = serve(chat.clone()).await;
        Self { chat, http: format!("http://{http_at}"), irc: irc_at, grpc: grpc_at }
    }

    async fn user(&self, user_id: &str) -> Client {
        let nobody = Client::nobody(&self.http);
        nobody.signed_in(&nobody.post("/api/register", registration(user_id)).await.is(201))
    }
}

/// Signs in by IRC, joins the room, and says all it has to say; answers the connection.
async fn irc(address: &str, room: &str) -> BufReader<TcpStream> {
    let mut stream = BufReader::new(TcpStream::connect(address).await.expect("a connection"));
    let hello = format!("PASS :{PASSWORD}\r\nNICK dora\r\nUSER test 0 * :Dora\r\nJOIN #{room} {ROOM_PASSWORD}\r\n");
    stream.write_all(hello.as_bytes()).await.expect("somebody listens");
    hear(&mut stream, |line| line.ends_with(&format!("#{room} :these are all"))).await;
    stream
}

/// The lines up to the one for which `last` holds.
async fn hear(stream: &mut BufReader<TcpStream>, last: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        let read = timeout(chat_tests::PATIENCE, stream.read_line(&mut line)).await.expect("a line in time");
        assert_ne!(read.expect("a line"), 0, "the end comes after {lines:#?}");
        let line = line.trim_end().to_owned();
        lines.push(line);
        if lines.last().is_some_and(|line| last(line)) {
            return lines;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_doors_and_one_order() {
    let house = House::open().await;
    let alice = house.user("alice").await;
    let id = UserId::parse("alice").expect("an id");
    house.chat.set_prime(&Operator::host(), &id, true).await.expect("prime");
    let room = alice.create_room("Tea").await;
    let bob = house.user("bob").await;
    bob.join(&room).await;
    let mut bobs = Socket::connect_at(&house.http, &bob).await;
    bobs.hello().await;
    let carol = house.user("carol").await;
    carol.join(&room).await;
    let session = chat_grpc::v1::Session { access_token: carol.token().to_owned(), ..Default::default() };
    let mut carols = Person::new(channel_to(&house.grpc), session).open().await;
    house.user("dora").await;
    let mut doras = irc(&house.irc, &room).await;

    let rest = async {
        for number in 0..EACH {
            alice.write(&room, &format!("rest {number}")).await;
        }
    };
    let socket = async {
        for number in 0..EACH {
            bobs.write(&room, &format!("socket {number}")).await;
        }
    };
    let grpc = async {
        for number in 0..EACH {
            carols.write(&room, &format!("grpc {number}")).await;
        }
    };
    let irc = async {
        for number in 0..EACH {
            let line = format!("PRIVMSG #{room} :irc {number}\r\n");
            doras.write_all(line.as_bytes()).await.expect("somebody listens");
        }
    };
    tokio::join!(rest, socket, grpc, irc);
    // Each of IRC's is logged by the time that this is answered.
    doras.write_all(b"PING over\r\n").await.expect("somebody listens");
    let mut lines = hear(&mut doras, |line| line.ends_with(":over")).await;
    alice.write(&room, "over").await;

    let log = alice.log(&room).await;
    let log: Vec<(u64, &str)> =
        log.iter().filter_map(|event| Some((event["seq"].as_u64()?, event["body"].as_str()?))).collect();
    assert_eq!(log.len(), 4 * EACH + 1);
    let but =
        |own: &str| -> Vec<(u64, &str)> { log.iter().copied().filter(|(_, text)| !text.starts_with(own)).collect() };

    carols.message(&room, "over").await;
    let by_grpc = carols.heard(&room);
    let by_grpc: Vec<(u64, &str)> = by_grpc.iter().map(|(seq, text)| (*seq, text.as_str())).collect();
    assert_eq!([by_grpc, vec![*log.last().expect("an end")]].concat(), but("grpc"));

    bobs.message(&room, "over").await;
    let by_socket =
        bobs.events(&room).iter().filter_map(|event| Some((event["seq"].as_u64()?, event["body"].as_str()?)));
    assert_eq!(by_socket.filter(|(_, text)| !text.starts_with("socket")).collect::<Vec<_>>(), but("socket"));

    lines.extend(hear(&mut doras, |line| line.ends_with(":over")).await);
    let said = format!("PRIVMSG #{room} :");
    let by_irc: Vec<&str> = lines.iter().filter_map(|line| line.split_once(&said).map(|(_, text)| text)).collect();
    assert_eq!(by_irc, but("irc").into_iter().map(|(_, text)| text).collect::<Vec<_>>());
}

impl crate::ground::Talk {
    /// What others have said in a room and nobody has asked for, by number.
    fn heard(&self, room: &str) -> Vec<(u64, String)> {
        let heard = self.events(room);
        heard.filter_map(|event| Some((event.seq, body(event)?.to_owned()))).collect()
    }
}
