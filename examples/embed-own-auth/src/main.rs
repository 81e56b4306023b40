//! An application that signs its users in itself, by tokens that it signs (EdDSA), and the chat under `/chat`, which takes
//! these tokens and has no accounts of its own.
//!
//! `TOKEN_KEY` is the private key in DER and base64, `TOKEN_PUBLIC_KEY` the `x` of its JWK: the 32 bytes of the public key
//! in base64url.

use std::collections::{HashMap, hash_map::Entry};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{env, error::Error, net::SocketAddr};

use async_trait::async_trait;
use axum::extract::{Json, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::{Router, routing};
use base64::{Engine, engine::general_purpose::STANDARD};
use chat_core::api::{Admin, Sessions};
use chat_core::model::{operator::Operator, text::Name, time::Timestamp, user::UserId};
use chat_core::ports::authenticator::{Authenticator, Credentials, Identity, NotSignedIn};
use chat_core::{Chat, Secrets};
use chat_http::HttpConfig;
use chat_sqlite::SqliteStore;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use tokio::{net::TcpListener, task::spawn_blocking};

const ISSUER: &str = "the application";
const TOKEN_LASTS: Duration = Duration::from_mins(15);
const NOBODY: StatusCode = StatusCode::UNAUTHORIZED;
type Answer<T> = Result<T, StatusCode>;

#[derive(serde::Serialize, serde::Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    name: String,
    exp: u64,
}

/// What the chat asks who calls.
struct Tokens {
    key: DecodingKey,
    validation: Validation,
}

impl Tokens {
    fn new(public_key: &str) -> Result<Self, jsonwebtoken::errors::Error> {
        // The one algorithm that fits the key, whatever a token says of itself.
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        validation.leeway = 0;
        Ok(Self { key: DecodingKey::from_ed_components(public_key)?, validation })
    }
}

#[async_trait]
impl Authenticator for Tokens {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, NotSignedIn> {
        let token = credentials.bearer().ok_or(NotSignedIn::Unauthenticated)?;
        let read = jsonwebtoken::decode::<Claims>(token, &self.key, &self.validation);
        let claims = read.map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => NotSignedIn::Expired,
            _ => NotSignedIn::Unauthenticated,
        })?;
        let Claims { sub, name, exp, .. } = claims.claims;
        let user = UserId::parse(&sub).map_err(|_| NotSignedIn::Unauthenticated)?;
        let name = Name::parse(&name).unwrap_or_else(|_| Name::from(&user));
        let end = Timestamp::from_millis(0).after(Duration::from_secs(exp));
        Ok(Identity::new(user).named(name).until(end))
    }
}

struct Application {
    /// By their id what they are called, and their password's hash. A real one has a database.
    accounts: RwLock<HashMap<String, (String, String)>>,
    key: EncodingKey,
    chat: Chat,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = SqliteStore::open(&env::var("CHAT_DATABASE_URL").unwrap_or("sqlite::memory:".into())).await?;
    store.migrate().await?;
    let secrets = Secrets::new(vec![env::var("CHAT_JWT_KEY")?.into()], env::var("CHAT_PASSWORD_PEPPER")?.into())?;
    let tokens = Tokens::new(&env::var("TOKEN_PUBLIC_KEY")?)?;
    let chat = Chat::builder(store).secrets(secrets).authenticator(tokens).build().await?;
    let key = EncodingKey::from_ed_der(&STANDARD.decode(env::var("TOKEN_KEY")?)?);
    let app = Router::new()
        .route("/sign-up", routing::post(sign_up))
        .route("/sign-in", routing::post(sign_in))
        .route("/subscribe", routing::post(subscribe))
        .with_state(Arc::new(Application { accounts: RwLock::default(), key, chat: chat.clone() }))
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
    jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &app.key).map_err(fault)
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
