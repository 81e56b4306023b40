//! Fresh stores.

use std::sync::Arc;

use chat_conformance::{Fixture, async_trait};
use chat_core::ports::store::Store;
use chat_mysql::MySqlStore;
use chat_test_databases::{Database, Kind};
use sqlx::{
    AssertSqlSafe, Connection, Executor,
    mysql::{MySqlConnection, MySqlPool, MySqlPoolOptions},
};

/// Makes a test of each function on MariaDB, and one on MySQL.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod mariadb { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $test() {
            super::$test(chat_test_databases::Kind::MariaDb).await;
        } )+ }
        mod mysql { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $test() {
            super::$test(chat_test_databases::Kind::MySql).await;
        } )+ }
    };
}
pub(crate) use on_both;

/// A migrated store, whose database goes with it.
pub(crate) struct Fresh {
    pub(crate) store: MySqlStore,
    pub(crate) database: Database,
    pool: Option<MySqlPool>,
}

#[async_trait]
impl Fixture for Fresh {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone())
    }

    async fn another_node(&self) -> Arc<dyn Store> {
        Arc::new(MySqlStore::open(self.database.url()).await.unwrap())
    }

    async fn remove(&self) {
        self.store.close().await;
        if let Some(pool) = &self.pool {
            pool.close().await;
        }
    }
}

impl Fresh {
    /// A plain connection to the same database, for what no store would do.
    pub(crate) async fn sql(&self) -> MySqlConnection {
        MySqlConnection::connect(self.database.url()).await.unwrap()
    }
}

/// Runs statements for their effect.
pub(crate) async fn execute(connection: &mut MySqlConnection, statements: &str) -> sqlx::Result<()> {
    connection.execute(sqlx::raw_sql(AssertSqlSafe(statements))).await.map(drop)
}

/// A store on connections of its own; `None` where there is no server of that kind.
pub(crate) async fn own(kind: Kind) -> Option<Fresh> {
    let database = Database::fresh(kind).await?;
    let store = MySqlStore::open(database.url()).await.unwrap();
    store.migrate().await.unwrap();
    Some(Fresh { store, database, pool: None })
}

/// A store on a pool whose sessions are as far from ours as can be.
pub(crate) async fn host(kind: Kind) -> Option<Fresh> {
    let database = Database::fresh(kind).await?;
    let pool = strange_pool(database.url()).await;
    let store = MySqlStore::from_pool(pool.clone());
    store.migrate().await.unwrap();
    Some(Fresh { store, database, pool: Some(pool) })
}

/// What an application may have set, and must find again.
pub(crate) const STRANGE: &str = "SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES', \
                                  SESSION time_zone = '+05:30', SESSION autocommit = 0, \
                                  SESSION innodb_lock_wait_timeout = 7, \
                                  SESSION sql_select_limit = 1, SESSION completion_type = 'CHAIN';\
                                  SET NAMES latin1;\
                                  SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE";

pub(crate) async fn strange_pool(url: &str) -> MySqlPool {
    MySqlPoolOptions::new()
        .max_connections(8)
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(STRANGE)).await?;
                Ok(())
            })
        })
        .connect(url)
        .await
        .unwrap()
}
