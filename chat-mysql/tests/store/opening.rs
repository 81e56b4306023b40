//! What is wrong is said precisely before anything is served, and never with the password in it.

use std::time::Duration;

use chat_core::ports::store::{Store, StoreError};
use chat_mysql::{MySqlOptions, MySqlStore, OpenError};
use chat_test_databases::{Database, Kind};
use sqlx::{AssertSqlSafe, Connection, mysql::MySqlConnection};
use tokio::net::TcpListener;

use crate::stores::on_both;

on_both! {
    a_wrong_password_is_told_without_it,
    an_unknown_user_is_told,
    a_database_that_is_missing_is_named,
    a_user_without_rights_is_told,
    encryption_that_was_asked_for_is_had_or_refused,
    a_store_that_was_closed_is_unavailable,
}

/// What an operator reads: the error and its sources, in one line.
fn told(error: &OpenError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}

#[tokio::test]
async fn a_url_that_is_none_says_what_is_wrong_with_it() {
    for (url, expected) in [
        ("postgres://a:secret@127.0.0.1/chat", "begins otherwise"),
        ("127.0.0.1", "begins otherwise"),
        ("mysql://a:secret@127.0.0.1", "names no database"),
        ("mysql://a:secret@127.0.0.1/", "names no database"),
        ("mysql://a:secret@127.0.0.1:seven/chat", "port"),
        ("mysql://a:secret@127.0.0.1/chat?ssl-mode=SOMETIMES", "SOMETIMES"),
    ] {
        let error = MySqlStore::open(url).await.err().unwrap();
        let told = told(&error);
        assert!(matches!(error, OpenError::Url(_)) && told.contains(expected), "{url}: {told}");
        assert!(!told.contains("secret"), "{told}");
    }
}

#[tokio::test]
async fn a_prefix_is_checked() {
    for prefix in ["", "Chat_", "chat-", "1chat_", "a_prefix_of_25_characters"] {
        let refused = MySqlOptions::default().table_prefix(prefix);
        assert!(matches!(refused, Err(OpenError::Prefix(_))), "{prefix}");
    }
}

#[tokio::test]
async fn nobody_there_and_somebody_else_there_are_told_with_the_place() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let open = MySqlOptions::default().acquire_timeout(Duration::from_millis(200));
    let url = format!("mysql://a:secret@{address}/chat");
    // Takes the connection and says nothing.
    let silent = open.clone().open(&url).await.err().unwrap();
    assert!(matches!(&silent, OpenError::Unreachable { at, .. } if *at == address.to_string()), "{silent:?}");
    drop(listener);
    let nobody = open.open(&url).await.err().unwrap();
    assert!(matches!(&nobody, OpenError::Unreachable { at, .. } if *at == address.to_string()), "{nobody:?}");
    assert!(!told(&nobody).contains("secret"));
}

/// The URL of a database with another user and password.
fn signed_in_as(url: &str, user: &str, password: &str) -> String {
    let place = url.split_once('@').unwrap().1;
    format!("mysql://{user}:{password}@{place}")
}

async fn a_wrong_password_is_told_without_it(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let error = MySqlStore::open(&signed_in_as(database.url(), database.name(), "guessed")).await.err().unwrap();
    let told = told(&error);
    assert!(matches!(&error, OpenError::SignIn { user, .. } if user == database.name()), "{told}");
    assert!(!told.contains("guessed"), "{told}");
}

async fn an_unknown_user_is_told(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let error = MySqlStore::open(&signed_in_as(database.url(), "nobody", "guessed")).await.err().unwrap();
    assert!(matches!(&error, OpenError::SignIn { user, .. } if user == "nobody"), "{error:?}");
}

async fn a_database_that_is_missing_is_named(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    // To one who may look, there is none; others are only told that they may not.
    let elsewhere = |url: &str| format!("{}/chat_test_that_nobody_made", url.rsplit_once('/').unwrap().0);
    let missing = elsewhere(&database.admin_url());
    let error = MySqlStore::open(&missing).await.err().unwrap();
    assert!(matches!(&error, OpenError::NoDatabase(name) if name == "chat_test_that_nobody_made"), "{error:?}");
    let error = MySqlStore::open(&elsewhere(database.url())).await.err().unwrap();
    assert!(matches!(&error, OpenError::NoRights { .. }), "{error:?}");
}

async fn a_user_without_rights_is_told(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let url = database.user_with("USAGE").await;
    let error = MySqlStore::open(&url).await.err().unwrap();
    assert!(matches!(&error, OpenError::NoRights { database: name, .. } if name == database.name()), "{error:?}");
}

async fn encryption_that_was_asked_for_is_had_or_refused(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    // MariaDB 10.11 has no certificate of its own; MySQL makes one, which nobody has vouched for.
    let required = MySqlStore::open(&format!("{}?ssl-mode=REQUIRED", database.url())).await;
    let verified = MySqlStore::open(&format!("{}?ssl-mode=VERIFY_IDENTITY", database.url())).await;
    assert!(matches!(verified, Err(OpenError::Tls { .. })), "{:?}", verified.err());
    match kind {
        Kind::MySql => required.unwrap().migrate().await.unwrap(),
        Kind::MariaDb => match required {
            Ok(store) => store.migrate().await.unwrap(),
            Err(error) => assert!(matches!(error, OpenError::Tls { .. }), "{error:?}"),
        },
    }
}

#[tokio::test]
async fn a_server_on_this_machine_that_insists_on_tls_has_it() {
    let Some(database) = Database::fresh(Kind::MySql).await else { return };
    let url = database.user_with("ALL").await;
    let user = url.split_once("://").unwrap().1.split_once(':').unwrap().0;
    let mut admin = MySqlConnection::connect(&database.admin_url()).await.unwrap();
    let insist = format!("ALTER USER '{user}'@'%' REQUIRE SSL");
    sqlx::raw_sql(AssertSqlSafe(insist)).execute(&mut admin).await.unwrap();
    let plain = MySqlStore::open(&format!("{url}?ssl-mode=DISABLED")).await.err().unwrap();
    assert!(matches!(plain, OpenError::SignIn { .. }), "{plain:?}");
    let store = MySqlStore::open(&url).await.unwrap();
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
}

async fn a_store_that_was_closed_is_unavailable(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let store = MySqlStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    store.close().await;
    let refused = store.ping().await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}
