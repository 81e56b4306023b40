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
#[path = "../../../chat-sql/tests/released/version_2.rs"]
mod version_2;
#[path = "../../../chat-sql/tests/released/version_3.rs"]
mod version_3;
#[path = "../../../chat-sql/tests/released/version_4.rs"]
mod version_4;
#[path = "../../../chat-sql/tests/released/version_5.rs"]
mod version_5;

/// The migrations in the order in which they were released, each with rows for the tables that came with it.
const RELEASED: [(&str, &str, &str); 5] = [
    ("chat", include_str!("../../src/migrations/0001_chat.sql"), include_str!("rows/0001.sql")),
    ("operator", include_str!("../../src/migrations/0002_operator.sql"), include_str!("rows/0002.sql")),
    ("everyday", include_str!("../../src/migrations/0003_everyday.sql"), include_str!("rows/0003.sql")),
    ("outbox", include_str!("../../src/migrations/0004_outbox.sql"), include_str!("rows/0004.sql")),
    ("wallet", include_str!("../../src/migrations/0005_wallet.sql"), include_str!("rows/0005.sql")),
];

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
        for (number, (name, migration, rows)) in RELEASED.iter().take(version).enumerate() {
            execute(&mut sql, migration).await.unwrap();
            execute(&mut sql, rows).await.unwrap();
            let record = format!("INSERT INTO chat_migrations VALUES ({}, '{name}', 0)", number + 1);
            execute(&mut sql, &record).await.unwrap();
        }
        let store = MySqlStore::open(database.url()).await.unwrap();
        assert_eq!(store.pending().await.unwrap().len(), RELEASED.len() - version);
        store.migrate().await.unwrap();
        version_1::reads_the_rows_of_version_1(&store).await;
        if 2 <= version {
            version_2::reads_the_rows_of_version_2(&store).await;
        }
        if 3 <= version {
            version_3::reads_the_rows_of_version_3(&store).await;
        }
        if 4 <= version {
            version_4::reads_the_rows_of_version_4(&store).await;
        }
        if 5 <= version {
            version_5::reads_the_rows_of_version_5(&store).await;
        }
    }
}
