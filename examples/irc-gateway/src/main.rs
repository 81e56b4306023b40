//! The chat for IRC clients, and beside it over HTTP where that is asked for.

use std::{error::Error, net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, serve};
use chat_core::{Chat, Secrets, model::operator::Operator, ports::store::Store};
use chat_http::{HttpConfig, OperatorToken, admin_router, router};
use chat_mysql::MySqlStore;
use chat_sqlite::SqliteStore;
use clap::Parser;
use irc_gateway::Limits;
use secrecy::SecretString;
use tokio::{net::TcpListener, signal, time::timeout};

/// The chat for IRC clients.
#[derive(Parser)]
struct Options {
    /// Where IRC clients connect, without TLS
    #[arg(long, default_value = "127.0.0.1:6667")]
    listen: SocketAddr,
    /// Where the same chat is served over HTTP
    #[arg(long)]
    http_listen: Option<SocketAddr>,
    /// sqlite:PATH or mysql://…; in memory all is gone with the process
    #[arg(long, env = "CHAT_DATABASE_URL", hide_env_values = true, default_value = "sqlite::memory:")]
    database_url: String,
    /// Signs access tokens; needed where the store is to last
    #[arg(long, env = "CHAT_JWT_KEY", hide_env_values = true)]
    jwt_key: Option<SecretString>,
    /// Goes into every stored password; needed where the store is to last
    #[arg(long, env = "CHAT_PASSWORD_PEPPER", hide_env_values = true)]
    password_pepper: Option<SecretString>,
    /// Serves the operators' API beside the HTTP
    #[arg(long, env = "CHAT_ADMIN_TOKEN", hide_env_values = true)]
    admin_token: Option<SecretString>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let options = Options::parse();
    let secrets = match (options.jwt_key, options.password_pepper) {
        (Some(key), Some(pepper)) => Secrets::new(vec![key], pepper)?,
        _ if options.database_url == "sqlite::memory:" => Secrets::random()?,
        _ => return Err("a store that lasts needs --jwt-key and --password-pepper".into()),
    };
    let chat = Chat::builder_on(open(&options.database_url).await?).secrets(secrets).build().await?;
    let irc = TcpListener::bind(options.listen).await?;
    println!("listening on irc://{}", irc.local_addr()?);
    if let Some(address) = options.http_listen {
        let config = HttpConfig::default();
        let mut app = router(chat.clone(), config.clone());
        if let Some(token) = options.admin_token {
            app = app.merge(admin_router(chat.clone(), [OperatorToken::new(Operator::host(), token)?], &config));
        }
        let http = TcpListener::bind(address).await?;
        println!("listening on http://{}", http.local_addr()?);
        let app: Router = app;
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { serve(http, app).await });
    }
    tokio::select! {
        never = irc_gateway::serve(Arc::new(chat.clone()), irc, Limits::default()) => match never {},
        stopped = signal::ctrl_c() => stopped?,
    }
    chat.drain();
    // Who is not done by then is cut off.
    let _ = timeout(Duration::from_secs(10), chat.drained()).await;
    Ok(())
}

async fn open(url: &str) -> Result<Arc<dyn Store>, Box<dyn Error>> {
    if url.starts_with("sqlite:") {
        let store = SqliteStore::open(url).await?;
        store.migrate().await?;
        return Ok(Arc::new(store));
    }
    let store = MySqlStore::open(url).await?;
    store.migrate().await?;
    Ok(Arc::new(store))
}
