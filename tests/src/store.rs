//! The stores on which a server under test keeps everything.

use std::fmt;
use std::str::FromStr;

use chat_test_databases::{Database, Kind};

/// The variable that names the store of every server that does not ask for one: `sqlite` (the default), `mariadb` or
/// `mysql`.
pub const STORE: &str = "CHAT_TEST_STORE";

/// A kind of store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// A file in the server's folder. It is always there.
    Sqlite,
    /// A database of the test's own on MariaDB or MySQL, where there is one.
    Database(Kind),
}

impl StoreKind {
    /// What [`STORE`] says.
    ///
    /// # Panics
    /// When it names no store.
    pub(crate) fn chosen() -> Self {
        let name = std::env::var(STORE).unwrap_or_default();
        if name.is_empty() {
            return Self::Sqlite;
        }
        name.parse().unwrap_or_else(|error| panic!("{STORE}: {error}"))
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite => f.write_str("SQLite"),
            Self::Database(kind) => kind.fmt(f),
        }
    }
}

impl FromStr for StoreKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "sqlite" => Ok(Self::Sqlite),
            other => other.parse().map(Self::Database).map_err(|error| format!("{error} or sqlite")),
        }
    }
}

/// Where one server keeps everything. What is the test's own goes with it.
pub(crate) enum Kept {
    /// In a file of its folder.
    InFolder,
    /// In a fresh database.
    In(Database),
    /// Where the test says, who cares for it.
    At(String),
}

impl Kept {
    /// A fresh place; `None` where there is no database of that kind.
    pub(crate) async fn fresh(kind: StoreKind) -> Option<Self> {
        match kind {
            StoreKind::Sqlite => Some(Self::InFolder),
            StoreKind::Database(kind) => Database::fresh(kind).await.map(Self::In),
        }
    }
}

/// Runs a test that takes a [`Server`](crate::Server) on each store, as `name::on_sqlite`, `name::on_mariadb` and
/// `name::on_mysql`. Where there is no such database the test says so and passes, unless it is required.
#[macro_export]
macro_rules! on_each_store {
    ($name:ident) => {
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                let server = $crate::Server::on($crate::StoreKind::Sqlite).await;
                super::$name(server.expect("SQLite is always there")).await;
            }

            #[tokio::test]
            async fn on_mariadb() {
                if let Some(server) = $crate::Server::on($crate::StoreKind::Database($crate::Kind::MariaDb)).await {
                    super::$name(server).await;
                }
            }

            #[tokio::test]
            async fn on_mysql() {
                if let Some(server) = $crate::Server::on($crate::StoreKind::Database($crate::Kind::MySql)).await {
                    super::$name(server).await;
                }
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_known_by_its_name() {
        assert_eq!("sqlite".parse(), Ok(StoreKind::Sqlite));
        assert_eq!("mysql".parse(), Ok(StoreKind::Database(Kind::MySql)));
        assert!("postgres".parse::<StoreKind>().is_err_and(|error| error.contains("postgres")));
    }
}
