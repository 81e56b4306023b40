//! The chat as a server of its own. `chat-server --help` says what can be set.

mod connections;
mod counted_stream;
mod demo;
mod document;
mod failure;
mod grpc;
mod irc;
mod kept_secret;
mod limits;
mod log;
mod open_files;
mod operators;
mod options;
mod serve;
mod store;
mod web;
mod webhooks;

use std::{
    fs,
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use axum::Router;
use chat_core::{Chat, Secrets, policy::StartingCoins};
use clap::Parser;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    document::Document,
    failure::Failure,
    grpc::Grpc,
    kept_secret::{kept_secret, random_secret},
    operators::operators,
    options::Options,
    store::ServerStore,
    web::WebClient,
};

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match options.document {
        Some(document) => print(document, &options),
        None => {
            log::start();
            start(options)
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("chat-server: {}", failure.told());
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn print(document: Document, options: &Options) -> Result<(), Failure> {
    let text = document.text(options).await?;
    match writeln!(io::stdout(), "{text}") {
        // Whoever reads has read enough.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::Print(error)),
        _ => Ok(()),
    }
}

#[tokio::main]
async fn start(options: Options) -> Result<(), Failure> {
    let database_url = database_url(&options);
    let demo = database_url.is_none();
    let listens = [Some(options.listen), options.grpc.address(), options.irc.address()];
    if let Some(beyond) = listens.into_iter().flatten().find(|address| demo && !address.ip().is_loopback()) {
        return Err(Failure::DemoBeyondLoopback(beyond));
    }
    let opened = open_store(&options, database_url.as_ref()).await?;
    let store = opened.store();
    if !demo && demo::has_samples(store.as_ref()).await? {
        return Err(Failure::DemoStore);
    }
    let chat = Chat::builder_on(Arc::clone(&store))
        .policy(options.policy())
        .secrets(secrets(&options, demo)?)
        .password_cost(options.password_cost)
        .guess_limits(options.limits.guesses());
    let chat = options.webhooks.told_by(chat)?.build().await?;
    warn(&options, opened.is_shared());
    if demo {
        demo::make_samples(&chat, store.as_ref()).await?;
    }
    let admin_token = match options.admin_token.clone().filter(|token| !token.expose_secret().is_empty()) {
        None if demo => Some(random_secret()?.into()),
        token => token,
    };

    let mut router = router(&chat, &options, admin_token.as_ref())?;
    if options.web_client == WebClient::On {
        router = router.merge(web::router(demo.then(demo::told)));
    }
    let failed = |source| Failure::Listen { address: options.listen, source };
    let listener = serve::listen(options.listen).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let grpc = options.grpc.address().map(Grpc::listen).transpose()?;
    if let Some(grpc) = &grpc {
        println!("listening on grpc://{}", grpc.address());
    }
    let (connections, patience) = (options.connections(), serve::Patience::of(&options.limits));
    let _irc = options.irc.serve(&chat, &options, &connections)?;
    println!("listening on http://{address}");
    if let (true, Some(token)) = (demo, &admin_token) {
        eprintln!("{}", demo::greeting(address, token.expose_secret()));
    }
    let grpc = grpc.map(|grpc| grpc.serve(chat.clone(), options.grpc(), connections.clone(), patience));
    serve::serve(listener, router, &chat, &connections, patience, grpc).await?;
    opened.close().await;
    Ok(())
}

fn router(chat: &Chat, options: &Options, admin_token: Option<&SecretString>) -> Result<Router, Failure> {
    let config = options.http();
    let router = chat_http::router(chat.clone(), config.clone()).merge(chat_http::health_router(chat.clone()));
    let operators = operators(admin_token, &options.operator)?;
    if operators.is_empty() {
        return Ok(router);
    }
    Ok(router.merge(chat_http::admin_router(chat.clone(), operators, &config)))
}

/// The database that was named, if one was; `DATABASE_URL` is what other tools of the operator's read, too.
fn database_url(options: &Options) -> Option<SecretString> {
    // Empty is how container files say that there is none.
    if let Some(url) = options.database_url.as_ref().filter(|url| !url.expose_secret().is_empty()) {
        tracing::info!("the store is the one of --database-url or CHAT_DATABASE_URL");
        return Some(url.clone());
    }
    let url = std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty())?;
    tracing::info!("the store is the one of DATABASE_URL");
    Some(url.into())
}

async fn open_store(options: &Options, database_url: Option<&SecretString>) -> Result<ServerStore, Failure> {
    if let Some(url) = database_url {
        return ServerStore::open(url.expose_secret(), options).await;
    }
    make_data_dir(options)?;
    ServerStore::open(&format!("sqlite:{}", options.data_dir.join("chat.db").display()), options).await
}

/// The secrets that were given, and for those that were not, the ones kept in the data folder. A demo takes also those that
/// everybody knows.
fn secrets(options: &Options, demo: bool) -> Result<Secrets, Failure> {
    let kept = |name| {
        make_data_dir(options)?;
        kept_secret(&options.data_dir, name)
    };
    let mut jwt_keys = options.jwt_keys();
    if jwt_keys.is_empty() {
        jwt_keys.push(kept("jwt.key")?);
    }
    let pepper = match options.password_pepper() {
        Some(pepper) => pepper,
        None => kept("password.pepper")?,
    };
    Ok(if demo { Secrets::for_demo(jwt_keys, pepper) } else { Secrets::new(jwt_keys, pepper) }?)
}

fn make_data_dir(options: &Options) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(&options.data_dir).map_err(|source| Failure::DataDir { path: options.data_dir.clone(), source })
}

/// What an operator should hear of before it is too late.
fn warn(options: &Options, store_is_shared: bool) {
    if store_is_shared && options.jwt_keys().is_empty() {
        tracing::warn!("--jwt-key was not given: another server on this database would refuse this one's tokens");
    }
    if store_is_shared && options.password_pepper().is_none() {
        tracing::warn!(
            "--password-pepper was not given: it is under {:?} alone, and without it the database's passwords are lost",
            options.data_dir
        );
    }
    if let StartingCoins::AsRequested { max } = options.starting_coins {
        tracing::warn!("users begin with as many coins as they ask for, up to {max}: see --starting-coins");
    }
    if options.password_cost < 10 {
        tracing::warn!(
            "passwords are hashed at cost {}, which is for tests: see --password-cost",
            options.password_cost
        );
    }
    if !options.limits.are_on() {
        tracing::warn!("requests are not limited, which is for tests under load: see --rate-limits");
    }
}
