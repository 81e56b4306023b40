//! A chat in this process, over HTTP and for IRC, and an IRC client that checks what each line must be.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chat_core::model::{operator::Operator, user::UserId};
use chat_core::policy::Policy;
use chat_core::{Chat, Secrets, api::Admin};
use chat_http::HttpConfig;
use chat_sqlite::SqliteStore;
use chat_tests::{Client, PASSWORD, PATIENCE, registration};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// The chat and its two doors.
pub(crate) struct House {
    pub(crate) chat: Chat,
    pub(crate) base: String,
    pub(crate) irc: SocketAddr,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with(Duration::from_secs(60), Policy::default()).await
    }

    pub(crate) async fn with(patience: Duration, policy: Policy) -> Self {
        let store = SqliteStore::open("sqlite::memory:").await.expect("a store");
        store.migrate().await.expect("its tables");
        let secrets = Secrets::random().expect("randomness");
        let builder = Chat::builder(store).secrets(secrets).password_cost(4).policy(policy);
        let chat = builder.build().await.expect("a chat");
        let router = chat_http::router(chat.clone(), HttpConfig { rate_limits: None, ..HttpConfig::default() });
        let http = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", http.local_addr().expect("its address"));
        tokio::spawn(async move { axum::serve(http, Router::new().merge(router)).await });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let irc = listener.local_addr().expect("its address");
        tokio::spawn(irc_gateway::serve(Arc::new(chat.clone()), listener, patience));
        Self { chat, base, irc }
    }

    pub(crate) async fn user(&self, user_id: &str, coins: i64) -> Client {
        let mut body = registration(user_id);
        body["availCoins"] = json!(coins);
        let nobody = Client::nobody(&self.base);
        nobody.signed_in(&nobody.post("/api/register", body).await.is(201))
    }

    pub(crate) async fn prime(&self, user_id: &str) -> Client {
        let client = self.user(user_id, 0).await;
        let id = UserId::parse(user_id).expect("an id");
        self.chat.set_prime(&Operator::host(), &id, true).await.expect("prime");
        client
    }

    /// Another session of a user, over HTTP.
    pub(crate) async fn login(&self, user_id: &str) -> Client {
        let nobody = Client::nobody(&self.base);
        let body = json!({"userId": user_id, "deviceId": "tablet", "password": PASSWORD});
        nobody.signed_in(&nobody.post("/api/login", body).await.is(200))
    }

    pub(crate) async fn connect(&self) -> Irc {
        Irc::connect(self.irc).await
    }

    /// A client of IRC that has signed in, on a device of its own.
    pub(crate) async fn irc(&self, user_id: &str) -> Irc {
        let mut irc = self.connect().await;
        irc.sign_in(user_id, PASSWORD).await;
        irc.line("the welcome", |line| line.starts_with(":chat 422 ")).await;
        irc
    }
}

/// A client of IRC.
pub(crate) struct Irc {
    stream: BufReader<TcpStream>,
    seen: Vec<String>,
    asked: usize,
}

impl Irc {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        Self { stream: BufReader::new(stream), seen: Vec::new(), asked: 0 }
    }

    pub(crate) async fn sign_in(&mut self, user_id: &str, password: &str) {
        self.say(&format!("PASS :{password}\r\nNICK {user_id}\r\nUSER test 0 * :Somebody")).await;
    }

    /// Sends lines.
    pub(crate) async fn say(&mut self, lines: &str) {
        self.send(format!("{lines}\r\n").as_bytes()).await;
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("somebody listens");
    }

    /// The next line; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        let read = timeout(PATIENCE, self.stream.read_until(b'\n', &mut bytes)).await;
        let read = read.unwrap_or_else(|_| panic!("nothing comes after {:#?}", self.seen));
        if read.unwrap_or(0) == 0 {
            return None;
        }
        let line = String::from_utf8(bytes).expect("what the server says is UTF-8");
        let text = line.strip_suffix("\r\n").unwrap_or_else(|| panic!("a line ends as lines do: {line:?}"));
        assert!(!text.contains(['\r', '\n', '\0']), "one line: {text:?}");
        assert!(text.len() <= 510, "{} bytes: {text}", text.len());
        self.seen.push(text.to_owned());
        Some(text.to_owned())
    }

    /// The next line for which `wanted` holds, and what came before it.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> (Vec<String>, String) {
        let mut before = Vec::new();
        loop {
            match self.next().await {
                Some(line) if wanted(&line) => return (before, line),
                Some(line) => before.push(line),
                None => panic!("the end comes before {what}: {:#?}", self.seen),
            }
        }
    }

    pub(crate) async fn line(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.until(what, wanted).await.1
    }

    pub(crate) async fn has(&mut self, part: &str) -> String {
        self.line(part, |line| line.contains(part)).await
    }

    /// All that comes before the answer to what is asked now.
    pub(crate) async fn settle(&mut self) -> Vec<String> {
        self.asked += 1;
        let token = format!("settle-{}", self.asked);
        self.say(&format!("PING {token}")).await;
        self.until(&token, |line| line == format!(":chat PONG chat :{token}")).await.0
    }

    /// Says something, and answers all that comes of it.
    pub(crate) async fn ask(&mut self, lines: &str) -> Vec<String> {
        self.say(lines).await;
        self.settle().await
    }

    /// Joins a room in which one has a seat, or takes one by its password; what is shown of it.
    pub(crate) async fn join(&mut self, room: &str, password: &str) -> Vec<String> {
        self.say(&format!("JOIN #{room} {password}")).await;
        let end = format!("#{room} :these are all");
        let (mut shown, _) = self.until(&end, |line| line.ends_with(&end)).await;
        assert!(shown.iter().any(|line| line.ends_with(&format!(" JOIN #{room}"))), "{shown:#?}");
        shown.extend(self.settle().await);
        shown
    }

    /// The last line before the server closes.
    pub(crate) async fn end(&mut self) -> String {
        while self.next().await.is_some() {}
        self.seen.last().cloned().unwrap_or_default()
    }

    /// How many bytes there are until the server closes, whatever they say.
    pub(crate) async fn rest(&mut self) -> usize {
        let mut bytes = Vec::new();
        // A connection that was cut off may end in an error.
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut bytes)).await.expect("an end in time");
        bytes.len()
    }

    /// What was said to the room so far, `sender: text`.
    pub(crate) fn heard(&self, room: &str) -> Vec<String> {
        let spoken = |line: &String| {
            let (source, rest) = line.strip_prefix(':')?.split_once(' ')?;
            let text = rest.strip_prefix(&format!("PRIVMSG #{room} :"))?;
            Some(format!("{}: {text}", source.split('!').next().unwrap_or_default()))
        };
        self.seen.iter().filter_map(spoken).collect()
    }
}

/// A refusal, by its number and by the chat's code in words.
pub(crate) fn assert_refused(lines: &[String], numeric: &str, code: &str) {
    let is_number =
        |line: &String| line.starts_with(&format!(":chat {numeric} ")) && line.contains(&format!(":{code}: "));
    let is_notice = |line: &String| line.starts_with(":chat NOTICE ") && line.contains(&format!(" {code}: "));
    assert!(lines.iter().any(is_number) && lines.iter().any(is_notice), "{numeric} {code}: {lines:#?}");
}

/// A silence after which the server loses its patience soon.
pub(crate) const SOON: Duration = Duration::from_secs(1);
