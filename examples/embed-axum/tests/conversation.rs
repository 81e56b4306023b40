//! The application as its users meet it: they sign up and in at the application, and talk in the chat beside it.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where what it needs is not there")]

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use chat_test_databases::{Database, Kind};
use chat_tests::{Client, ROOM_PASSWORD, Socket, jwt_key, pepper};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

/// The application, killed when this is dropped.
struct Application {
    process: Child,
    base: String,
    http: reqwest::Client,
}

impl Application {
    fn start(database: &Database) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_embed-axum"))
            .env("DATABASE_URL", database.url())
            .env("CHAT_JWT_KEY", jwt_key())
            .env("CHAT_PASSWORD_PEPPER", pepper())
            .env("LISTEN", "127.0.0.1:0")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned();
        Self { process, base, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn post(&self, path: &str, cookie: &str, body: &Value) -> reqwest::Response {
        let request = self.http.post(format!("{}{path}", self.base)).header(header::COOKIE, cookie);
        request.json(body).send().await.unwrap()
    }

    /// Signs up and in, and answers the cookie.
    async fn user(&self, name: &str) -> String {
        let account = account(name);
        assert_eq!(self.post("/sign-up", "", &account).await.status(), StatusCode::CREATED);
        self.signed_in(&account).await
    }

    async fn signed_in(&self, account: &Value) -> String {
        let answer = self.post("/sign-in", "", account).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        assert!(cookie.contains("HttpOnly"), "{cookie}");
        cookie.split(';').next().unwrap().to_owned()
    }

    /// A client of the chat, for the user of this cookie.
    async fn chatting(&self, cookie: &str, device: &str) -> Client {
        let answer = self.post(&format!("/chat-token/{device}"), cookie, &Value::Null).await;
        assert_eq!(answer.status(), StatusCode::OK);
        self.chat().with_token(&answer.text().await.unwrap())
    }

    /// Where the chat is.
    fn chat(&self) -> Client {
        Client::nobody(&self.chat_base())
    }

    fn chat_base(&self) -> String {
        format!("{}/chat", self.base)
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn account(name: &str) -> Value {
    json!({"name": name, "phone": "+15550100", "password": format!("the words of {name}")})
}

async fn users_of_the_application_talk_in_its_chat(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let application = Application::start(&database);
    let (ann, ben) = (application.user("ann").await, application.user("ben").await);
    let ann = application.chatting(&ann, "laptop").await;
    assert_eq!(ann.me().await["userId"], "ann");
    let room = ann.create_room("Tea").await;

    let bens = application.chatting(&ben, "laptop").await;
    bens.join(&room).await;
    let mut socket = Socket::connect_at(&application.chat_base(), &bens).await;
    socket.hello().await;
    let by_rest = ann.write(&room, "who is there?").await;
    assert_eq!(socket.message(&room, "who is there?").await, by_rest);
    socket.write(&room, "me").await;
    assert_eq!(ann.log(&room).await.last().unwrap()["body"], "me");

    // Another device is another session of the same user, whom the chat knows by now.
    let phone = application.chatting(&ben, "phone").await;
    assert_eq!(phone.log(&room).await, bens.log(&room).await);
    socket.settle().await;
}

async fn the_application_alone_says_who_somebody_is(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let application = Application::start(&database);
    let ann = application.user("ann").await;
    assert_eq!(application.post("/sign-up", "", &account("Ann")).await.status(), StatusCode::CONFLICT);
    let mut guess = account("ann");
    guess["password"] = json!("a guess");
    assert_eq!(application.post("/sign-in", "", &guess).await.status(), StatusCode::UNAUTHORIZED);
    for cookie in ["", "sign-in=a-guess"] {
        let answer = application.post("/chat-token/laptop", cookie, &Value::Null).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{cookie}");
    }

    // Nobody takes a user's name in the chat before they come there themselves, whatever way it is written.
    let registration = chat_tests::registration("ann");
    for path in ["/chat/api/register", "/chat/api/%72egister", "/chat/api/register/", "/chat//api/register"] {
        let answer = application.post(path, "", &registration).await;
        assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
    }
    let login = json!({"userId": "ann", "deviceId": "laptop", "password": account("ann")["password"]});
    application.chat().post("/api/login", login).await.refused(401, "invalid_credentials");
    let room = json!({"name": "Tea", "password": ROOM_PASSWORD});
    application.chatting(&ann, "laptop").await.post("/api/chatrooms", room).await.is(201);
}

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
    users_of_the_application_talk_in_its_chat
    the_application_alone_says_who_somebody_is
}
