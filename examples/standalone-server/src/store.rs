//! The store that the operator named, of whichever kind.

use std::sync::Arc;

use chat_core::ports::store::Store;
use chat_mysql::{MySqlOptions, MySqlStore};
use chat_sqlite::{SqliteOptions, SqliteStore};

use crate::{failure::Failure, options::Options};

/// A store of one of the kinds that the server knows.
pub(crate) enum ServerStore {
    Sqlite(SqliteStore),
    MySql(MySqlStore),
}

impl ServerStore {
    /// Opens the store that the URL names, and brings its tables to this release.
    pub(crate) async fn open(url: &str, options: &Options) -> Result<Self, Failure> {
        match scheme(url) {
            Some("sqlite") => {
                let store = sqlite(options)?.open(url).await.map_err(Failure::OpenSqlite)?;
                store.migrate().await?;
                Ok(Self::Sqlite(store))
            }
            Some("mysql" | "mariadb") => {
                let store = mysql(options)?.open(url).await.map_err(Failure::OpenMySql)?;
                store.migrate().await?;
                Ok(Self::MySql(store))
            }
            Some(other) => Err(Failure::Scheme(other.to_owned())),
            None => Err(Failure::NoDatabaseUrl),
        }
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match self {
            Self::Sqlite(store) => Arc::new(store.clone()),
            Self::MySql(store) => Arc::new(store.clone()),
        }
    }

    /// Whether other servers may be on it, too.
    pub(crate) const fn is_shared(&self) -> bool {
        matches!(self, Self::MySql(_))
    }

    /// Waits for what is under way, then closes it.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::MySql(store) => store.close().await,
        }
    }
}

/// What stands before the first colon, where it can be a scheme: in anything else there may be a secret.
fn scheme(url: &str) -> Option<&str> {
    let (scheme, _) = url.split_once(':')?;
    scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)).then_some(scheme)
}

fn sqlite(options: &Options) -> Result<SqliteOptions, Failure> {
    let prefix = &options.table_prefix;
    let chosen = SqliteOptions::default().table_prefix(prefix).map_err(|_| Failure::TablePrefix(prefix.clone()))?;
    Ok(match options.database_connections {
        Some(count) => chosen.readers(count),
        None => chosen,
    })
}

fn mysql(options: &Options) -> Result<MySqlOptions, Failure> {
    let prefix = &options.table_prefix;
    let chosen = MySqlOptions::default().table_prefix(prefix).map_err(|_| Failure::TablePrefix(prefix.clone()))?;
    Ok(match options.database_connections {
        Some(count) => chosen.max_connections(count),
        None => chosen,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_told_and_nothing_else_of_a_url() {
        assert_eq!(scheme("mysql://chat:secret@localhost/chat"), Some("mysql"));
        assert_eq!(scheme("sqlite::memory:"), Some("sqlite"));
        assert_eq!(scheme("localhost/chat?password=secret:1"), None);
        assert_eq!(scheme("secret"), None);
    }
}
