//! The one who makes and drops databases: a thread with a connection of its own, so that a database can be
//! dropped from anywhere, also while a test panics or its runtime ends.
//!
//! The connection holds a lock for each database, by the database's name, from before it exists until after it
//! is gone. The server lets go of the locks when the process ends, in whatever way; so a database whose lock is
//! free has lost its owner, and [`sweep`] drops it.

use std::sync::mpsc as blocking;

use chat_test_database_servers::Kind;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{ConnectOptions, Row};
use tokio::sync::{mpsc, oneshot};

use crate::name::Name;
use crate::urls::AdminUrl;

/// MySQL's number of "no such thread".
const UNKNOWN_CONNECTION: u16 = 1094;

enum Order {
    Create {
        password: String,
        done: oneshot::Sender<Result<Name, sqlx::Error>>,
    },
    AddUser {
        name: Name,
        user: String,
        password: String,
        privileges: String,
        done: oneshot::Sender<Result<(), sqlx::Error>>,
    },
    Drop {
        name: Name,
        done: blocking::Sender<Result<(), sqlx::Error>>,
    },
}

/// A handle on the thread, which lives as long as any of them.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    orders: mpsc::UnboundedSender<Order>,
}

impl Keeper {
    /// Connects, refuses a server of another kind, and sweeps.
    pub(crate) async fn start(kind: Kind, url: &AdminUrl) -> Result<Self, String> {
        let (orders, taken) = mpsc::unbounded_channel();
        let (tell, told) = oneshot::channel();
        let options = url.server().parse::<MySqlConnectOptions>().map_err(|error| error.to_string())?;
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime of one thread").block_on(keep(kind, options, tell, taken));
        });
        told.await.expect("the keeper says how it began")?;
        Ok(Self { orders })
    }

    /// An empty database, and a user of the same name with all rights on it.
    pub(crate) async fn create(&self, password: String) -> Result<Name, sqlx::Error> {
        let (done, created) = oneshot::channel();
        self.order(Order::Create { password, done });
        created.await.expect("the keeper answers every order")
    }

    /// A further user with these rights on the database. Dropped with it.
    pub(crate) async fn add_user(
        &self,
        name: &Name,
        user: String,
        password: String,
        privileges: String,
    ) -> Result<(), sqlx::Error> {
        let (done, added) = oneshot::channel();
        self.order(Order::AddUser { name: name.clone(), user, password, privileges, done });
        added.await.expect("the keeper answers every order")
    }

    /// Ends the database's connections, drops it and its users, and waits until that is done.
    pub(crate) fn drop_database(&self, name: Name) -> Result<(), sqlx::Error> {
        let (done, dropped) = blocking::channel();
        self.order(Order::Drop { name, done });
        dropped.recv().expect("the keeper answers every order")
    }

    fn order(&self, order: Order) {
        assert!(self.orders.send(order).is_ok(), "the keeper works as long as it has a handle");
    }
}

async fn keep(
    kind: Kind,
    options: MySqlConnectOptions,
    tell: oneshot::Sender<Result<(), String>>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let mut connection = match begin(kind, &options).await {
        Ok(connection) => connection,
        Err(why) => {
            // Whoever asked may have given up; then nobody needs to know.
            let _ = tell.send(Err(why));
            return;
        }
    };
    let _ = tell.send(Ok(()));
    while let Some(order) = orders.recv().await {
        match order {
            Order::Create { password, done } => {
                let created = create(&mut connection, &password).await;
                if let Err(Ok(orphan)) = done.send(created) {
                    // Nobody waits any more. What fails here, a sweep mends.
                    let _ = drop_database(&mut connection, &orphan).await;
                }
            }
            Order::AddUser { name, user, password, privileges, done } => {
                let _ = done.send(add_user(&mut connection, &name, &user, &password, &privileges).await);
            }
            Order::Drop { name, done } => {
                let _ = done.send(drop_database(&mut connection, &name).await);
            }
        }
    }
}

async fn begin(kind: Kind, options: &MySqlConnectOptions) -> Result<MySqlConnection, String> {
    let mut connection = options.connect().await.map_err(|error| format!("{kind} does not answer: {error}"))?;
    let row = sqlx::query("SELECT VERSION()").fetch_one(&mut connection).await.map_err(|error| error.to_string())?;
    let version: String = row.get(0);
    if version.contains("MariaDB") != (kind == Kind::MariaDb) {
        return Err(format!("{} names no {kind} but {version}", kind.variable()));
    }
    // Of a test that takes long, and of one that left a lock behind.
    run(&mut connection, "SET SESSION wait_timeout = 86400, lock_wait_timeout = 60")
        .await
        .map_err(|error| error.to_string())?;
    sweep(&mut connection).await.map_err(|error| format!("sweeping the databases of killed tests: {error}"))?;
    Ok(connection)
}

/// Drops the databases whose owners are gone.
async fn sweep(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    let rows = sqlx::query(
        "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA
         WHERE SCHEMA_NAME LIKE ? AND IS_FREE_LOCK(SCHEMA_NAME)",
    )
    .bind(Name::any())
    .fetch_all(&mut *connection)
    .await?;
    for name in rows.iter().filter_map(|row| Name::parse(&row.get::<String, _>(0))) {
        // Another sweeper may be at it.
        if lock(connection, &name).await? {
            drop_database(connection, &name).await?;
        }
    }
    Ok(())
}

async fn create(connection: &mut MySqlConnection, password: &str) -> Result<Name, sqlx::Error> {
    let name = Name::fresh();
    if !lock(connection, &name).await? {
        return Err(sqlx::Error::Protocol(format!("somebody else has the lock of {name}")));
    }
    // A collation that takes letters for alike, as databases of hosts have it: what the chat compares byte by
    // byte has to say so itself.
    run(connection, &format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")).await?;
    add_user(connection, &name, name.as_str(), password, "ALL").await?;
    Ok(name)
}

async fn add_user(
    connection: &mut MySqlConnection,
    name: &Name,
    user: &str,
    password: &str,
    privileges: &str,
) -> Result<(), sqlx::Error> {
    run(connection, &format!("CREATE USER '{user}'@'%' IDENTIFIED BY '{password}'")).await?;
    run(connection, &format!("GRANT {privileges} ON `{}`.* TO '{user}'@'%'", name.pattern())).await
}

/// Users first: as long as the database is there, a sweep finds what is left.
async fn drop_database(connection: &mut MySqlConnection, name: &Name) -> Result<(), sqlx::Error> {
    let users = format!("{}%", name.pattern());
    let rows =
        sqlx::query("SELECT User FROM mysql.user WHERE User LIKE ?").bind(&users).fetch_all(&mut *connection).await?;
    for user in rows.iter().map(|row| row.get::<String, _>(0)) {
        run(connection, &format!("DROP USER '{user}'@'%'")).await?;
    }
    // A transaction that a test left open would keep the database from being dropped.
    for id in connections(connection, name).await? {
        match run(connection, &format!("KILL {id}")).await {
            Err(error) if number(&error) == Some(UNKNOWN_CONNECTION) => {}
            other => other?,
        }
    }
    run(connection, &format!("DROP DATABASE {name}")).await?;
    sqlx::query("SELECT RELEASE_LOCK(?)").bind(name.as_str()).execute(connection).await.map(drop)
}

/// The connections of the database's users, and whoever else is in it. By SHOW, since MySQL's
/// information_schema.PROCESSLIST fails while anybody's statement has a character beyond three bytes in it.
async fn connections(connection: &mut MySqlConnection, name: &Name) -> Result<Vec<u64>, sqlx::Error> {
    let rows = sqlx::raw_sql("SHOW PROCESSLIST").fetch_all(connection).await?;
    let mut found = Vec::new();
    for row in rows {
        let (user, database): (String, Option<String>) = (row.try_get("User")?, row.try_get("db")?);
        if database.as_deref() == Some(name.as_str()) || user.starts_with(name.as_str()) {
            let id = row.try_get::<u64, _>("Id").or_else(|_| row.try_get::<i64, _>("Id").map(i64::unsigned_abs))?;
            found.push(id);
        }
    }
    Ok(found)
}

async fn lock(connection: &mut MySqlConnection, name: &Name) -> Result<bool, sqlx::Error> {
    let row = sqlx::query("SELECT GET_LOCK(?, 0)").bind(name.as_str()).fetch_one(connection).await?;
    Ok(row.try_get::<Option<i64>, _>(0)? == Some(1))
}

/// As text: not every one of these statements can be prepared.
async fn run(connection: &mut MySqlConnection, statement: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(connection).await.map(drop)
}

fn number(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()?;
    Some(error.number())
}
