//! The tables, and how they come about. Migrations are only ever appended: what was released is never changed.
//!
//! MySQL commits with every statement that defines something, so that a migration can be cut off between two of them.
//! Therefore each statement of a migration can be run again, and the migration is recorded after its last one.

use std::time::Duration;

use chat_core::ports::store::StoreError;
use chat_sql::{
    migration::{self, MigrateError, Migration, pending},
    row::Columns,
    tables::Tables,
};

use crate::{
    MySqlStore,
    connection::{Failure, Lease, Then},
    error::is_denied,
    literal::{Value, statement},
    store::last,
    version::Server,
};

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "chat", text: include_str!("migrations/0001_chat.sql") },
    Migration { version: 2, name: "operator", text: include_str!("migrations/0002_operator.sql") },
    Migration { version: 3, name: "everyday", text: include_str!("migrations/0003_everyday.sql") },
    Migration { version: 4, name: "outbox", text: include_str!("migrations/0004_outbox.sql") },
    Migration { version: 5, name: "wallet", text: include_str!("migrations/0005_wallet.sql") },
];

const CREATE_MIGRATIONS: &str = "
CREATE TABLE IF NOT EXISTS chat_migrations (
    version    BIGINT      NOT NULL PRIMARY KEY,
    name       VARCHAR(64) NOT NULL,
    applied_at BIGINT      NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin";

const IS_THERE: &str =
    "SELECT COUNT(*) AS there FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
const APPLIED: &str = "SELECT version, name FROM chat_migrations ORDER BY version";
const RECORD: &str = "
INSERT INTO chat_migrations (version, name, applied_at)
VALUES (?, ?, CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED))";

/// One at a time migrates the tables of this database and prefix; the server forgets the lock with the connection.
const LOCK: &str = "SELECT GET_LOCK(CONCAT('chat:', SHA2(CONCAT(DATABASE(), '.', ?), 224)), 60) AS locked";
const UNLOCK: &str = "DO RELEASE_LOCK(CONCAT('chat:', SHA2(CONCAT(DATABASE(), '.', ?), 224)))";

/// How long one statement of a migration may take: some have to write a large table anew.
const A_LONG_MIGRATION: Duration = Duration::from_secs(24 * 60 * 60);

/// Somebody else has been migrating the same tables for a minute.
#[derive(Debug, thiserror::Error)]
#[error("another process has been migrating the same tables for a minute")]
struct Locked;

impl MySqlStore {
    /// Brings the tables to this release. Safe to call at every start and from several nodes at once: who comes second
    /// waits, and finds it done. What was cut off is taken up where it stopped.
    ///
    /// # Errors
    /// `Schema` with [`SchemaError::Newer`](migration::SchemaError::Newer) where the tables are of a newer release, or
    /// [`SchemaError::Foreign`](migration::SchemaError::Foreign) where they are not ours; `Rights` where the user may
    /// not create or alter tables: then let [`sql`](Self::sql) be run by one who may.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let tables = &self.shared().tables;
        let mut lease = self.shared().connections.lease().await?.patient(A_LONG_MIGRATION);
        let prefix = [Value::Ascii(tables.prefix())];
        let locked = last(lease.run(&statement(tables, LOCK, &prefix), Then::More).await.map_err(refused)?);
        let is_locked = locked.rows.first().map(|row| Columns::new(row, "migrations", &[]).integer_if_any("locked"));
        if !matches!(is_locked, Some(Ok(Some(1)))) {
            return Err(StoreError::Unavailable(Box::new(Locked)).into());
        }
        for migration in pending(MIGRATIONS, &applied(&mut lease, tables, Then::More).await?)? {
            for statement in steps(tables, migration) {
                lease.run(&statement, Then::More).await.map_err(refused)?;
            }
            tracing::info!(version = migration.version, name = migration.name, "the chat's tables were migrated");
        }
        lease.run(&statement(tables, UNLOCK, &prefix), Then::Done).await.map_err(refused)?;
        Ok(())
    }

    /// What [`migrate`](Self::migrate) would run.
    ///
    /// # Errors
    /// [`MigrateError::Schema`], [`MigrateError::Store`].
    pub async fn pending(&self) -> Result<Vec<Migration>, MigrateError> {
        let mut lease = self.shared().connections.lease().await?;
        Ok(pending(MIGRATIONS, &applied(&mut lease, &self.shared().tables, Then::Done).await?)?.to_vec())
    }

    /// What [`migrate`](Self::migrate) would run, as a script for whoever runs it by hand; empty where there is
    /// nothing to do. After it, `migrate` finds everything done.
    ///
    /// # Errors
    /// [`MigrateError::Schema`], [`MigrateError::Store`].
    pub async fn sql(&self) -> Result<String, MigrateError> {
        let tables = &self.shared().tables;
        let statements =
            self.pending().await?.iter().flat_map(|migration| steps(tables, migration)).collect::<Vec<_>>();
        Ok(statements.into_iter().map(|statement| statement + ";\n\n").collect())
    }
}

/// The statements of a migration, its record included.
fn steps(tables: &Tables, migration: &Migration) -> Vec<String> {
    let text = tables.sql(migration.text);
    let mut steps = vec![statement(tables, CREATE_MIGRATIONS, &[])];
    steps.extend(text.as_str().split(";\n").map(str::trim).filter(|step| !step.is_empty()).map(str::to_owned));
    steps.push(statement(tables, RECORD, &[migration.version.into(), Value::Ascii(migration.name)]));
    steps
}

/// The server, where it and the tables are those that this release needs.
pub(crate) async fn check(lease: &mut Lease, tables: &Tables) -> Result<Server, StoreError> {
    let version = last(lease.run("SELECT VERSION() AS version", Then::Done).await?);
    let version = version.rows.first().map_or(Ok(""), |row| Columns::new(row, "server", &[]).text("version"))?;
    let server = Server::of(version).map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    migration::check(MIGRATIONS, &applied(lease, tables, Then::Done).await?)?;
    Ok(server)
}

/// Versions and names of what was run.
async fn applied(lease: &mut Lease, tables: &Tables, then: Then) -> Result<Vec<(i64, String)>, StoreError> {
    let name = tables.sql("chat_migrations");
    let there = last(lease.run(&statement(tables, IS_THERE, &[Value::Ascii(name.as_str())]), Then::More).await?);
    let there = there.rows.first().map_or(Ok(0), |row| Columns::new(row, "tables", &[]).integer("there"))?;
    if there == 0 {
        lease.run("DO 0", then).await?;
        return Ok(Vec::new());
    }
    let rows = last(lease.run(&statement(tables, APPLIED, &[]), then).await?).rows;
    let applied = |row| {
        let columns = Columns::new(row, "migrations", &["version"]);
        Ok((columns.integer("version")?, columns.text("name")?.to_owned()))
    };
    rows.iter().map(applied).collect()
}

fn refused(failure: Failure) -> MigrateError {
    if is_denied(&failure.error) {
        return MigrateError::Rights(Box::new(failure.error));
    }
    MigrateError::Store(failure.into())
}
