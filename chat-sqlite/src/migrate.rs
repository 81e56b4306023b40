//! The tables, and how they come about. Migrations are only ever appended: what was released is never changed.

use chat_core::ports::store::StoreError;
use chat_sql::{
    migration::{self, MigrateError, Migration, pending},
    tables::Tables,
};
use sqlx::{AssertSqlSafe, Row};

use crate::{SqliteStore, error::from_driver, sql::Db};

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "chat", text: include_str!("migrations/0001_chat.sql") },
    Migration { version: 2, name: "operator", text: include_str!("migrations/0002_operator.sql") },
    Migration { version: 3, name: "everyday", text: include_str!("migrations/0003_everyday.sql") },
    Migration { version: 4, name: "outbox", text: include_str!("migrations/0004_outbox.sql") },
    Migration { version: 5, name: "wallet", text: include_str!("migrations/0005_wallet.sql") },
];

const CREATE_MIGRATIONS: &str = "
CREATE TABLE IF NOT EXISTS chat_migrations (
    version    INTEGER NOT NULL PRIMARY KEY,
    name       TEXT    NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT";

const APPLIED: &str = "SELECT version, name FROM chat_migrations ORDER BY version";
const RECORD: &str = "
INSERT INTO chat_migrations (version, name, applied_at)
VALUES (?1, ?2, CAST(unixepoch('subsec') * 1000 AS INTEGER))";

impl SqliteStore {
    /// Brings the tables to this release, in one transaction. Safe to call at every start and from several processes
    /// at once: who comes second finds it done.
    ///
    /// # Errors
    /// [`SchemaError::Newer`](migration::SchemaError::Newer) where the tables are of a newer
    /// release, [`SchemaError::Foreign`](migration::SchemaError::Foreign) where they are not ours.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let mut writer = self.migrating().await?;
        let mut db = Db { connection: writer.connection(), tables: &self.shared().tables };
        let pending = pending(MIGRATIONS, &applied(&mut db).await?)?;
        if pending.is_empty() {
            return Ok(writer.rollback().await?);
        }
        sqlx::raw_sql(self.shared().tables.sql(CREATE_MIGRATIONS))
            .execute(&mut *db.connection)
            .await
            .map_err(from_driver)?;
        for migration in pending {
            sqlx::raw_sql(self.shared().tables.sql(migration.text))
                .execute(&mut *db.connection)
                .await
                .map_err(from_driver)?;
            let record = db.query(RECORD).bind(migration.version).bind(migration.name);
            db.execute(record).await.map_err(from_driver)?;
            tracing::info!(version = migration.version, name = migration.name, "the chat's tables were migrated");
        }
        Ok(writer.commit(sqlx::query("COMMIT")).await?)
    }

    /// What [`migrate`](Self::migrate) would run.
    ///
    /// # Errors
    /// [`MigrateError::Schema`], [`MigrateError::Store`].
    pub async fn pending(&self) -> Result<Vec<Migration>, MigrateError> {
        let mut reading = self.reading_schema().await?;
        Ok(pending(MIGRATIONS, &applied(&mut reading.db()).await?)?.to_vec())
    }

    /// What [`migrate`](Self::migrate) would run, as a script for whoever runs it by hand; empty where there is
    /// nothing to do. After it, `migrate` finds everything done.
    ///
    /// # Errors
    /// [`MigrateError::Schema`], [`MigrateError::Store`].
    pub async fn sql(&self) -> Result<String, MigrateError> {
        let pending = self.pending().await?;
        Ok(if pending.is_empty() { String::new() } else { script(&self.shared().tables, &pending) })
    }
}

fn script(tables: &Tables, pending: &[Migration]) -> String {
    let mut script = format!("BEGIN IMMEDIATE;\n{};\n", tables.sql(CREATE_MIGRATIONS).as_str());
    for migration in pending {
        let record = tables.sql(RECORD).as_str().replace("?1", &migration.version.to_string());
        let record = record.replace("?2", &format!("'{}'", migration.name));
        script += &format!("\n{}\n{record};\n", tables.sql(migration.text).as_str());
    }
    script + "\nCOMMIT;\n"
}

/// Says whether the tables are those of this release.
pub(crate) async fn check(db: &mut Db<'_>) -> Result<(), StoreError> {
    migration::check(MIGRATIONS, &applied(db).await?)
}

/// Versions and names of what was run.
async fn applied(db: &mut Db<'_>) -> Result<Vec<(i64, String)>, StoreError> {
    let find = sqlx::query(AssertSqlSafe("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1"));
    let find = find.bind(db.tables.sql("chat_migrations").as_str().to_owned());
    if db.row(find).await.map_err(from_driver)?.is_none() {
        return Ok(Vec::new());
    }
    let query = db.query(APPLIED);
    let rows = db.rows(query).await.map_err(from_driver)?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<sqlx::Result<_>>().map_err(from_driver)
}
