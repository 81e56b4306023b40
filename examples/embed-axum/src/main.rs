//! An application with a pool, tables, users, a sign-in and routes of its own, and the chat beside them under `/chat`.

use std::{env, error::Error, net::SocketAddr};

use axum::extract::{Json, Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::{Router, routing};
use chat_core::api::{Admin, Login, Register, Sessions, Users};
use chat_core::error::{ChatError, Rejection};
use chat_core::model::{
    coin::Coins, operator::Operator, session::DeviceId, text::Name, user::Password, user::Phone, user::UserId,
};
use chat_core::{Chat, Secrets};
use chat_http::HttpConfig;
use chat_mysql::MySqlStore;
use secrecy::ExposeSecret;
use sqlx::mysql::MySqlPool;
use tokio::{net::TcpListener, task::spawn_blocking};
use uuid::Uuid;

const TABLES: &str = "
CREATE TABLE IF NOT EXISTS users (name VARCHAR(64) PRIMARY KEY, phone VARCHAR(16), hash CHAR(60), chat_password CHAR(36));
CREATE TABLE IF NOT EXISTS sign_ins (token CHAR(36) PRIMARY KEY, name VARCHAR(64) NOT NULL)";
type App = State<(MySqlPool, Chat)>;
type Answer<T> = Result<T, StatusCode>;
const NOBODY: StatusCode = StatusCode::UNAUTHORIZED;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let pool = MySqlPool::connect(&env::var("DATABASE_URL")?).await?;
    sqlx::raw_sql(TABLES).execute(&pool).await?;
    let store = MySqlStore::from_pool(pool.clone()); // Or, on a SqlitePool, SqliteStore.
    store.migrate().await?;
    let secrets = Secrets::new(vec![env::var("CHAT_JWT_KEY")?.into()], env::var("CHAT_PASSWORD_PEPPER")?.into())?;
    let chat = Chat::builder(store).secrets(secrets).build().await?;
    let app = Router::new()
        .route("/sign-up", routing::post(sign_up))
        .route("/sign-in", routing::post(sign_in))
        .route("/chat-token/{device}", routing::post(chat_token))
        // Users are made by this application alone: nobody takes their names in the chat.
        .route("/chat/api/register", routing::any(StatusCode::NOT_FOUND))
        .with_state((pool, chat.clone()))
        .nest("/chat", chat_http::router(chat, HttpConfig::default()));
    let listener = TcpListener::bind(env::var("LISTEN").unwrap_or("127.0.0.1:3000".into())).await?;
    println!("listening on http://{}", listener.local_addr()?);
    // With the address of each client, by which the chat limits strangers.
    Ok(axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).await?)
}

#[derive(serde::Deserialize)]
struct Account {
    name: String,
    password: String,
    #[serde(default)]
    phone: String,
}

async fn sign_up(State((pool, _)): App, Json(new): Json<Account>) -> Answer<StatusCode> {
    UserId::parse(&new.name).and(Phone::parse(&new.phone)).map_err(|_| StatusCode::BAD_REQUEST)?;
    let hash = spawn_blocking(|| bcrypt::hash(new.password, 12)).await.map_err(fault)?.map_err(fault)?;
    let insert = sqlx::query("INSERT IGNORE INTO users VALUES (?, ?, ?, ?)").bind(new.name).bind(new.phone);
    let insert = insert.bind(hash).bind(Uuid::new_v4().to_string()).execute(&pool).await.map_err(fault)?;
    Ok(if insert.rows_affected() == 1 { StatusCode::CREATED } else { StatusCode::CONFLICT })
}

async fn sign_in(State((pool, _)): App, Json(given): Json<Account>) -> Answer<[(HeaderName, String); 1]> {
    let select = sqlx::query_as("SELECT name, hash FROM users WHERE name = ?").bind(given.name);
    let (name, hash): (String, String) = select.fetch_optional(&pool).await.map_err(fault)?.ok_or(NOBODY)?;
    let right = spawn_blocking(move || bcrypt::verify(given.password, &hash)).await.map_err(fault)?.map_err(fault)?;
    right.then_some(()).ok_or(NOBODY)?;
    let token = Uuid::new_v4().to_string();
    sqlx::query("INSERT INTO sign_ins VALUES (?, ?)").bind(&token).bind(name).execute(&pool).await.map_err(fault)?;
    Ok([(header::SET_COOKIE, format!("sign-in={token}; HttpOnly; SameSite=Strict; Path=/"))])
}

/// Whom the application's own cookie names gets a token for what is under `/chat`. The first time they are registered
/// there, as prime, with a password that they never see.
async fn chat_token(State((pool, chat)): App, Path(device): Path<String>, headers: HeaderMap) -> Answer<String> {
    let cookies = headers.get(header::COOKIE).and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
    let token = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("sign-in=")).ok_or(NOBODY)?;
    let select = "SELECT name, phone, chat_password FROM users JOIN sign_ins USING (name) WHERE token = ?";
    let found = sqlx::query_as(select).bind(token).fetch_optional(&pool).await.map_err(fault)?;
    let (user, phone, password): (String, String, String) = found.ok_or(NOBODY)?;
    let device = DeviceId::parse(&device).map_err(|_| StatusCode::BAD_REQUEST)?;
    let login =
        Login { user_id: user.clone(), device: device.clone(), password: password.clone().into(), address: None };
    let signed_in = match chat.login(login).await {
        Err(ChatError::Rejected(Rejection::InvalidCredentials)) => {
            let (user_id, name) = (UserId::parse(&user).map_err(fault)?, Name::parse(&user).map_err(fault)?);
            let (phone, password) = (Phone::parse(&phone).map_err(fault)?, Password::parse(&password).map_err(fault)?);
            chat.register(Register { user_id, device, name, phone, coins: Coins::ZERO, password }).await
        }
        signed_in => signed_in,
    }
    .map_err(fault)?;
    chat.set_prime(&Operator::host(), &signed_in.user.id, true).await.map_err(fault)?;
    Ok(signed_in.session.access_token.expose_secret().to_owned())
}

fn fault(error: impl std::fmt::Debug) -> StatusCode {
    eprintln!("{error:?}");
    StatusCode::INTERNAL_SERVER_ERROR
}
