//! How the tables come about.

use std::error::Error;

use chat_conformance::build::{attempt, new_room_of, user, users};
use chat_core::ports::store::{RoomStore, Store, StoreError, UserStore};
use chat_sqlite::{MigrateError, SchemaError, SqliteOptions, SqliteStore};
use sqlx::Row;

use crate::stores::{file, url};

/// The schema error that a failure of the store stands for.
fn schema_error(error: StoreError) -> Option<SchemaError> {
    let StoreError::Unavailable(source) = error else { return None };
    source.downcast_ref::<SchemaError>().cloned()
}

#[tokio::test]
async fn a_store_that_was_not_migrated_says_so_whatever_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    let behind = Some(SchemaError::Behind { found: 0, needed: 5 });
    assert_eq!(schema_error(store.user(&user("alice")).await.unwrap_err()), behind);
    assert_eq!(schema_error(store.begin(attempt()).await.err().unwrap()), behind);
    assert_eq!(schema_error(store.ping().await.unwrap_err()), behind);
    store.migrate().await.unwrap();
    store.ping().await.unwrap();
}

#[tokio::test]
async fn what_is_pending_is_listed_until_it_was_run_and_running_it_twice_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    let pending: Vec<_> = store.pending().await.unwrap().iter().map(|step| (step.version, step.name)).collect();
    assert_eq!(pending, [(1, "chat"), (2, "operator"), (3, "everyday"), (4, "outbox"), (5, "wallet")]);
    store.migrate().await.unwrap();
    assert_eq!(store.pending().await.unwrap(), []);
    assert_eq!(store.sql().await.unwrap(), "");
    let room = new_room_of(&store, &["alice"]).await;
    store.migrate().await.unwrap();
    assert!(store.room(room).await.unwrap().is_some(), "rows survive");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_open_and_migrate_at_once_all_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let mut starts = tokio::task::JoinSet::new();
    for number in 0..6 {
        let url = url(&folder);
        starts.spawn(async move {
            let store = SqliteStore::open(&url).await.unwrap();
            store.migrate().await.unwrap();
            users(&store, &[&format!("user-{number}")]).await;
        });
    }
    while let Some(started) = starts.join_next().await {
        started.unwrap();
    }
    let store = SqliteStore::open(&url(&folder)).await.unwrap();
    for number in 0..6 {
        assert!(store.user(&user(&format!("user-{number}"))).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn the_script_does_what_migrate_does() {
    let by_hand = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&url(&by_hand)).await.unwrap();
    let script = store.sql().await.unwrap();
    let pool = sqlx::SqlitePool::connect(&url(&by_hand)).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(script)).execute(&mut *pool.acquire().await.unwrap()).await.unwrap();
    assert_eq!(store.pending().await.unwrap(), []);
    users(&store, &["alice"]).await;

    let schema = async |pool: sqlx::SqlitePool| {
        let rows = sqlx::query("SELECT sql FROM sqlite_schema ORDER BY name").fetch_all(&pool).await.unwrap();
        rows.iter().map(|row| row.get::<Option<String>, _>(0)).collect::<Vec<_>>()
    };
    assert_eq!(schema(pool).await, schema(file().await.sql().await).await);
}

#[tokio::test]
async fn tables_of_a_newer_release_are_refused_and_left_alone() {
    let store = file().await;
    let pool = store.sql().await;
    sqlx::raw_sql("INSERT INTO chat_migrations VALUES (6, 'to come', 0)").execute(&pool).await.unwrap();
    let older = store.beside().await;
    let newer = SchemaError::Newer { found: 6, known: 5 };
    let refused = older.migrate().await;
    assert!(matches!(&refused, Err(MigrateError::Schema(error)) if *error == newer), "{refused:?}");
    assert!(matches!(older.pending().await, Err(MigrateError::Schema(error)) if error == newer));
    let asked = older.user(&user("alice")).await.unwrap_err();
    assert!(asked.source().is_some());
    assert_eq!(schema_error(asked), Some(newer));
}

#[tokio::test]
async fn a_list_of_migrations_that_is_not_ours_is_refused() {
    let store = file().await;
    sqlx::raw_sql("UPDATE chat_migrations SET name = 'other'").execute(&store.sql().await).await.unwrap();
    let foreign = SchemaError::Foreign { version: 1, found: "other".to_owned() };
    let refused = store.beside().await.migrate().await;
    assert!(matches!(&refused, Err(MigrateError::Schema(error)) if *error == foreign), "{refused:?}");
}

#[tokio::test]
async fn two_prefixes_in_one_file_are_two_stores() {
    let store = file().await;
    let support = SqliteOptions::default().table_prefix("support2_").unwrap().open(&store.url()).await.unwrap();
    assert_eq!(support.pending().await.unwrap().len(), 5);
    support.migrate().await.unwrap();
    let room = new_room_of(&support, &["alice"]).await;
    assert_eq!(store.user(&user("alice")).await.unwrap(), None);
    assert_eq!(store.room(room).await.unwrap(), None);
    users(&*store, &["alice"]).await;
    let rows = sqlx::query("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
        .fetch_all(&store.sql().await)
        .await
        .unwrap();
    let names: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(names.iter().all(|name| name.starts_with("chat_") || name.starts_with("support2_")), "{names:?}");
}
