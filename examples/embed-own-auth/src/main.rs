//! An application that signs its users in itself, by tokens that it signs (EdDSA), and the chat under `/chat`, which takes
//! these tokens and has no accounts of its own.
//!
//! `TOKEN_KEY` is the private key in DER and base64, `TOKEN_KEY_ID` its `kid`, and `TOKEN_KEYS` the file of the JWK set with
//! its public half.

mod tokens;

use std::collections::{HashMap, hash_map::Entry};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, error::Error, net::SocketAddr};

use axum::extract::{Json, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::{Router, routing};
use base64::{Engine, engine::general_purpose::STANDARD};
use chat_core::api::{Admin, Sessions};
use chat_core::model::{operator::Operator, user::UserId};
use chat_core::ports::authenticator::Credentials;
use chat_core::{Chat, Secrets};
use chat_http::HttpConfig;
use chat_sqlite::SqliteStore;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use tokio::{net::TcpListener, task::spawn_blocking};

use crate::tokens::{Claims, ISSUER, Tokens};

const TOKEN_LASTS: Duration = Duration::from_mins(15);
const NOBODY: StatusCode = StatusCode::UNAUTHORIZED;
type Answer<T> = Result<T, StatusCode>;

struct Application {
    /// By their id what they are called, and their password's hash. A real one has a database.
    accounts: RwLock<HashMap<String, (String, String)>>,
    key: EncodingKey,
    key_id: String,
    chat: Chat,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let store = SqliteStore::open(&env::var("CHAT_DATABASE_URL").unwrap_or("sqlite::memory:".into())).await?;
    store.migrate().await?;
    let secrets = Secrets::new(vec![env::var("CHAT_JWT_KEY")?.into()], env::var("CHAT_PASSWORD_PEPPER")?.into())?;
    let tokens = Tokens::new(env::var("TOKEN_KEYS")?)?;
    let chat = Chat::builder(store).secrets(secrets).authenticator(tokens).build().await?;
    let key = EncodingKey::from_ed_der(&STANDARD.decode(env::var("TOKEN_KEY")?)?);
    let (accounts, key_id) = (RwLock::default(), env::var("TOKEN_KEY_ID")?);
    let app = Router::new()
        .route("/sign-up", routing::post(sign_up))
        .route("/sign-in", routing::post(sign_in))
        .route("/subscribe", routing::post(subscribe))
        .with_state(Arc::new(Application { accounts, key, key_id, chat: chat.clone() }))
        .nest("/chat", chat_http::router(chat, HttpConfig::default()));
    let listener = TcpListener::bind(env::var("LISTEN").unwrap_or("127.0.0.1:3000".into())).await?;
    println!("listening on http://{}", listener.local_addr()?);
    // With the clients' addresses, by which the chat limits strangers.
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}

#[derive(serde::Deserialize)]
struct Account {
    name: String,
    password: String,
}

async fn sign_up(State(app): State<Arc<Application>>, Json(new): Json<Account>) -> Answer<StatusCode> {
    // In small letters, since the chat takes no two users whose ids differ in case alone.
    let id = UserId::parse(&new.name.to_lowercase()).map_err(|_| StatusCode::BAD_REQUEST)?.to_string();
    let hash = spawn_blocking(|| bcrypt::hash(new.password, 12)).await.map_err(fault)?.map_err(fault)?;
    match app.accounts.write().unwrap_or_else(PoisonError::into_inner).entry(id) {
        Entry::Occupied(_) => Err(StatusCode::CONFLICT),
        Entry::Vacant(free) => {
            free.insert((new.name, hash));
            Ok(StatusCode::CREATED)
        }
    }
}

/// The token is good here and in the chat, to which nobody signs in.
async fn sign_in(State(app): State<Arc<Application>>, Json(given): Json<Account>) -> Answer<String> {
    let id = given.name.to_lowercase();
    let account = app.accounts.read().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    let (name, hash) = account.ok_or(NOBODY)?;
    let right = spawn_blocking(move || bcrypt::verify(given.password, &hash)).await.map_err(fault)?.map_err(fault)?;
    right.then_some(()).ok_or(NOBODY)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(fault)?;
    let claims = Claims { iss: ISSUER.into(), aud: ISSUER.into(), sub: id, name, exp: (now + TOKEN_LASTS).as_secs() };
    let header = Header { kid: Some(app.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, &claims, &app.key).map_err(fault)
}

/// Whoever pays here is prime in the chat. It knows them after this, if they had not been there before.
async fn subscribe(State(app): State<Arc<Application>>, headers: HeaderMap) -> Answer<StatusCode> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let credentials = Credentials::token(token.ok_or(NOBODY)?);
    let caller = app.chat.authenticate(&credentials).await;
    let caller = caller.map_err(|error| if error.rejection().is_some() { NOBODY } else { fault(error) })?;
    app.chat.set_prime(&Operator::host(), &caller.user, true).await.map_err(fault)?;
    Ok(StatusCode::NO_CONTENT)
}

fn fault(error: impl std::fmt::Debug) -> StatusCode {
    eprintln!("{error:?}");
    StatusCode::INTERNAL_SERVER_ERROR
}
