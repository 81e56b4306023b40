//! The database is killed with -9, or hangs, in the middle of load: what was acknowledged is kept, what was refused was
//! not done, and the server goes on by itself once the database is back.

use std::time::Duration;

use chat_test_databases::Server as Database;
use chat_tests::{Client, Kind, ROOM_PASSWORD, Server, Socket, Unavailable};
use futures_util::future::join_all;
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Each test on a private MariaDB and a private MySQL.
macro_rules! on_each_database {
    ($($test:ident)*) => {
        mod mariadb {
            $(#[tokio::test] async fn $test() { super::$test(super::Kind::MariaDb).await })*
        }
        mod mysql {
            $(#[tokio::test] async fn $test() { super::$test(super::Kind::MySql).await })*
        }
    };
}

on_each_database! {
    r_msg_03_messages_outlive_a_database_that_is_killed_under_load
    a_database_that_hangs_costs_answers_and_nothing_else
}

/// An answer comes well within this: a connection is waited for for 1.5 seconds, and nothing else is waited for while
/// nobody listens.
const AT_ONCE: Duration = Duration::from_secs(5);
/// How many events a bystander hears before and after: enough for every writer to be in the middle of something.
const LOAD: i64 = 40;

/// A room of four, with somebody who listens.
struct Evening {
    members: Vec<Client>,
    room: String,
    bystander: Socket,
}

impl Evening {
    async fn begin(server: &Server) -> Self {
        let alice = server.prime("alice").await;
        let room = alice.create_room("Tea").await;
        let mut members = vec![alice];
        for number in 0..3 {
            let member = server.register(&format!("member{number}")).await;
            member.join(&room).await;
            members.push(member);
        }
        let bystander = Socket::open(server, &members[0]).await;
        Self { members, room, bystander }
    }

    /// Waits until so many more events were heard than by now.
    async fn under_load(&mut self) {
        let heard =
            self.bystander.events(&self.room).last().map_or(4, |event| event["seq"].as_i64().expect("a number"));
        self.bystander.heard(&self.room, heard + LOAD).await;
    }

    /// Half of the members write by REST, the others by WebSocket, until they are stopped.
    async fn writers(&self, server: &Server, name: &str) -> Writers {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = Vec::new();
        for (number, member) in self.members.iter().enumerate() {
            let writer = Writer {
                room: self.room.clone(),
                name: format!("{name} {}", member.user_id),
                stopped: stopped.clone(),
                acknowledged: Vec::new(),
            };
            tasks.push(if number % 2 == 0 {
                tokio::spawn(writer.by_rest(member.clone()))
            } else {
                tokio::spawn(writer.by_socket(Socket::open(server, member).await))
            });
        }
        Writers { stop, tasks }
    }
}

/// Those who write.
struct Writers {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<Writer>>,
}

impl Writers {
    async fn stop(self) -> Vec<Writer> {
        self.stop.send(true).expect("a writer listens");
        join_all(self.tasks).await.into_iter().map(|writer| writer.expect("a writer does not panic")).collect()
    }
}

/// Writes message after message, each under its own `clientId` until it is acknowledged.
struct Writer {
    room: String,
    name: String,
    stopped: watch::Receiver<bool>,
    acknowledged: Vec<Value>,
}

impl Writer {
    fn next(&self) -> Option<Value> {
        let number = self.acknowledged.len();
        let (name, room) = (&self.name, &self.room);
        let message =
            json!({"roomId": room, "body": format!("{name} {number}"), "clientId": format!("{name}-{number}")});
        (!*self.stopped.borrow()).then_some(message)
    }

    async fn by_rest(mut self, client: Client) -> Self {
        while let Some(message) = self.next() {
            let mut may_be_there = false;
            let answer = loop {
                let answer = client.try_post("/api/messages", message.clone()).await;
                match answer.unavailable() {
                    Some(told) => may_be_there |= told == Unavailable::Unknown,
                    None => break answer,
                }
            };
            // Who was told that nothing was done is the first to write it.
            let event = if may_be_there && answer.status == 200 { answer.is(200) } else { answer.is(201) };
            self.acknowledged.push(event);
        }
        self
    }

    async fn by_socket(mut self, mut socket: Socket) -> Self {
        while let Some(mut command) = self.next() {
            command["type"] = json!("send");
            let event = loop {
                let reply = socket.command(command.clone()).await;
                if reply["type"] == "ok" {
                    break reply["result"].clone();
                }
                assert!(Unavailable::told(&reply["problem"]).is_some(), "{reply}");
            };
            self.acknowledged.push(event);
        }
        self
    }
}

/// The log has every message that was acknowledged, once, in its writer's order, and none besides.
async fn assert_kept(evening: &mut Evening, writers: &[Writer]) {
    let log = evening.members[1].log_after(&evening.room, 0).await;
    for (seq, event) in (1_i64..).zip(&log) {
        assert_eq!(event["seq"], seq, "without a hole");
    }
    for writer in writers {
        let begins = format!("{}-", writer.name);
        let written = |event: &&Value| event["clientId"].as_str().is_some_and(|id| id.starts_with(&begins));
        let written: Vec<&Value> = log.iter().filter(written).collect();
        assert_eq!(written, writer.acknowledged.iter().collect::<Vec<_>>(), "{}", writer.name);
        assert!(!written.is_empty(), "{} wrote", writer.name);
    }
    let last = i64::try_from(log.len()).expect("few");
    evening.bystander.heard(&evening.room, last).await;
    let heard = evening.bystander.events(&evening.room);
    assert_eq!(heard, &log[log.len() - heard.len()..], "what was heard is what is kept");
}

/// Whatever needs the database is answered, and with the reason.
async fn assert_away(server: &Server, client: &Client, room: &str, within: Duration) {
    let message = |client_id: &str| json!({"roomId": room, "body": "nobody hears", "clientId": client_id});
    let join = json!({"roomId": room, "password": ROOM_PASSWORD});
    let grant = json!({"amount": 5, "reason": "a present", "key": "away"});
    let login = json!({"userId": client.user_id, "deviceId": "tablet", "password": chat_tests::PASSWORD});
    let handshake = client
        .request(Method::GET, "/api/ws")
        .header(header::CONNECTION, "Upgrade")
        .header(header::UPGRADE, "websocket")
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .header(header::SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==");
    let (admin, nobody) = (server.admin(), server.nobody());
    let coins = format!("/admin/users/{}/coins", client.user_id);
    let asked = async {
        tokio::join!(
            client.try_send(client.request(Method::GET, "/api/me")),
            client.try_post("/api/messages", message("away")),
            client.try_post("/api/joinroom", join),
            admin.try_post(&coins, grant),
            nobody.try_post("/api/login", login),
            nobody.try_send(nobody.request(Method::GET, "/readyz")),
            client.try_send(handshake),
        )
    };
    let (me, message, join, grant, login, ready, handshake) = timeout(within, asked).await.expect("answers in time");
    for answer in [me, message, join, grant, login, ready, handshake] {
        assert!(answer.unavailable().is_some(), "the database is away: {answer:?}");
    }
    // On a fresh connection: the server may be closing the one that was idle meanwhile.
    let alive = server.nobody().request(Method::GET, "/healthz").send().await.expect("an answer");
    assert_eq!(alive.status(), StatusCode::OK, "the server lives");
}

async fn r_msg_03_messages_outlive_a_database_that_is_killed_under_load(kind: Kind) {
    let Some(database) = Database::private(kind).await else { return };
    let server = Server::at(database.url(), &[]).await;
    let mut evening = Evening::begin(&server).await;
    for round in 0..3 {
        let writers = evening.writers(&server, &round.to_string()).await;
        evening.under_load().await;
        database.kill().await;
        assert_away(&server, &evening.members[1], &evening.room, AT_ONCE).await;
        database.restart().await;
        evening.under_load().await;
        let writers = writers.stop().await;
        assert_kept(&mut evening, &writers).await;
    }
}

async fn a_database_that_hangs_costs_answers_and_nothing_else(kind: Kind) {
    let Some(database) = Database::private(kind).await else { return };
    let server = Server::at(database.url(), &[]).await;
    let mut evening = Evening::begin(&server).await;
    let writers = evening.writers(&server, "writer").await;
    evening.under_load().await;
    database.pause().await;
    assert_away(&server, &evening.members[1], &evening.room, chat_tests::PATIENCE).await;
    database.resume().await;
    evening.under_load().await;
    let writers = writers.stop().await;
    assert_kept(&mut evening, &writers).await;
}
