//! From the tables of each earlier release, with rows in them, to those of this one.

use chat_sqlite::SqliteStore;
use sqlx::{AssertSqlSafe, SqlitePool};

use crate::stores::url;

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

#[tokio::test]
async fn tables_of_every_release_are_upgraded_with_their_rows() {
    let known = SqliteStore::open("sqlite::memory:").await.unwrap().pending().await.unwrap();
    assert_eq!(known.len(), RELEASED.len(), "a migration has no rows to be tested with");
    for version in 1..=RELEASED.len() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(&url(&folder)).await.unwrap();
        let sql = SqlitePool::connect(&url(&folder)).await.unwrap();
        let execute = async |text: String| sqlx::raw_sql(AssertSqlSafe(text)).execute(&sql).await.unwrap();
        execute("CREATE TABLE chat_migrations (version INTEGER PRIMARY KEY, name TEXT, applied_at INTEGER)".to_owned())
            .await;
        for (number, (name, migration, rows)) in RELEASED.iter().take(version).enumerate() {
            execute((*migration).to_owned()).await;
            execute((*rows).to_owned()).await;
            execute(format!("INSERT INTO chat_migrations VALUES ({}, '{name}', 0)", number + 1)).await;
        }
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
