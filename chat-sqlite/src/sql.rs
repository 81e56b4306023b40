//! SQL statements, under the store's table prefix.

use chat_sql::tables::Tables;
use sqlx::{
    Sqlite,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnection, SqliteQueryResult, SqliteRow},
};

/// A statement with the values bound to it so far.
pub(crate) type Statement = Query<'static, Sqlite, SqliteArguments>;

/// The statement of that text, prepared once on each connection.
pub(crate) fn query(tables: &Tables, text: &'static str) -> Statement {
    sqlx::query(tables.sql(text))
}

/// A connection, and the names of the tables on it.
pub(crate) struct Db<'c> {
    pub(crate) connection: &'c mut SqliteConnection,
    pub(crate) tables: &'c Tables,
}

impl Db<'_> {
    /// The statement of that text.
    pub(crate) fn query(&self, text: &'static str) -> Statement {
        query(self.tables, text)
    }

    /// The first row, if any.
    pub(crate) async fn row(&mut self, statement: Statement) -> sqlx::Result<Option<SqliteRow>> {
        statement.fetch_optional(&mut *self.connection).await
    }

    /// All rows.
    pub(crate) async fn rows(&mut self, statement: Statement) -> sqlx::Result<Vec<SqliteRow>> {
        statement.fetch_all(&mut *self.connection).await
    }

    /// Runs it for its effect, and says how many rows it wrote.
    pub(crate) async fn execute(&mut self, statement: Statement) -> sqlx::Result<u64> {
        statement.execute(&mut *self.connection).await.map(|done: SqliteQueryResult| done.rows_affected())
    }
}
