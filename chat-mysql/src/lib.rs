//! The chat's store on MySQL and MariaDB.
#![deny(rustdoc::broken_intra_doc_links)]

mod admission;
mod coin;
mod connection;
mod error;
mod friend;
mod invite;
mod literal;
mod message;
mod migrate;
mod options;
mod room;
mod session;
mod setting;
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
