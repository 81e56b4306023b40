//! The tables, and how they come about. Migrations are only ever appended: what was released is never changed.

use chat_core::ports::store::StoreError;
use sqlx::{AssertSqlSafe, Row};

use crate::{
    SqliteStore,
    error::from_driver,
    sql::{Db, Tables},
};

/// One step of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// 1, 2, 3 … in the order in which they run.
    pub version: i64,
    /// What it is called.
    pub name: &'static str,
    text: &'static str,
}

const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, name: "chat", text: include_str!("migrations/0001_chat.sql") }];

/// The tables are not those of this release.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// They are missing or older.
    #[error("the chat's tables are at version {found}, this release needs {needed}: run the migrations")]
    Behind {
        /// The version they are at, 0 where there are none.
        found: i64,
        /// The version of this release.
        needed: i64,
    },
    /// A newer release has changed them.
    #[error("the chat's tables are at version {found}, newer than this release, which knows {known}")]
    Newer {
        /// The version they are at.
        found: i64,
        /// The version of this release.
        known: i64,
    },
    /// The list of what was run is not that of any release.
    #[error("the chat's migration {version} is recorded as {found:?}, which this release does not know")]
    Foreign {
        /// Where the list departs.
        version: i64,
        /// What stands there.
        found: String,
    },
}

/// Why migrations could not be run or listed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The tables are not of an older release.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// The store failed.
    #[error("the migrations could not be run")]
    Store(#[from] StoreError),
}

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
    /// at once: who comes second finds it done. Errors: [`SchemaError::Newer`] where the tables are of a newer
    /// release, [`SchemaError::Foreign`] where they are not ours.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let mut writer = self.migrating().await?;
        let mut db = Db { connection: writer.connection(), tables: &self.shared().tables };
        let pending = pending(&applied(&mut db).await?)?;
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
    pub async fn pending(&self) -> Result<Vec<Migration>, MigrateError> {
        let mut reading = self.reading_schema().await?;
        Ok(pending(&applied(&mut reading.db()).await?)?.to_vec())
    }

    /// What [`migrate`](Self::migrate) would run, as a script for whoever runs it by hand; empty where there is
    /// nothing to do. After it, `migrate` finds everything done.
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
    let unavailable = |error: SchemaError| StoreError::Unavailable(Box::new(error));
    let applied = applied(db).await?;
    let pending = pending(&applied).map_err(unavailable)?;
    if pending.is_empty() {
        return Ok(());
    }
    let found = applied.last().map_or(0, |(version, _)| *version);
    Err(unavailable(SchemaError::Behind { found, needed: newest() }))
}

fn newest() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
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

/// What is left to run after `applied`.
fn pending(applied: &[(i64, String)]) -> Result<&'static [Migration], SchemaError> {
    for (index, (version, name)) in applied.iter().enumerate() {
        match MIGRATIONS.get(index) {
            None => {
                let found = applied.last().map_or(*version, |(last, _)| *last);
                return Err(SchemaError::Newer { found, known: newest() });
            }
            Some(known) if known.version != *version || known.name != name => {
                return Err(SchemaError::Foreign { version: *version, found: name.clone() });
            }
            Some(_) => {}
        }
    }
    Ok(MIGRATIONS.get(applied.len()..).unwrap_or_default())
}
