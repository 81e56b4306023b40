//! SQL texts, under the store's table prefix.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use sqlx::{
    AssertSqlSafe, SqlSafeStr, SqlStr, Sqlite,
    query::Query,
    sqlite::{SqliteArguments, SqliteConnection, SqliteQueryResult, SqliteRow},
};

/// The prefix that the SQL texts of this crate are written with.
pub(crate) const DEFAULT_PREFIX: &str = "chat_";

/// A statement with the values bound to it so far.
pub(crate) type Statement = Query<'static, Sqlite, SqliteArguments>;

/// The names of the tables: every text says `chat_…`, and is rewritten once where the prefix is another.
pub(crate) struct Tables {
    prefix: Box<str>,
    rewritten: RwLock<HashMap<&'static str, Arc<str>>>,
}

impl Tables {
    /// Tables under a prefix that [`SqliteOptions`](crate::SqliteOptions) has checked.
    pub(crate) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.into(), rewritten: RwLock::default() }
    }

    /// The text with the prefix of this store. Its own address space: at most one entry for each text of this crate.
    pub(crate) fn sql(&self, text: &'static str) -> SqlStr {
        if *self.prefix == *DEFAULT_PREFIX {
            return SqlStr::from_static(text);
        }
        let known = self.rewritten.read().unwrap_or_else(PoisonError::into_inner).get(text).cloned();
        let rewritten = known.unwrap_or_else(|| {
            let rewritten: Arc<str> = text.replace(DEFAULT_PREFIX, &self.prefix).into();
            self.rewritten.write().unwrap_or_else(PoisonError::into_inner).entry(text).or_insert(rewritten).clone()
        });
        // A text of this crate and a prefix of `[a-z][a-z0-9_]*`: nothing in it comes from a user.
        AssertSqlSafe(rewritten).into_sql_str()
    }

    /// The statement of that text, prepared once on each connection.
    pub(crate) fn query(&self, text: &'static str) -> Statement {
        sqlx::query(self.sql(text))
    }
}

/// A connection, and the names of the tables on it.
pub(crate) struct Db<'c> {
    pub(crate) connection: &'c mut SqliteConnection,
    pub(crate) tables: &'c Tables,
}

impl Db<'_> {
    /// The statement of that text.
    pub(crate) fn query(&self, text: &'static str) -> Statement {
        self.tables.query(text)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_prefix_stands_wherever_a_text_names_a_table() {
        let text = "SELECT * FROM chat_rooms JOIN chat_members";
        assert_eq!(Tables::new("chat_").sql(text).as_str(), text);
        let tables = Tables::new("x1_");
        assert_eq!(tables.sql(text).as_str(), "SELECT * FROM x1_rooms JOIN x1_members");
        assert_eq!(tables.sql(text).as_str(), "SELECT * FROM x1_rooms JOIN x1_members");
    }
}
