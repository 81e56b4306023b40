//! All that a store keeps, column by column, as bytes.

use chat_tests::Server;
use sqlx::{AssertSqlSafe, Connection, MySqlConnection, SqliteConnection};

/// A column of a table with all that stands in it.
pub(crate) struct Column {
    /// `table.column`.
    pub(crate) name: String,
    pub(crate) values: Vec<Vec<u8>>,
}

enum Database {
    Sqlite(SqliteConnection),
    MySql(MySqlConnection),
}

impl Database {
    async fn of(server: &Server) -> Self {
        let url = server.database_url();
        if url.starts_with("sqlite:") {
            return Self::Sqlite(SqliteConnection::connect(url).await.expect("the server's file"));
        }
        Self::MySql(MySqlConnection::connect(url).await.expect("the server's database"))
    }

    /// The first column of what a statement yields, as text.
    async fn texts(&mut self, sql: &str) -> Vec<Option<String>> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
            Self::MySql(connection) => sqlx::query_scalar(sql).fetch_all(connection).await,
        }
        .expect("rows")
    }
}

/// Every column of every table.
pub(crate) async fn columns(server: &Server) -> Vec<Column> {
    let mut database = Database::of(server).await;
    let names = match database {
        Database::Sqlite(_) => {
            "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table'"
        }
        Database::MySql(_) => {
            "SELECT CAST(CONCAT(table_name, '.', column_name) AS CHAR) FROM information_schema.columns \
             WHERE table_schema = DATABASE()"
        }
    };
    let mut columns = Vec::new();
    for name in database.texts(names).await.into_iter().flatten() {
        let (table, column) = name.split_once('.').expect("a table and a column");
        let values = match database {
            Database::Sqlite(_) => format!("SELECT hex(CAST(\"{column}\" AS BLOB)) FROM \"{table}\""),
            Database::MySql(_) => format!("SELECT CAST(HEX(CAST(`{column}` AS BINARY)) AS CHAR) FROM `{table}`"),
        };
        let values = database.texts(&values).await.into_iter().flatten().map(|hex| unhexed(&hex)).collect();
        columns.push(Column { name, values });
    }
    columns
}

/// Gives a table another name.
pub(crate) async fn rename(server: &Server, from: &str, to: &str) {
    let sql = format!("ALTER TABLE {from} RENAME TO {to}");
    match Database::of(server).await {
        Database::Sqlite(mut connection) => sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.map(drop),
        Database::MySql(mut connection) => sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.map(drop),
    }
    .expect("a table with another name");
}

fn unhexed(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    digits.map(|pair| u8::from_str_radix(pair, 16).expect("hexadecimal digits")).collect()
}
