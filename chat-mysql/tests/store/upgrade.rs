//! From the tables of each earlier release, with rows in them, to those of this one.

use chat_mysql::MySqlStore;
use chat_test_databases::{Database, Kind};
use sqlx::{Connection, mysql::MySqlConnection};

use crate::stores::{execute, on_both};

on_both! {
    tables_of_every_release_are_upgraded_with_their_rows,
}

#[path = "../../../chat-sql/tests/released/version_1.rs"]
mod version_1;

/// The migrations in the order in which they were released, each with rows for the tables as they were after it.
const RELEASED: [(&str, &str, &str); 1] =
    [("chat", include_str!("../../src/migrations/0001_chat.sql"), include_str!("rows/0001.sql"))];

async fn tables_of_every_release_are_upgraded_with_their_rows(kind: Kind) {
    let Some(new) = Database::fresh(kind).await else { return };
    let known = MySqlStore::open(new.url()).await.unwrap().pending().await.unwrap();
    assert_eq!(known.len(), RELEASED.len(), "a migration has no rows to be tested with");
    for version in 1..=RELEASED.len() {
        let database = Database::fresh(kind).await.unwrap();
        let mut sql = MySqlConnection::connect(database.url()).await.unwrap();
        let migrations = "CREATE TABLE chat_migrations (version BIGINT PRIMARY KEY, name VARCHAR(64) NOT NULL,
            applied_at BIGINT NOT NULL)";
        execute(&mut sql, migrations).await.unwrap();
        for (number, (name, migration, _)) in RELEASED.iter().take(version).enumerate() {
            execute(&mut sql, migration).await.unwrap();
            let record = format!("INSERT INTO chat_migrations VALUES ({}, '{name}', 0)", number + 1);
            execute(&mut sql, &record).await.unwrap();
        }
        execute(&mut sql, RELEASED[version - 1].2).await.unwrap();
        let store = MySqlStore::open(database.url()).await.unwrap();
        assert_eq!(store.pending().await.unwrap().len(), RELEASED.len() - version);
        store.migrate().await.unwrap();
        version_1::reads_the_rows_of_version_1(&store).await;
    }
}
