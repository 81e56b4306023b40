//! How a store is opened.

use std::{
    fs, io,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use chat_sql::tables::{DEFAULT_PREFIX, is_prefix};
use sqlx::{
    ConnectOptions, Row,
    sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions},
};
use tokio::time::{Instant, sleep};

use crate::{SqliteStore, connection::Connections, error::is_busy};

/// Statements kept prepared on each connection: more than this crate has.
const STATEMENT_CACHE: usize = 256;
/// Rows that a connection's thread may be ahead of its reader.
const ROW_BUFFER: usize = 256;
/// Connections that only read are closed, and their threads ended, after this long without use.
const READER_IDLE: Duration = Duration::from_secs(60);

/// The writer's page cache in KiB, as SQLite writes it. A batch over many rooms touches a page or two for each message;
/// what does not fit is written and read again within the transaction.
const WRITER_CACHE: &str = "-16384";
/// After how many pages the log is moved into the file: with 4 KiB pages, 16 MiB. Pages that batch after batch changes
/// are moved once.
const CHECKPOINT: &str = "4096";
/// To how many bytes the log is cut when it starts anew.
const LOG_KEPT: &str = "33554432";

/// What can be chosen when a store is opened.
///
/// ```
/// use chat_sqlite::SqliteOptions;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = SqliteOptions::default().table_prefix("talk_")?.open("sqlite::memory:").await?;
/// assert!(store.sql().await?.contains("talk_users"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    prefix: String,
    readers: u32,
    patience: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { prefix: DEFAULT_PREFIX.to_owned(), readers: 4, patience: Duration::from_secs(5) }
    }
}

/// Why a store could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not one of the forms that [`SqliteStore::open`] names.
    #[error("{0:?} is neither sqlite:PATH nor sqlite::memory:")]
    Url(String),
    /// A table prefix is `[a-z][a-z0-9_]*` of at most 24 characters, and not `sqlite_`, which SQLite keeps for itself.
    #[error(
        "{0:?} is no table prefix: it must match [a-z][a-z0-9_]*, with at most 24 characters, and not begin with sqlite_"
    )]
    Prefix(String),
    /// The folder in which the file would be made does not exist.
    #[error("there is no folder {0:?}")]
    NoFolder(PathBuf),
    /// The path is a folder.
    #[error("{0:?} is a folder, not a file")]
    IsFolder(PathBuf),
    /// The file or its folder may not be written.
    #[error("no permission to write {0:?}")]
    NoPermission(PathBuf),
    /// The operating system will not open the file for another reason.
    #[error("{path:?} cannot be opened")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// SQLite will not open the file, because it is no database, or is locked for too long.
    #[error("SQLite cannot open {path:?}")]
    Database {
        /// Which.
        path: PathBuf,
        /// Why.
        source: sqlx::Error,
    },
    /// The file cannot have a write-ahead log, for instance because it is on a network share.
    #[error("{path:?} cannot have a write-ahead log: its journal mode stays {mode:?}")]
    NoWal {
        /// Which.
        path: PathBuf,
        /// The journal mode that SQLite kept.
        mode: String,
    },
}

impl SqliteOptions {
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

    /// How many connections read a file at once, each with a thread of its own while it is in use. Default 4.
    pub fn readers(mut self, count: std::num::NonZeroU32) -> Self {
        self.readers = count.get();
        self
    }

    /// How long one waits for those who hold the store, in this process or another, before the call fails as
    /// transient. Default 5 seconds.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.patience = timeout;
        self
    }

    /// Opens the store of that URL: see [`SqliteStore::open`].
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(self, url: &str) -> Result<SqliteStore, OpenError> {
        let connections = match Location::parse(url)? {
            Location::Memory => self.open_memory().await?,
            Location::File(path) => self.open_file(&path).await?,
        };
        Ok(SqliteStore::new(connections, &self.prefix))
    }

    /// The store on the application's pool: see [`SqliteStore::from_pool`].
    pub fn from_pool(self, pool: SqlitePool) -> SqliteStore {
        SqliteStore::new(Connections::host(pool, self.patience), &self.prefix)
    }

    async fn open_memory(&self) -> Result<Connections, OpenError> {
        let options = self.connect_options().filename(":memory:");
        let database = |source| OpenError::Database { path: ":memory:".into(), source };
        let only = options.connect().await.map_err(database)?;
        Ok(Connections::memory(only, self.patience))
    }

    async fn open_file(&self, path: &Path) -> Result<Connections, OpenError> {
        touch(path)?;
        let options = self.connect_options().filename(path);
        let database = |source| OpenError::Database { path: path.to_owned(), source };
        let readers = options.clone().pragma("query_only", "ON");
        let options = options
            .pragma("cache_size", WRITER_CACHE)
            .pragma("wal_autocheckpoint", CHECKPOINT)
            .pragma("journal_size_limit", LOG_KEPT);
        let mut writer = options.connect().await.map_err(database)?;
        let mode = self.set_wal(&mut writer).await.map_err(database)?;
        if mode != "wal" {
            return Err(OpenError::NoWal { path: path.to_owned(), mode });
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(self.readers)
            .acquire_timeout(self.patience)
            .test_before_acquire(false)
            .max_lifetime(None)
            .idle_timeout(READER_IDLE)
            .connect_lazy_with(readers);
        Ok(Connections::file(writer, options, readers, self.patience))
    }

    fn connect_options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .foreign_keys(true)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
            .busy_timeout(self.patience)
            .statement_cache_capacity(STATEMENT_CACHE)
            .row_buffer_size(ROW_BUFFER)
            .pragma("temp_store", "MEMORY")
            // What a deleted message said is overwritten, and not only free to be.
            .pragma("secure_delete", "ON")
    }

    /// Turns the write-ahead log on, which is a property of the file, and answers the journal mode there is then.
    /// SQLite does not wait for others here, not even for another process that does the same: so we do.
    async fn set_wal(&self, connection: &mut SqliteConnection) -> sqlx::Result<String> {
        let deadline = Instant::now() + self.patience;
        loop {
            match sqlx::raw_sql("PRAGMA journal_mode = WAL").fetch_one(&mut *connection).await {
                Ok(row) => return row.try_get(0),
                Err(error) if is_busy(&error) && Instant::now() < deadline => sleep(Duration::from_millis(10)).await,
                Err(error) => return Err(error),
            }
        }
    }
}

enum Location {
    Memory,
    File(PathBuf),
}

impl Location {
    fn parse(url: &str) -> Result<Self, OpenError> {
        let wrong = || OpenError::Url(url.to_owned());
        let path = url.strip_prefix("sqlite:").ok_or_else(wrong)?;
        let path = path.strip_prefix("//").unwrap_or(path);
        if path == ":memory:" {
            return Ok(Self::Memory);
        }
        // Parameters would change what this crate promises (`mode=ro`, `immutable`): none are taken.
        if path.is_empty() || path.contains('?') {
            return Err(wrong());
        }
        let options = SqliteConnectOptions::from_str(url).map_err(|_| wrong())?;
        Ok(Self::File(options.get_filename().to_owned()))
    }
}

/// Makes sure that there is a file that can be written, and says why where there is none: SQLite itself says only that
/// it cannot open it. A new file is readable by its owner alone, since it will hold messages and password hashes; the
/// log beside it takes over its permissions.
fn touch(path: &Path) -> Result<(), OpenError> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let Err(source) = options.open(path) else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    Err(match source.kind() {
        io::ErrorKind::IsADirectory => OpenError::IsFolder(path.to_owned()),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => OpenError::NoPermission(path.to_owned()),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            OpenError::NoFolder(folder.unwrap_or(path).to_owned())
        }
        _ => OpenError::File { path: path.to_owned(), source },
    })
}
