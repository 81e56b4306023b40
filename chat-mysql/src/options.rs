//! How a store is opened.

use std::{io, net::IpAddr, num::NonZeroU32, str::FromStr, sync::Arc, time::Duration};

use chat_sql::tables::{DEFAULT_PREFIX, is_prefix};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, Row,
    mysql::{MySqlConnectOptions, MySqlConnection, MySqlPool, MySqlPoolOptions, MySqlSslMode},
};
use tokio::time::timeout;

use crate::{
    MySqlStore,
    connection::{Connections, SQL_MODE, Suspicion},
    error::{is_denied, number},
    version::{Server, TooOld},
};

/// What can be chosen when a store is opened.
///
/// ```
/// use std::{num::NonZeroU32, time::Duration};
///
/// use chat_mysql::{MySqlOptions, MySqlStore, OpenError};
///
/// async fn open(url: &str) -> Result<MySqlStore, OpenError> {
///     let count = NonZeroU32::new(32).unwrap_or(NonZeroU32::MIN);
///     MySqlOptions::default().table_prefix("talk_")?.max_connections(count).lock_timeout(Duration::from_secs(5)).open(url).await
/// }
/// ```
#[derive(Clone, Debug)]
pub struct MySqlOptions {
    prefix: String,
    connections: u32,
    acquire: Duration,
    lock_wait: Duration,
    answer: Duration,
}

impl Default for MySqlOptions {
    fn default() -> Self {
        Self {
            prefix: DEFAULT_PREFIX.to_owned(),
            connections: 16,
            acquire: Duration::from_millis(1_500),
            lock_wait: Duration::from_secs(1),
            answer: Duration::from_secs(10),
        }
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not `mysql://USER:PASSWORD@HOST:PORT/DATABASE`.
    #[error("the database's URL is not mysql://USER:PASSWORD@HOST:PORT/DATABASE: {0}")]
    Url(String),
    /// A table prefix is `[a-z][a-z0-9_]*` of at most 24 characters.
    #[error("{0:?} is no table prefix: it must match [a-z][a-z0-9_]*, with at most 24 characters")]
    Prefix(String),
    /// Nobody answers there.
    #[error("no MySQL or MariaDB answers at {at}")]
    Unreachable {
        /// Host and port, or the path of a socket.
        at: String,
        /// Why.
        source: sqlx::Error,
    },
    /// Unknown user, or wrong password.
    #[error("{at} refuses the user {user:?} or their password")]
    SignIn {
        /// Host and port, or the path of a socket.
        at: String,
        /// Who.
        user: String,
        /// What the server says.
        source: sqlx::Error,
    },
    /// There is no such database. We make tables, not databases.
    #[error("there is no database {0:?}: create it first (CREATE DATABASE … CHARACTER SET utf8mb4)")]
    NoDatabase(String),
    /// The user may not use the database.
    #[error("the user {user:?} has no rights on the database {database:?}")]
    NoRights {
        /// Who.
        user: String,
        /// Where.
        database: String,
        /// What the server says.
        source: sqlx::Error,
    },
    /// The server lacks what we rely on.
    #[error(transparent)]
    TooOld(#[from] TooOld),
    /// The connection could not be encrypted as the URL asks.
    #[error("{at} cannot be spoken to by TLS as the URL asks")]
    Tls {
        /// Host and port, or the path of a socket.
        at: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The server refuses for another reason.
    #[error("{at} refuses the connection")]
    Refused {
        /// Host and port, or the path of a socket.
        at: String,
        /// What the server says.
        source: sqlx::Error,
    },
}

impl MySqlOptions {
    /// What all names of tables and indexes begin with. Default `chat_`.
    ///
    /// # Errors
    /// [`OpenError::Prefix`].
    pub fn table_prefix(mut self, prefix: &str) -> Result<Self, OpenError> {
        if !is_prefix(prefix) {
            return Err(OpenError::Prefix(prefix.to_owned()));
        }
        prefix.clone_into(&mut self.prefix);
        Ok(self)
    }

    /// How many connections there are at most. Default 16. An application's own pool has its own limit.
    #[must_use]
    pub const fn max_connections(mut self, count: NonZeroU32) -> Self {
        self.connections = count.get();
        self
    }

    /// How long one waits for a connection, while others have them all or the server is away, before the call fails as
    /// unavailable. Default 1.5 seconds.
    #[must_use]
    pub const fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire = timeout;
        self
    }

    /// How long one waits for a lock before the call fails as transient; the server counts whole seconds, at least one.
    /// Default 1 second.
    #[must_use]
    pub const fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_wait = timeout;
        self
    }

    /// How long one waits for the answer to a statement before the connection is taken for dead. Default 10 seconds.
    #[must_use]
    pub const fn answer_timeout(mut self, timeout: Duration) -> Self {
        self.answer = timeout;
        self
    }

    /// Opens the store of that URL: see [`MySqlStore::open`].
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(self, url: &str) -> Result<MySqlStore, OpenError> {
        let place = Place::parse(url)?.tried_out(self.acquire).await?;
        let suspicion = Arc::new(Suspicion::default());
        let pool = self.pool(place.options, &suspicion);
        let connections = Connections::own(pool, suspicion, self.acquire, self.answer);
        Ok(MySqlStore::new(connections, &self.prefix))
    }

    /// The store on the application's pool: see [`MySqlStore::from_pool`].
    #[must_use]
    pub fn from_pool(self, pool: MySqlPool) -> MySqlStore {
        let connections = Connections::host(pool, self.lock_wait_seconds(), self.acquire, self.answer);
        MySqlStore::new(connections, &self.prefix)
    }

    fn pool(&self, options: MySqlConnectOptions, suspicion: &Arc<Suspicion>) -> MySqlPool {
        let set_up = format!(
            "SET SESSION sql_mode = '{SQL_MODE}', SESSION autocommit = 1, SESSION completion_type = 0, \
             SESSION sql_select_limit = DEFAULT, SESSION innodb_lock_wait_timeout = {};\
             SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            self.lock_wait_seconds()
        );
        let set_up: Arc<str> = set_up.into();
        let suspicion = Arc::clone(suspicion);
        MySqlPoolOptions::new()
            .max_connections(self.connections)
            .acquire_timeout(self.acquire)
            .test_before_acquire(false)
            .after_connect(move |connection, _| {
                let set_up = Arc::clone(&set_up);
                // Made of constants and a number.
                Box::pin(async move {
                    connection.execute(sqlx::raw_sql(AssertSqlSafe(set_up))).await?;
                    Ok(())
                })
            })
            .before_acquire(move |connection, meta| {
                let suspect = suspicion.falls_on(&meta);
                Box::pin(async move { Ok(!suspect || connection.ping().await.is_ok()) })
            })
            .connect_lazy_with(options)
    }

    const fn lock_wait_seconds(&self) -> u64 {
        let seconds = self.lock_wait.as_secs();
        if seconds == 0 { 1 } else { seconds }
    }
}

/// Where a URL points, and who asks.
struct Place {
    options: MySqlConnectOptions,
    at: String,
    user: String,
    database: String,
    /// It is this machine, and the URL leaves it to us whether to speak by TLS.
    may_go_plain: bool,
}

impl Place {
    fn parse(url: &str) -> Result<Self, OpenError> {
        let wrong = |why: &str| OpenError::Url(why.to_owned());
        if !(url.starts_with("mysql://") || url.starts_with("mariadb://")) {
            return Err(wrong("it begins otherwise"));
        }
        let options = MySqlConnectOptions::from_str(url).map_err(|error| wrong(&error.to_string()))?;
        let database = options.get_database().filter(|name| !name.is_empty());
        let database = database.ok_or_else(|| wrong("it names no database"))?.to_owned();
        let at = match options.get_socket() {
            Some(path) => path.display().to_string(),
            None => format!("{}:{}", options.get_host(), options.get_port()),
        };
        let user = options.get_username().to_owned();
        // The driver's log would show statements as they are sent, with what users wrote in them.
        let options = options.charset("utf8mb4").timezone(Some("+00:00".to_owned())).disable_statement_logging();
        let may_go_plain = is_loopback(options.get_host()) && !says_ssl_mode(url);
        Ok(Self { options, at, user, database, may_go_plain })
    }

    /// The place as it can be connected to. On this machine that is without TLS, unless the server insists: sqlx 0.9.0
    /// sets no TCP_NODELAY, and what takes more than one TLS record (16 KiB) then waits 40 ms for an acknowledgement
    /// (transact-rs/sqlx#4335).
    async fn tried_out(mut self, patience: Duration) -> Result<Self, OpenError> {
        if self.may_go_plain {
            let as_the_url_says = self.options.clone();
            self.options = self.options.ssl_mode(MySqlSslMode::Disabled);
            match self.try_out(patience).await {
                Err(OpenError::SignIn { .. } | OpenError::Refused { .. }) => self.options = as_the_url_says,
                tried => return tried.map(|()| self),
            }
        }
        self.try_out(patience).await?;
        Ok(self)
    }

    /// Connects once, to say precisely what is wrong; a pool would go on trying, and then say that it took too long.
    async fn try_out(&self, patience: Duration) -> Result<(), OpenError> {
        let connected = timeout(patience, self.options.connect()).await;
        let mut connection: MySqlConnection =
            connected.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map_err(|error| self.told(error))?;
        let version = sqlx::raw_sql("SELECT VERSION()").fetch_one(&mut connection).await;
        let version: sqlx::Result<String> = version.and_then(|row| row.try_get(0));
        // The server forgets it in any case.
        let _ = connection.close().await;
        Server::of(&version.map_err(|error| self.told(error))?)?;
        Ok(())
    }

    fn told(&self, source: sqlx::Error) -> OpenError {
        const UNKNOWN_DATABASE: u16 = 1049;
        const SIGN_IN: [u16; 3] = [1045, 1698, 3118];
        let (at, user, database) = (self.at.clone(), self.user.clone(), self.database.clone());
        match (number(&source), &source) {
            (Some(UNKNOWN_DATABASE), _) => OpenError::NoDatabase(database),
            (Some(number), _) if SIGN_IN.contains(&number) => OpenError::SignIn { at, user, source },
            (Some(_), _) if is_denied(&source) => OpenError::NoRights { user, database, source },
            (None, sqlx::Error::Tls(_)) => OpenError::Tls { at, source },
            // How the driver reports a certificate that is not trusted.
            (None, sqlx::Error::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                OpenError::Tls { at, source }
            }
            (None, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => OpenError::Unreachable { at, source },
            (None, sqlx::Error::Configuration(error)) => OpenError::Url(error.to_string()),
            _ => OpenError::Refused { at, source },
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn says_ssl_mode(url: &str) -> bool {
    url.split_once('?')
        .is_some_and(|(_, parameters)| parameters.contains("ssl-mode=") || parameters.contains("sslmode="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_on_this_machine_and_unasked_tls_may_be_left_out() {
        for (place, parameters, plain) in [
            ("localhost", "", true),
            ("127.0.0.1:3306", "", true),
            ("127.8.0.1", "?charset=utf8mb4", true),
            ("[::1]:3306", "", true),
            ("127.0.0.1", "?ssl-mode=PREFERRED", false),
            ("127.0.0.1", "?charset=utf8mb4&sslmode=REQUIRED", false),
            ("localhost.example.org", "", false),
            ("192.0.2.1", "", false),
            ("db", "", false),
        ] {
            let url = format!("mysql://bob:s3cret@{place}/chat{parameters}");
            assert_eq!(Place::parse(&url).unwrap().may_go_plain, plain, "{url}");
        }
    }
}
