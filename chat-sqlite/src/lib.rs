//! The chat's embedded store: SQLite, in a file, in memory, or on the pool of the application around it.
//!
//! # What it promises
//! - **Durable.** What was answered is on disk: `synchronous = FULL` under a write-ahead log, so that neither a killed
//!   process nor a power cut takes it back.
//! - **One writer, many readers.** Write transactions queue in the order in which they came; reads of a file never
//!   wait for them and never see what is not committed. Several processes may share a file.
//! - **Dropped is rolled back.** A future that is dropped at any point leaves no open transaction and no lock.
//! - **Beside your tables.** All names begin with a prefix, `chat_` unless you say otherwise.
//!
//! # Opening
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let url = format!("sqlite:{}", folder.path().join("chat.db").display());
//! use chat_core::ports::store::Store;
//! use chat_sqlite::SqliteStore;
//!
//! let store = SqliteStore::open(&url).await?; // `sqlite:chat.db`; `sqlite::memory:` for a test
//! store.migrate().await?;
//! store.ping().await?;
//! store.close().await;
//! # Ok(())
//! # }
//! ```
//! Opening does not migrate: a store whose tables are missing or older refuses to serve and says so.
//! [`SqliteStore::pending`] lists what [`SqliteStore::migrate`] would run, [`SqliteStore::sql`] prints it for whoever
//! runs it by hand. [`SqliteStore::from_pool`] takes the application's own pool, [`SqliteOptions`] the rest.
//!
//! # Why not a pool of writers?
//! SQLite has one writer at a time. Several connections that write would find each other with `SQLITE_BUSY` and sleep;
//! one connection behind a fair lock hands over at once and in order.
#![warn(clippy::missing_errors_doc)]
#![deny(rustdoc::broken_intra_doc_links)]

mod admission;
mod audit;
mod ban;
mod block;
mod charge;
mod coin;
mod connection;
mod error;
mod friend;
mod host;
mod invite;
mod message;
mod migrate;
mod options;
mod outbox;
mod room;
mod session;
mod setting;
mod sql;
mod store;
mod tx;
mod user;

pub use chat_sql::migration::{MigrateError, Migration, SchemaError};

pub use self::{
    options::{OpenError, SqliteOptions},
    store::SqliteStore,
};
