//! What goes wrong in a server is told apart, and nothing is half done.

use std::time::Duration;

use chat_conformance::build::{attempt, begin, draft, new_room_of, new_user, room_of, user, users};
use chat_core::ports::store::{MessageStore, Store, StoreError, UserStore};
use chat_mysql::{MySqlOptions, MySqlStore};
use chat_test_databases::{Kind, Server};
use sqlx::{Connection, mysql::MySqlConnection};

use crate::stores::{Fresh, execute, on_both, own};

on_both! {
    a_deadlock_is_transient,
    a_lock_that_is_held_too_long_is_transient_and_nothing_stays,
    what_the_server_says_of_a_statement_is_told_by_its_number,
    a_pool_that_is_exhausted_is_unavailable_and_recovers,
    a_server_that_does_not_write_is_unavailable_and_recovers,
    a_server_with_too_many_connections_is_unavailable_and_recovers,
    a_server_that_leaves_transactions_open_by_default_changes_nothing,
    a_server_that_hangs_is_given_up_and_recovers,
    a_server_that_died_is_unavailable_and_what_was_committed_is_there_when_it_is_back,
}

/// Which of the store's errors it is.
fn name<T>(result: &Result<T, StoreError>) -> &'static str {
    match result {
        Ok(_) => "ok",
        Err(StoreError::Taken(_)) => "taken",
        Err(StoreError::Transient(_)) => "transient",
        Err(StoreError::Unknown(_)) => "unknown",
        Err(StoreError::Unavailable(_)) => "unavailable",
        Err(StoreError::Corrupt(_)) => "corrupt",
    }
}

async fn a_deadlock_is_transient(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let store = &fresh.store;
    users(store, &["alice"]).await;
    let rooms = [room_of(store, &["alice"]).await, room_of(store, &["alice"]).await];
    let (mut one, mut other) = (begin(store).await, begin(store).await);
    one.lock_room(rooms[0]).await.unwrap();
    other.lock_room(rooms[1]).await.unwrap();
    // Against the order that the chat keeps.
    let crossed = tokio::join!(one.lock_room(rooms[1]), other.lock_room(rooms[0]));
    let mut names = [name(&crossed.0), name(&crossed.1)];
    names.sort_unstable();
    assert!(names == ["ok", "transient"] || names == ["transient", "transient"], "{names:?}");
}

async fn a_lock_that_is_held_too_long_is_transient_and_nothing_stays(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let store = &fresh.store;
    users(store, &["alice"]).await;
    let mut holds = begin(store).await;
    holds.lock_users(&[&user("alice")]).await.unwrap();
    let mut waits = begin(store).await;
    waits.insert_user(&new_user("bob")).await.unwrap();
    let waited = waits.lock_users(&[&user("alice")]).await;
    assert_eq!(name(&waited), "transient");
    // The server undid the statement alone: the rest is the transaction's to undo.
    waits.rollback().await.unwrap();
    holds.rollback().await.unwrap();
    assert_eq!(store.user(&user("bob")).await.unwrap(), None);
}

/// Makes every registration fail as the server would.
async fn registrations_fail_with(fresh: &Fresh, number: u16) -> Result<(), StoreError> {
    let mut sql = fresh.sql().await;
    let trigger = format!(
        "CREATE TRIGGER chat_fails BEFORE INSERT ON chat_users FOR EACH ROW
         SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = {number}, MESSAGE_TEXT = 'as the test wants'"
    );
    execute(&mut sql, &trigger).await.unwrap();
    let mut tx = begin(&fresh.store).await;
    let refused = tx.insert_user(&new_user("alice")).await;
    drop(tx);
    execute(&mut sql, "DROP TRIGGER chat_fails").await.unwrap();
    refused
}

async fn what_the_server_says_of_a_statement_is_told_by_its_number(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    for (number, expected) in [
        (1213, "transient"),   // Deadlock.
        (1205, "transient"),   // Lock wait.
        (1020, "transient"),   // The record has changed since it was read.
        (1053, "transient"),   // The server is going down.
        (1927, "transient"),   // The connection was killed.
        (1317, "transient"),   // The statement was killed.
        (1969, "transient"),   // It took too long (MariaDB).
        (3024, "transient"),   // It took too long (MySQL).
        (4031, "transient"),   // Idle for too long.
        (1290, "unavailable"), // Read-only.
        (1836, "unavailable"), // Read-only.
        (1040, "unavailable"), // Too many connections.
        (1114, "unavailable"), // The table is full.
        (1264, "corrupt"),     // Out of range.
        (1406, "corrupt"),     // Too long.
        (1062, "taken"),       // A key that is there.
    ] {
        assert_eq!(name(&registrations_fail_with(&fresh, number).await), expected, "{number}");
        users(&fresh.store, &[&format!("user-{number}")]).await;
    }
}

async fn a_pool_that_is_exhausted_is_unavailable_and_recovers(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let options = MySqlOptions::default().max_connections(2.try_into().unwrap());
    let store = options.acquire_timeout(Duration::from_secs(3)).open(fresh.database.url()).await.unwrap();
    let held = [begin(&store).await, begin(&store).await];
    assert_eq!(name(&store.user(&user("alice")).await), "unavailable");
    assert_eq!(name(&store.begin(attempt()).await), "unavailable");
    for tx in held {
        tx.rollback().await.unwrap();
    }
    assert_eq!(store.user(&user("alice")).await.unwrap(), None);
}

/// A store on a server of the test's own.
async fn private(kind: Kind, options: MySqlOptions) -> Option<(Server, MySqlStore)> {
    let server = Server::private(kind).await?;
    let store = options.open(server.url()).await.unwrap();
    store.migrate().await.unwrap();
    Some((server, store))
}

async fn admin(server: &Server, statements: &str) {
    let mut sql = MySqlConnection::connect(server.admin_url()).await.unwrap();
    execute(&mut sql, statements).await.unwrap();
}

async fn a_server_that_does_not_write_is_unavailable_and_recovers(kind: Kind) {
    let Some((server, store)) = private(kind, MySqlOptions::default()).await else { return };
    let room = new_room_of(&store, &["alice"]).await;
    admin(&server, "SET GLOBAL read_only = 1").await;
    assert_eq!(name(&store.append(&[draft(room, "alice", "hi")], attempt()).await), "unavailable");
    assert_eq!(name(&store.ping().await), "unavailable");
    assert!(store.user(&user("alice")).await.unwrap().is_some(), "reads go on");
    admin(&server, "SET GLOBAL read_only = 0").await;
    store.ping().await.unwrap();
    store.append(&[draft(room, "alice", "hi")], attempt()).await.unwrap();
}

async fn a_server_with_too_many_connections_is_unavailable_and_recovers(kind: Kind) {
    let options = MySqlOptions::default().acquire_timeout(Duration::from_millis(300));
    let Some((server, store)) = private(kind, options).await else { return };
    // The least that both servers take.
    admin(&server, "SET GLOBAL max_connections = 10").await;
    let mut others = Vec::new();
    while let Ok(other) = MySqlConnection::connect(server.url()).await {
        others.push(other);
    }
    let held = begin(&store).await;
    assert_eq!(name(&store.begin(attempt()).await), "unavailable");
    held.rollback().await.unwrap();
    others.clear();
    while store.begin(attempt()).await.is_err() {
        tokio::task::yield_now().await;
    }
}

async fn a_server_that_leaves_transactions_open_by_default_changes_nothing(kind: Kind) {
    let Some(server) = Server::private(kind).await else { return };
    admin(&server, "SET GLOBAL autocommit = 0").await;
    admin(&server, "SET GLOBAL completion_type = 'CHAIN'").await;
    let store = MySqlStore::open(server.url()).await.unwrap();
    store.migrate().await.unwrap();
    let room = new_room_of(&store, &["alice"]).await;
    store.append(&[draft(room, "alice", "hi")], attempt()).await.unwrap();
    let asked = attempt();
    assert!(!store.was_committed(asked.id).await.unwrap());
    store.close().await;
    let store = MySqlStore::open(server.url()).await.unwrap();
    assert_eq!(chat_conformance::build::log(&store, room).await, ["1 joined alice", "2 message alice"]);
    let mut tx = store.begin(asked).await.unwrap();
    tx.insert_user(&new_user("bob")).await.unwrap();
    assert_eq!(name(&tx.commit().await), "transient", "it was asked for, and so is void");
}

async fn a_server_that_hangs_is_given_up_and_recovers(kind: Kind) {
    let options = MySqlOptions::default();
    let options = options.acquire_timeout(Duration::from_millis(200)).answer_timeout(Duration::from_millis(200));
    let Some((server, store)) = private(kind, options).await else { return };
    let room = new_room_of(&store, &["alice"]).await;
    let tx = begin(&store).await;
    server.pause().await;
    assert_ne!(name(&store.user(&user("alice")).await), "ok");
    assert_ne!(name(&store.append(&[draft(room, "alice", "hi")], attempt()).await), "ok");
    drop(tx);
    server.resume().await;
    while store.append(&[draft(room, "alice", "ho")], attempt()).await.is_err() {
        tokio::task::yield_now().await;
    }
}

async fn a_server_that_died_is_unavailable_and_what_was_committed_is_there_when_it_is_back(kind: Kind) {
    let options = MySqlOptions::default().acquire_timeout(Duration::from_millis(200));
    let Some((server, store)) = private(kind, options).await else { return };
    let room = new_room_of(&store, &["alice"]).await;
    let mut tx = begin(&store).await;
    tx.lock_users(&[&user("alice")]).await.unwrap();
    tx.set_prime(&user("alice"), true).await.unwrap();
    store.append(&[draft(room, "alice", "hi")], attempt()).await.unwrap();
    server.kill().await;
    assert_eq!(name(&tx.commit().await), "transient", "what was gathered never went");
    let read = store.user(&user("alice")).await;
    assert_eq!(name(&read), "unavailable", "{read:?}");
    let append = async || name(&store.append(&[draft(room, "alice", "no")], attempt()).await);
    assert_eq!(append().await, "transient", "on the connection of the batch before");
    assert_eq!(append().await, "unavailable");
    server.restart().await;
    assert!(!store.user(&user("alice")).await.unwrap().unwrap().prime);
    store.append(&[draft(room, "alice", "ho")], attempt()).await.unwrap();
    assert_eq!(
        chat_conformance::build::log(&store, room).await,
        ["1 joined alice", "2 message alice", "3 message alice"]
    );
}
