//! The harness of the black-box tests: the real server in a process of its own, a REST client and a
//! WebSocket client that check on every answer what the wire contract promises of all of them.
//!
//! Each test starts a server of its own, since a test runner may give each test a process of its own.
//! It runs on SQLite, unless [`STORE`] or the test itself says otherwise ([`on_each_store!`]).
//! Nothing here sleeps: whoever waits, waits for an event, and shows what came instead when it does not.

mod answer;
pub mod chance;
mod client;
mod codes;
mod frame;
mod irc;
mod listener;
mod narrow;
mod openapi;
mod order;
pub mod proxy;
pub mod raw;
mod scenario;
mod schema;
mod secrets;
mod server;
mod socket;
mod store;
pub mod tls;
pub mod tree;

pub use chat_test_databases::Kind;

pub use answer::{Answer, Unavailable, assert_problem, is_timestamp};
pub use client::Client;
pub use codes::{FIELD_CODES, status_of};
pub use irc::Irc;
pub use listener::Listener;
pub use narrow::Narrow;
pub use order::RoomOrder;
pub use scenario::{PASSWORD, ROOM_PASSWORD, message_path, reaction_path, registration};
pub use secrets::{jwt_key, pepper, random_key};
pub use server::{ADMIN_TOKEN, Server, help, printed, program};
pub use socket::{Closed, Socket};
pub use store::{STORE, StoreKind};

/// How long anything may take before a test gives up on it: far above what a loaded machine needs.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// The Rust of the pages is compiled with the doc tests, and run where it says nothing else; all else of theirs is the
/// matter of tests/documents.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../../docs/embed.md")]
#[doc = include_str!("../../docs/sign-in.md")]
#[doc = include_str!("../../docs/store.md")]
#[doc = include_str!("../../docs/talk.md")]
#[doc = include_str!("../../docs/transports.md")]
struct Pages;
