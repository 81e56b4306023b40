//! How the tables come about.

use chat_conformance::build::{attempt, new_room_of, user, users};
use chat_core::ports::store::{RoomStore, Store, StoreError, UserStore};
use chat_mysql::{MigrateError, MySqlOptions, MySqlStore, SchemaError};
use chat_test_databases::{Database, Kind};
use sqlx::{Connection, Row, mysql::MySqlConnection};

use crate::stores::{execute, on_both, own};

on_both! {
    a_store_that_was_not_migrated_says_so_whatever_is_asked,
    what_is_pending_is_listed_until_it_was_run_and_running_it_twice_is_harmless,
    nodes_that_open_and_migrate_at_once_all_succeed,
    the_script_does_what_migrate_does,
    a_migration_that_was_cut_off_is_taken_up,
    tables_of_a_newer_release_are_refused_and_left_alone,
    a_list_of_migrations_that_is_not_ours_is_refused,
    two_prefixes_in_one_database_are_two_stores,
    who_may_not_create_tables_is_told_so_and_may_use_those_that_are_there,
}

/// The schema error that a failure of the store stands for.
fn schema_error(error: StoreError) -> Option<SchemaError> {
    let StoreError::Unavailable(source) = error else { return None };
    source.downcast_ref::<SchemaError>().cloned()
}

async fn a_store_that_was_not_migrated_says_so_whatever_is_asked(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let store = MySqlStore::open(database.url()).await.unwrap();
    let behind = Some(SchemaError::Behind { found: 0, needed: 5 });
    assert_eq!(schema_error(store.user(&user("alice")).await.unwrap_err()), behind);
    assert_eq!(schema_error(store.begin(attempt()).await.err().unwrap()), behind);
    assert_eq!(schema_error(store.ping().await.unwrap_err()), behind);
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
}

async fn what_is_pending_is_listed_until_it_was_run_and_running_it_twice_is_harmless(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let store = MySqlStore::open(database.url()).await.unwrap();
    let pending: Vec<_> = store.pending().await.unwrap().iter().map(|step| (step.version, step.name)).collect();
    assert_eq!(pending, [(1, "chat"), (2, "operator"), (3, "everyday"), (4, "outbox"), (5, "wallet")]);
    store.migrate().await.unwrap();
    assert_eq!(store.pending().await.unwrap(), []);
    assert_eq!(store.sql().await.unwrap(), "");
    let room = new_room_of(&store, &["alice"]).await;
    store.migrate().await.unwrap();
    assert!(store.room(room).await.unwrap().is_some(), "rows survive");
}

async fn nodes_that_open_and_migrate_at_once_all_succeed(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let mut starts = tokio::task::JoinSet::new();
    for number in 0..6 {
        let url = database.url().to_owned();
        starts.spawn(async move {
            let store = MySqlStore::open(&url).await.unwrap();
            store.migrate().await.unwrap();
            users(&store, &[&format!("user-{number}")]).await;
        });
    }
    while let Some(started) = starts.join_next().await {
        started.unwrap();
    }
    let store = MySqlStore::open(database.url()).await.unwrap();
    for number in 0..6 {
        assert!(store.user(&user(&format!("user-{number}"))).await.unwrap().is_some());
    }
}

/// Every table of a database as the server would make it again.
async fn schema(url: &str) -> Vec<String> {
    let mut sql = MySqlConnection::connect(url).await.unwrap();
    let names = sqlx::raw_sql("SHOW TABLES").fetch_all(&mut sql).await.unwrap();
    let mut tables = Vec::new();
    for name in names.iter().map(|row| row.get::<String, _>(0)) {
        let show = format!("SHOW CREATE TABLE {name}");
        let row = sqlx::raw_sql(sqlx::AssertSqlSafe(show)).fetch_one(&mut sql).await.unwrap();
        tables.push(row.get(1));
    }
    tables
}

async fn the_script_does_what_migrate_does(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let store = MySqlStore::open(database.url()).await.unwrap();
    let script = store.sql().await.unwrap();
    execute(&mut MySqlConnection::connect(database.url()).await.unwrap(), &script).await.unwrap();
    assert_eq!(store.pending().await.unwrap(), []);
    users(&store, &["alice"]).await;
    let migrated = own(kind).await.unwrap();
    assert_eq!(schema(database.url()).await, schema(migrated.database.url()).await);
}

async fn a_migration_that_was_cut_off_is_taken_up(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let store = MySqlStore::open(database.url()).await.unwrap();
    let whole = own(kind).await.unwrap();
    // The record of each comes last: whatever was done before is done again.
    for parts_of_four in [0, 1, 2, 3, 4] {
        let script = store.sql().await.unwrap();
        let statements: Vec<&str> = script.split(";\n\n").filter(|statement| !statement.trim().is_empty()).collect();
        let done = (statements.len() * parts_of_four / 4).clamp(1, statements.len() - 1);
        let mut sql = MySqlConnection::connect(database.url()).await.unwrap();
        for statement in &statements[..done] {
            execute(&mut sql, statement).await.unwrap();
        }
        assert!(!store.pending().await.unwrap().is_empty(), "{done}");
    }
    store.migrate().await.unwrap();
    assert_eq!(schema(database.url()).await, schema(whole.database.url()).await);
}

async fn tables_of_a_newer_release_are_refused_and_left_alone(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    execute(&mut fresh.sql().await, "INSERT INTO chat_migrations VALUES (6, 'to come', 0)").await.unwrap();
    let older = MySqlStore::open(fresh.database.url()).await.unwrap();
    let newer = SchemaError::Newer { found: 6, known: 5 };
    let refused = older.migrate().await;
    assert!(matches!(&refused, Err(MigrateError::Schema(error)) if *error == newer), "{refused:?}");
    assert!(matches!(older.pending().await, Err(MigrateError::Schema(error)) if error == newer));
    assert_eq!(schema_error(older.user(&user("alice")).await.unwrap_err()), Some(newer));
    // Who was refused holds the lock of migrations no more.
    execute(&mut fresh.sql().await, "DELETE FROM chat_migrations WHERE version = 6").await.unwrap();
    MySqlStore::open(fresh.database.url()).await.unwrap().migrate().await.unwrap();
}

async fn a_list_of_migrations_that_is_not_ours_is_refused(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    execute(&mut fresh.sql().await, "UPDATE chat_migrations SET name = 'other'").await.unwrap();
    let foreign = SchemaError::Foreign { version: 1, found: "other".to_owned() };
    let refused = MySqlStore::open(fresh.database.url()).await.unwrap().migrate().await;
    assert!(matches!(&refused, Err(MigrateError::Schema(error)) if *error == foreign), "{refused:?}");
}

async fn two_prefixes_in_one_database_are_two_stores(kind: Kind) {
    let Some(fresh) = own(kind).await else { return };
    let longest = "support_of_a_long_name_2";
    let support = MySqlOptions::default().table_prefix(longest).unwrap().open(fresh.database.url()).await.unwrap();
    assert_eq!(support.pending().await.unwrap().len(), 5);
    support.migrate().await.unwrap();
    let room = new_room_of(&support, &["alice"]).await;
    assert_eq!(fresh.store.user(&user("alice")).await.unwrap(), None);
    assert_eq!(fresh.store.room(room).await.unwrap(), None);
    users(&fresh.store, &["alice"]).await;
    let rows = sqlx::raw_sql("SHOW TABLES").fetch_all(&mut fresh.sql().await).await.unwrap();
    let names: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(names.iter().all(|name| name.starts_with("chat_") || name.starts_with(longest)), "{names:?}");
}

async fn who_may_not_create_tables_is_told_so_and_may_use_those_that_are_there(kind: Kind) {
    let Some(database) = Database::fresh(kind).await else { return };
    let url = database.user_with("SELECT, INSERT, UPDATE, DELETE").await;
    let store = MySqlStore::open(&url).await.unwrap();
    let refused = store.migrate().await;
    assert!(matches!(refused, Err(MigrateError::Rights(_))), "{refused:?}");
    let may_create = database.user_with("CREATE, ALTER, REFERENCES, SELECT, INSERT").await;
    MySqlStore::open(&may_create).await.unwrap().migrate().await.unwrap();
    store.migrate().await.unwrap();
    new_room_of(&store, &["alice", "bob"]).await;
}
