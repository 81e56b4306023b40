//! The chat's store on MySQL 8.0.16 or later and MariaDB 10.11 or later (tested on MySQL 9.7 and MariaDB 10.11), on connections of its own or on the pool of the
//! application around it.
//!
//! # What it promises
//! What every store promises (see [`chat_core::ports::store`]), provided that the server keeps what it has answered: leave
//! `innodb_flush_log_at_trx_commit` at 1, and of a Galera cluster let one node write. With `binlog_format = STATEMENT` the
//! server refuses all writes at the isolation that we need; `ROW` (MySQL's default) and `MIXED` (MariaDB's) are right.
//!
//! # Opening
//! ```no_run
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use chat_mysql::MySqlStore;
//!
//! let store = MySqlStore::open("mysql://chat:secret@127.0.0.1/app").await?; // or MySqlStore::from_pool(your_pool)
//! store.migrate().await?;
//! # Ok(())
//! # }
//! ```
//! Opening does not migrate: a store whose tables are missing or older refuses to serve and says so.
//! [`MySqlStore::pending`] lists what [`MySqlStore::migrate`] would run, [`MySqlStore::sql`] prints it for whoever runs it
//! by hand. All names begin with a prefix, `chat_` unless you say otherwise ([`MySqlOptions::table_prefix`]). The user
//! needs SELECT, INSERT, UPDATE and DELETE; to migrate, CREATE and REFERENCES, too.
//!
//! # How it speaks to the server
//! Statements go as text, several in one round trip, their values as integers and hexadecimal digits: there is nothing to
//! escape, nothing to prepare, and nothing that a full cache of statements could slow down.
//!
//! | | round trips |
//! | --- | --- |
//! | a read | 1 |
//! | a batch of messages, of any number, in any number of rooms | 2, the commit among them |
//! | a join by invite | 1 to find the invite; user, room, who stands at the door, all writes: 4; the commit: 1 |
//! | a join by password | as many, the first one to read the room's password |
//!
//! The tests count them on the wire (`tests/store/round_trips.rs`).
//!
//! # What can go wrong
//! A deadlock, a lock that is waited for longer than [`MySqlOptions::lock_timeout`], and a connection that is lost before
//! the commit was sent are [`Transient`](chat_core::ports::store::StoreError::Transient): nothing has happened, and the
//! chat runs the whole again. Where the answer to a commit is lost, the attempt's own row tells what became of it, and who
//! asks for one that is not there sees to it that it never will be. No connection within
//! [`MySqlOptions::acquire_timeout`] is `Unavailable`; when the server is back, the next call finds it.
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
mod literal;
mod message;
mod migrate;
mod options;
mod outbox;
mod room;
mod session;
mod setting;
mod snapshot;
mod store;
mod tx;
mod user;
mod version;

pub use chat_sql::migration::{MigrateError, Migration, SchemaError};

pub use self::{
    options::{MySqlOptions, OpenError},
    store::MySqlStore,
    version::TooOld,
};
