//! The server before a database that is not as it should be: it says in one line what is wrong, and never a password.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use chat_test_databases::Database;
use chat_tests::{Kind, Server};
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection};

/// Each test on MariaDB and on MySQL.
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
    a_wrong_password_is_told
    a_missing_database_is_told
    a_user_without_rights_is_told
    a_user_who_may_not_make_tables_is_told_what_to_do
    a_server_that_is_too_old_is_told
    tables_of_a_newer_release_are_left_alone
    two_chats_share_a_database_under_two_prefixes
    what_was_not_given_is_warned_of_where_others_need_it_too
}

/// The one line in which the server says why it does not start.
async fn refusal(url: &str, flags: &[&str]) -> String {
    let log = Server::refuses_to_start(&[&["--database-url", url], flags].concat()).await;
    let lines: Vec<&str> = log.lines().filter(|line| line.starts_with("chat-server: ")).collect();
    let [line] = lines.as_slice() else { panic!("one line says why: {log}") };
    assert!(!log.contains("panicked"), "{log}");
    if let Some(password) = password(url) {
        assert!(!log.contains(password), "the password is in it: {log}");
    }
    (*line).to_owned()
}

fn password(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (user, _) = rest.rsplit_once('@')?;
    Some(user.split_once(':')?.1)
}

#[track_caller]
fn assert_says(line: &str, words: &[&str]) {
    for word in words {
        assert!(line.contains(word), "no {word:?} in: {line}");
    }
}

#[tokio::test]
async fn a_url_that_names_no_store_is_told_without_what_may_be_secret() {
    for url in ["carrier-pigeon://bob:s3cret@coop", "postgres://bob:s3cret@127.0.0.1/chat"] {
        assert_says(
            &refusal(url, &[]).await,
            &["--database-url", "mysql://", url.split(':').next().expect("a scheme")],
        );
    }
    let log = refusal("s3cret@coop/chat", &[]).await;
    assert!(log.contains("--database-url") && !log.contains("s3cret"), "{log}");
    for (url, wrong) in [
        ("mysql://bob:s3cret@127.0.0.1", "database"),
        ("mysql://bob:s3cret@127.0.0.1:seven/chat", "port"),
        ("mariadb://bob:s3cret@127.0.0.1/chat?ssl-mode=SOMETIMES", "SOMETIMES"),
    ] {
        assert_says(&refusal(url, &[]).await, &["--database-url", wrong]);
    }
    let log = refusal("mysql://bob:s3cret@127.0.0.1/chat", &["--table-prefix", "Chat;"]).await;
    assert_says(&log, &["--table-prefix", "Chat;"]);
}

#[tokio::test]
async fn a_place_where_nobody_listens_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let line = refusal(&format!("mysql://bob:s3cret@{address}/chat"), &[]).await;
    assert_says(&line, &["--database-url", &address.to_string(), "refused"]);
}

async fn a_wrong_password_is_told(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let right = password(database.url()).expect("a password");
    let line = refusal(&database.url().replace(right, "guessed"), &[]).await;
    assert_says(&line, &["--database-url", database.name(), "password"]);
}

async fn a_missing_database_is_told(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let url = database.admin_url().replace(database.name(), "chat_test_of_nobody");
    assert_says(&refusal(&url, &[]).await, &["--database-url", "chat_test_of_nobody", "CREATE DATABASE"]);
}

async fn a_user_without_rights_is_told(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let line = refusal(&database.user_with("USAGE").await, &[]).await;
    assert_says(&line, &["--database-url", "no rights", database.name()]);
}

async fn a_user_who_may_not_make_tables_is_told_what_to_do(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let url = database.user_with("SELECT, INSERT, UPDATE, DELETE").await;
    assert_says(&refusal(&url, &[]).await, &["create or alter tables", "grant"]);
    // Once somebody has made them, these rights are all that it takes.
    drop(Server::at(database.url(), &[]).await);
    Server::at(&url, &[]).await.register("dora").await.me().await;
}

async fn a_server_that_is_too_old_is_told(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let mut connection = MySqlConnection::connect(database.url()).await.expect("a connection");
    let (version,): (String,) = sqlx::query_as("SELECT VERSION()").fetch_one(&mut connection).await.expect("a row");
    let old = aged(&version);
    let port = behind_the_times(database.url(), version, old.clone());
    let (before, after) = database.url().rsplit_once(':').expect("a port");
    let name = after.split_once('/').expect("a database").1;
    // In the clear, so that what the server says of itself can be changed on the way.
    let line = refusal(&format!("{before}:{port}/{name}?ssl-mode=DISABLED"), &[]).await;
    assert_says(&line, &["--database-url", &old, "MySQL 8", "MariaDB 10"]);
}

/// The same text with a version that is long gone, in as many bytes.
fn aged(version: &str) -> String {
    let end = version.find('.').expect("a number and a dot");
    let old = if end == 1 { "5" } else { "09" };
    format!("{old}{}", &version[end..])
}

/// A port that leads to the database, which there says `old` where it says `new`.
fn behind_the_times(url: &str, new: String, old: String) -> u16 {
    let target = url.rsplit_once('@').and_then(|(_, place)| place.split('/').next()).expect("a place").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(&target).expect("the database");
            let (asking, answering) = (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
            std::thread::spawn(move || carry(asking, server, |_| ()));
            let (new, old) = (new.clone(), old.clone());
            std::thread::spawn(move || {
                carry(answering, client, |bytes| replace(bytes, new.as_bytes(), old.as_bytes()))
            });
        }
    });
    port
}

/// Carries what comes, changed, until one side is gone.
fn carry(mut from: TcpStream, mut to: TcpStream, change: impl Fn(&mut [u8])) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        change(&mut bytes[..count]);
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
}

fn replace(bytes: &mut [u8], new: &[u8], old: &[u8]) {
    for at in 0..(bytes.len() + 1).saturating_sub(new.len()) {
        let here = &mut bytes[at..at + new.len()];
        if here == new {
            here.copy_from_slice(old);
        }
    }
}

async fn tables_of_a_newer_release_are_left_alone(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    drop(Server::at(database.url(), &[]).await);
    let mut connection = MySqlConnection::connect(database.url()).await.expect("a connection");
    let newer = "INSERT INTO chat_migrations (version, name, applied_at) VALUES (9001, 'of tomorrow', 0)";
    sqlx::raw_sql(AssertSqlSafe(newer)).execute(&mut connection).await.expect("a migration of tomorrow");
    assert_says(&refusal(database.url(), &[]).await, &["9001", "newer"]);
}

async fn two_chats_share_a_database_under_two_prefixes(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let one = Server::at(database.url(), &[]).await;
    let other = Server::at(database.url(), &["--table-prefix", "other_", "--database-connections", "1"]).await;
    let (dora, her_namesake) = (one.register_with_coins("dora", 1).await, other.register_with_coins("dora", 2).await);
    assert_eq!((dora.coins().await, her_namesake.coins().await), (1, 2));
    // One connection is enough for all.
    let asked = (0..8).map(|_| her_namesake.me());
    assert_eq!(futures_util::future::join_all(asked).await.len(), 8);
}

async fn what_was_not_given_is_warned_of_where_others_need_it_too(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let server = Server::without_secrets(database.url()).await;
    server
        .says("what another server would need", |said| {
            said.contains("--jwt-key was not given") && said.contains("--password-pepper was not given")
        })
        .await;
    server.register("dora").await.me().await;
}
