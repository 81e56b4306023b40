//! An application that has a say in the chat: words that it does not want, coins that it keeps itself, and a receiver that is
//! told of what has happened. It keeps its books in memory; a real one has a database.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{env, error::Error, net::SocketAddr};

use async_trait::async_trait;
use axum::{Router, body::Bytes, http::HeaderMap, http::StatusCode, routing};
use base64::{Engine, engine::general_purpose::STANDARD};
use chat_core::model::{charge::Charge, charge::ChargeId, coin::Coins, message::MessageBody};
use chat_core::model::{operator::Operator, outbox::ConsumerName, user::UserId};
use chat_core::ports::hook::{Hooks, MessageDraft, MessageVerdict};
use chat_core::ports::store::Source;
use chat_core::ports::wallet::{Reserved, Wallet, WalletPolicy};
use chat_core::{Chat, Secrets};
use chat_http::{HttpConfig, OperatorToken};
use chat_sqlite::SqliteStore;
use chat_webhooks::{Webhook, WebhookSecret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::net::TcpListener;

type Fault = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let secret = env::var("WEBHOOK_SECRET")?;
    let listener = TcpListener::bind(env::var("LISTEN").unwrap_or("127.0.0.1:3000".into())).await?;
    let address = listener.local_addr()?;
    let operator = OperatorToken::new(Operator::host(), env::var("CHAT_ADMIN_TOKEN")?.into())?;
    let store = SqliteStore::open(&env::var("CHAT_DATABASE_URL").unwrap_or("sqlite::memory:".into())).await?;
    store.migrate().await?;
    // To this very process: a receiver of its own would be at an address of the internet, and `Webhook::new` to it.
    let webhook = Webhook::to_private(&format!("http://{address}/told"), vec![WebhookSecret::parse(&secret)?])?;
    let chat = Chat::builder(store)
        .secrets(Secrets::new(vec![env::var("CHAT_JWT_KEY")?.into()], env::var("CHAT_PASSWORD_PEPPER")?.into())?)
        .hooks(WordFilter)
        .wallet(Purses::default(), WalletPolicy::default())
        .consumer(ConsumerName::parse("shop")?, webhook)
        .build()
        .await?;
    let app = Router::new()
        .route("/told", routing::post(move |headers, body| told(secret, headers, body)))
        .nest("/chat", chat_http::router(chat.clone(), HttpConfig::default()))
        .merge(chat_http::admin_router(chat, [operator], &HttpConfig::default()));
    println!("listening on http://{address}");
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}

/// Says "tea" for "coffee", and wants nothing sold.
struct WordFilter;

#[async_trait]
impl Hooks for WordFilter {
    async fn before_message(&self, message: &MessageDraft) -> Result<MessageVerdict, Source> {
        let text = message.body.as_str();
        if text.contains("for sale") {
            return Ok(MessageVerdict::Refuse("nothing is sold here".into()));
        }
        let changed = text.replace("coffee", "tea");
        if changed == text {
            return Ok(MessageVerdict::Allow);
        }
        MessageBody::parse(changed).map(MessageVerdict::Change).map_err(|fault| fault.message.into())
    }
}

/// What each user has to spend, and what is set aside or was taken under each key.
#[derive(Default)]
struct Purses(Mutex<Books>);

#[derive(Default)]
struct Books {
    spent: HashMap<UserId, i64>,
    charges: HashMap<ChargeId, State>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Reserved,
    Captured,
    Released,
}

/// Everybody begins with so many.
const GIFT: i64 = 200;

impl Purses {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn left(&self, user: &UserId) -> Coins {
        Coins::new(GIFT - self.spent.get(user).copied().unwrap_or_default()).unwrap_or(Coins::ZERO)
    }
}

#[async_trait]
impl Wallet for Purses {
    async fn balance(&self, user: &UserId) -> Result<Coins, Source> {
        Ok(self.books().left(user))
    }

    async fn reserve(&self, Charge { id, user, coins, .. }: &Charge) -> Result<Reserved, Source> {
        let mut books = self.books();
        let available = books.left(user);
        match books.charges.get(id) {
            Some(State::Released) => return Ok(Reserved::No { available }),
            Some(_) => return Ok(Reserved::Yes { left: available }),
            None if available < *coins => return Ok(Reserved::No { available }),
            None => {}
        }
        books.charges.insert(*id, State::Reserved);
        *books.spent.entry(user.clone()).or_default() += coins.get();
        Ok(Reserved::Yes { left: books.left(user) })
    }

    async fn capture(&self, charge: &Charge) -> Result<(), Source> {
        self.books().charges.insert(charge.id, State::Captured);
        Ok(())
    }

    async fn release(&self, Charge { id, user, coins, .. }: &Charge) -> Result<(), Source> {
        let mut books = self.books();
        if books.charges.insert(*id, State::Released) == Some(State::Reserved) {
            *books.spent.entry(user.clone()).or_default() -= coins.get();
        }
        Ok(())
    }
}

/// Takes a webhook that bears our signature. It may come again: its id tells.
async fn told(secret: String, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).unwrap_or_default();
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return StatusCode::INTERNAL_SERVER_ERROR };
    mac.update(format!("{}.{}.", header("webhook-id"), header("webhook-timestamp")).as_bytes());
    mac.update(&body);
    let signatures = header("webhook-signature").split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
    let mut given = signatures.filter_map(|signature| STANDARD.decode(signature).ok());
    if !given.any(|signature| mac.clone().verify_slice(&signature).is_ok()) {
        return StatusCode::UNAUTHORIZED;
    }
    println!("{} {}", header("webhook-id"), String::from_utf8_lossy(&body));
    StatusCode::NO_CONTENT
}
