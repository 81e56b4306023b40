//! Proves that a store keeps what [`chat_core::ports::store`] asks of it: a named test for each promise.
//!
//! # What it looks at
//! * Each method's contract: what is read is what was written, in the order that is promised, to the longest text and
//!   the greatest balance, with all that a database is tempted to fold, trim, escape or understand.
//! * What must never be is [`Corrupt`](chat_core::ports::store::StoreError::Corrupt), and leaves nothing.
//! * Locks keep others out, readers see no half of a transaction, and whatever is dropped half-way is undone.
//! * Races: fifty users for six seats, one user in eight rooms with coins for two, one message from sixteen tasks, and
//!   others like them, through a whole [`Chat`](chat_core::Chat) on two nodes.
//!
//! There are no options and no exceptions: a store keeps all of it, or is not yet a store. What no test can see from
//! inside one process is yours to prove: that a commit outlives the loss of power.
//!
//! # How a store is held to it
//! A [`Fixture`] is a fresh, migrated store. An `Arc` of a store is one; a guard of your own says how a second node
//! gets to the same data, and deletes the database when it is dropped. In the store's crate, `tests/promises.rs`:
//!
//! ```
//! use std::sync::Arc;
//!
//! use chat_conformance::{Fixture, async_trait};
//! use chat_core::ports::store::Store;
//! # use chat_sqlite::SqliteStore as MyStore;
//! use tempfile::TempDir;
//!
//! /// Two stores may be opened on the folder, which goes when this is dropped.
//! struct Fresh {
//!     store: Arc<MyStore>,
//!     folder: TempDir,
//! }
//!
//! async fn fresh() -> Fresh {
//!     let folder = tempfile::tempdir().expect("a temporary folder");
//!     let store = open(&folder).await;
//!     store.migrate().await.expect("the tables of a new database");
//!     Fresh { store, folder }
//! }
//!
//! async fn open(folder: &TempDir) -> Arc<MyStore> {
//!     let url = format!("sqlite:{}", folder.path().join("chat.db").display());
//!     Arc::new(MyStore::open(&url).await.expect("a database in the folder"))
//! }
//!
//! #[async_trait]
//! impl Fixture for Fresh {
//!     fn store(&self) -> Arc<dyn Store> {
//!         self.store.clone()
//!     }
//!
//!     async fn another_node(&self) -> Arc<dyn Store> {
//!         open(&self.folder).await
//!     }
//! }
//!
//! chat_conformance::store_suite!(fresh);
//! # fn main() {
//! #     let runtime = tokio::runtime::Runtime::new().unwrap();
//! #     let promise = &chat_conformance::promises()[0];
//! #     runtime.block_on(async { promise.check(fresh().await).await.unwrap() });
//! # }
//! ```
//!
//! `cargo test --test promises` then runs them all, and `cargo test --test promises r_coin` those of one rule's noun.
//! Use the settings with which the store is deployed: a promise that is kept with others proves nothing.
//!
//! # What a failure reads like
//! The test is named after the promise and, where there is one, the rule; the panic says what was found, and its
//! place is the line of this crate that looked. Of a store that gives a number to what it then does not log:
//!
//! ```text
//! test message::r_msg_02_a_batch_is_numbered_on_in_each_room ... FAILED
//!
//! assertion `left == right` failed
//!   left: ["new 4", "new 3", "new 5"]
//!  right: ["new 3", "new 2", "new 4"]
//! ```
//!
//! A test never ends early or late by a clock. A promise that comes to no end within two minutes is broken: somebody
//! waits who is never let in.
//!
//! # Without `cargo test`
//! [`promises`] is the same list as values: a program can look at a store where it is deployed, as
//! `examples/check_store.rs` does.
#![warn(clippy::missing_errors_doc)]
#![deny(rustdoc::broken_intra_doc_links)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a promise that is broken ends in a panic, as a test does"
)]

mod admission;
mod audit;
mod ban;
mod block;
pub mod build;
mod charge;
mod coin;
mod dropped;
mod fixture;
mod friend;
mod invite;
mod isolation;
mod lock;
mod message;
mod message_change;
mod outbox;
mod promise;
mod race;
mod refusal;
mod room;
mod second;
mod session;
mod setting;
mod suite;
mod transaction;
mod user;

pub use async_trait::async_trait;

#[doc(hidden)]
pub use self::promise::prove;
pub use self::{
    dropped::dropped_after,
    fixture::{Fixture, Made},
    promise::{Broken, Promise},
};

use self::suite::__list;

__for_each_promise! { __list }
