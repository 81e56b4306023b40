//! A chat in this process, over HTTP and for IRC.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use chat_core::model::{operator::Operator, user::UserId};
use chat_core::policy::Policy;
use chat_core::{Chat, Secrets, api::Admin};
use chat_http::HttpConfig;
use chat_sqlite::SqliteStore;
use chat_tests::{Client, Irc, PASSWORD, registration};
use serde_json::json;
use tokio::net::TcpListener;

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
        let door = Arc::new(chat.clone());
        tokio::spawn(async move {
            while let Ok((stream, peer)) = listener.accept().await {
                tokio::spawn(irc_gateway::serve(Arc::clone(&door) as _, stream, peer.ip(), patience));
            }
        });
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

/// A refusal, by its number and by the chat's code in words.
pub(crate) fn assert_refused(lines: &[String], numeric: &str, code: &str) {
    let is_number =
        |line: &String| line.starts_with(&format!(":chat {numeric} ")) && line.contains(&format!(":{code}: "));
    let is_notice = |line: &String| line.starts_with(":chat NOTICE ") && line.contains(&format!(" {code}: "));
    assert!(lines.iter().any(is_number) && lines.iter().any(is_notice), "{numeric} {code}: {lines:#?}");
}

/// A silence after which the server loses its patience soon.
pub(crate) const SOON: Duration = Duration::from_secs(1);
