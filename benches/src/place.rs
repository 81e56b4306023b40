//! A fresh database, and a store on it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use chat_core::{Chat, ChatBuilder, Secrets, ports::store::Store};
use chat_mysql::MySqlStore;
use chat_sqlite::SqliteStore;
use chat_test_databases::{self as databases, Database};
use clap::ValueEnum;
use serde::Serialize;
use sqlx::{
    ConnectOptions, Row,
    mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions},
};
use tempfile::TempDir;

use crate::{Failure, town::Town};

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
pub(crate) enum Kind {
    #[value(name = "mariadb")]
    MariaDb,
    #[value(name = "mysql")]
    MySql,
    #[value(name = "sqlite")]
    Sqlite,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MariaDb => "MariaDB",
            Self::MySql => "MySQL",
            Self::Sqlite => "SQLite",
        })
    }
}

/// A fresh database with the chat's tables in it. It goes when this is dropped.
pub(crate) struct Place {
    opened: Opened,
    secrets: Secrets,
    towns: AtomicU32,
}

enum Opened {
    Server(MySqlStore, Database),
    File(SqliteStore, TempDir),
}

impl Place {
    /// A place; `None` where there is no such server.
    pub(crate) async fn fresh(kind: Kind) -> Result<Option<Self>, Failure> {
        let kind = match kind {
            Kind::MariaDb => databases::Kind::MariaDb,
            Kind::MySql => databases::Kind::MySql,
            Kind::Sqlite => return Ok(Some(Self::of(Self::file().await?)?)),
        };
        let Some(database) = Database::fresh(kind).await else { return Ok(None) };
        let store = MySqlStore::open(database.url()).await?;
        store.migrate().await?;
        Ok(Some(Self::of(Opened::Server(store, database))?))
    }

    async fn file() -> Result<Opened, Failure> {
        let folder = TempDir::with_prefix("chat-bench-")?;
        let store = SqliteStore::open(&format!("sqlite:{}", folder.path().join("chat.db").display())).await?;
        store.migrate().await?;
        Ok(Opened::File(store, folder))
    }

    fn of(opened: Opened) -> Result<Self, Failure> {
        Ok(Self { opened, secrets: Secrets::random()?, towns: AtomicU32::new(0) })
    }

    /// The store.
    pub(crate) fn store(&self) -> Arc<dyn Store> {
        match &self.opened {
            Opened::Server(store, _) => Arc::new(store.clone()),
            Opened::File(store, _) => Arc::new(store.clone()),
        }
    }

    /// A chat on the store. Passwords cost as little as they can: they are not what is measured.
    pub(crate) async fn chat(&self) -> Result<Chat, Failure> {
        self.chat_at(4).await
    }

    /// The same with passwords at this cost.
    pub(crate) async fn chat_at(&self, cost: u32) -> Result<Chat, Failure> {
        Ok(self.builder(cost).build().await?)
    }

    /// A chat that is not yet put together.
    pub(crate) fn builder(&self, cost: u32) -> ChatBuilder {
        Chat::builder_on(self.store()).secrets(self.secrets.clone()).password_cost(cost).guess_limits(None)
    }

    /// A town that nobody else knows.
    pub(crate) async fn town(&self, rooms: usize) -> Result<Town, Failure> {
        let number = self.towns.fetch_add(1, Ordering::Relaxed);
        Town::build(self.store().as_ref(), &format!("town{number}"), rooms).await
    }

    /// Connections past the store, as an application of its own would have them.
    pub(crate) async fn pool(&self, connections: u32) -> Result<MySqlPool, Failure> {
        let Opened::Server(_, database) = &self.opened else { return Err("a file has no connections".into()) };
        let options: MySqlConnectOptions = database.url().parse()?;
        let options = options.disable_statement_logging();
        let all = MySqlPoolOptions::new().min_connections(connections).max_connections(connections);
        Ok(all.connect_with(options).await?)
    }

    /// What it is, in words, once it is known to write durably.
    pub(crate) async fn describe(&self) -> Result<String, Failure> {
        if let Opened::File(..) = self.opened {
            return Ok("SQLite, synchronous = FULL, in a file".to_owned());
        }
        let pool = self.pool(1).await?;
        let row =
            sqlx::query("SELECT VERSION(), CAST(@@innodb_flush_log_at_trx_commit AS CHAR)").fetch_one(&pool).await?;
        let (version, flush): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        pool.close().await;
        if flush != "1" {
            return Err(format!(
                "{version} acknowledges what it has not written: innodb_flush_log_at_trx_commit={flush}"
            )
            .into());
        }
        Ok(format!("{version}, innodb_flush_log_at_trx_commit=1"))
    }

    /// Closes its connections, and drops it.
    pub(crate) async fn close(self) {
        match self.opened {
            Opened::Server(store, database) => {
                store.close().await;
                drop(database);
            }
            Opened::File(store, folder) => {
                store.close().await;
                drop(folder);
            }
        }
    }
}
