//! Proves that a store keeps what chat-core expects of it: every method's contract, order, idempotence, what must never
//! be, the longest and most awkward texts, isolation, locks, and races of many on two nodes.
#![deny(rustdoc::broken_intra_doc_links)]
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a promise that is broken ends in a panic, as a test does"
)]

mod admission;
pub mod build;
mod coin;
mod dropped;
mod fixture;
mod friend;
mod invite;
mod isolation;
mod lock;
mod message;
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
    fixture::Fixture,
    promise::{Broken, Promise},
};

use self::suite::__list;

__for_each_promise! { __list }
