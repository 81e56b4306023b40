//! A chat of its own for each test, and its people.

use std::net::SocketAddr;

use axum::{Router, body::Body, extract::ConnectInfo};
use chat_core::{
    Chat, Secrets,
    model::{
        operator::{Operator, OperatorName, Right},
        time::Timestamp,
    },
    ports::clock::Clock,
};
use chat_http::{HttpConfig, OperatorToken, admin_router, health_router, router};
use chat_sqlite::SqliteStore;
use http::{Request, StatusCode};
use serde_json::{Value, json};

use super::reply::{Reply, send_to};

/// The time of everything that happens.
pub(crate) const NOON: &str = "2026-11-23T12:00:00.000Z";
const NOON_MILLIS: i64 = 1_795_435_200_000;

pub(crate) const OPERATOR: &str = "operator-token-of-the-tests";
const CLERK: &str = "another-operators-token-of-the-tests";
pub(crate) const PASSWORD: &str = "quiet-harbour-30";
pub(crate) const ROOM_PASSWORD: &str = "tin-whistle-7";
/// Well-formed ids that nothing has.
pub(crate) const NO_ID: &str = "0199c1aa-0000-7000-8000-000000000000";

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(NOON_MILLIS)
    }
}

pub(crate) struct Town {
    router: Router,
    pub(crate) store: SqliteStore,
}

impl Town {
    pub(crate) async fn new() -> Self {
        Self::with(HttpConfig { rate_limits: None, ..HttpConfig::default() }).await
    }

    pub(crate) async fn with(config: HttpConfig) -> Self {
        let store = SqliteStore::open("sqlite::memory:").await.unwrap();
        store.migrate().await.unwrap();
        let secrets = Secrets::random().unwrap();
        let chat = Chat::builder(store.clone()).secrets(secrets).password_cost(4).clock(Noon);
        let chat = chat.build().await.unwrap();
        let clerk = Operator::new(OperatorName::parse("clerk").unwrap(), [Right::Look]);
        let operators = [(Operator::host(), OPERATOR), (clerk, CLERK)];
        let operators = operators.map(|(operator, token)| OperatorToken::new(operator, token.into()).unwrap());
        let admin = admin_router(chat.clone(), operators, &config);
        let router = router(chat.clone(), config).merge(admin).merge(health_router(chat));
        Self { router: Router::new().nest("/chat", router), store }
    }

    /// Nobody: sends no token.
    pub(crate) fn nobody(&self) -> Person {
        Person { router: self.router.clone(), token: None, refresh_token: String::new(), address: None }
    }

    pub(crate) fn operator(&self) -> Person {
        Person { token: Some(OPERATOR.to_owned()), ..self.nobody() }
    }

    /// An operator who only looks.
    pub(crate) fn clerk(&self) -> Person {
        Person { token: Some(CLERK.to_owned()), ..self.nobody() }
    }

    pub(crate) async fn person(&self, id: &str) -> Person {
        self.person_with_coins(id, 0).await
    }

    pub(crate) async fn person_with_coins(&self, id: &str, coins: i64) -> Person {
        let mut registration = registration(id);
        registration["availCoins"] = coins.into();
        let answer = self.nobody().post("/api/register", registration).await.is(201);
        self.nobody().signed_in(&answer["session"])
    }

    pub(crate) async fn prime(&self, id: &str) -> Person {
        let person = self.person(id).await;
        self.operator().put(&format!("/admin/users/{id}/prime"), json!({"prime": true})).await.is(200);
        person
    }
}

pub(crate) fn registration(id: &str) -> Value {
    json!({
        "userId": id, "deviceId": "phone", "name": format!("The {id}"), "phone": "+4915112345678", "availCoins": 0,
        "password": PASSWORD,
    })
}

/// Somebody who calls, with the token they have.
pub(crate) struct Person {
    router: Router,
    token: Option<String>,
    pub(crate) refresh_token: String,
    /// From where they call; `None`: the router is not told.
    address: Option<SocketAddr>,
}

impl Person {
    pub(crate) fn signed_in(&self, session: &Value) -> Self {
        Self {
            router: self.router.clone(),
            token: Some(text(&session["accessToken"])),
            refresh_token: text(&session["refreshToken"]),
            address: self.address,
        }
    }

    /// The same, calling from this address.
    pub(crate) fn at(mut self, address: &str) -> Self {
        self.address = Some(SocketAddr::new(address.parse().unwrap(), 40_000));
        self
    }

    /// Whoever shows this token, from the same address.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        let (router, refresh_token) = (self.router.clone(), String::new());
        Self { router, token: Some(token.to_owned()), refresh_token, address: self.address }
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: impl Into<Body>) -> Reply {
        let mut request = Request::builder().method(method).uri(format!("/chat{path}"));
        request = request.header("content-type", "application/json");
        if let Some(address) = self.address {
            request = request.extension(ConnectInfo(address));
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        send_to(self.router.clone(), request, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, Body::empty()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send("POST", path, body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send("PUT", path, body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send("PATCH", path, body.to_string()).await
    }

    /// Makes a room, and says which.
    pub(crate) async fn room(&self) -> String {
        let room = self.post("/api/chatrooms", json!({"name": "Tea", "password": ROOM_PASSWORD})).await.is(201);
        text(&room["roomId"])
    }

    pub(crate) async fn join(&self, room: &str) -> Value {
        self.post("/api/joinroom", json!({"roomId": room, "password": ROOM_PASSWORD})).await.is(200)
    }

    pub(crate) async fn write(&self, room: &str, body: &str) -> Value {
        self.post("/api/messages", json!({"roomId": room, "body": body})).await.is(201)
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

impl Reply {
    /// The body of a success of this status; `null` for 204.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        if self.status == StatusCode::NO_CONTENT {
            assert!(self.body.is_empty() && self.header("content-type").is_empty());
            return Value::Null;
        }
        assert_eq!((self.header("content-type"), self.header("cache-control")), ("application/json", "no-store"));
        self.json()
    }

    /// The problem of a refusal of this status and code.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status.as_u16(), self.code().as_str()), (status, code), "{}", self.json());
        self.json()
    }

    /// A 400 that names these fields, each as `name: code`.
    #[track_caller]
    pub(crate) fn refused_fields(self, fields: &[&str]) {
        assert_eq!(self.wrong_fields(), fields);
    }
}
