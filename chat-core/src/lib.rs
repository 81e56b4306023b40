//! Chat rooms that live inside your server: your pool, your router. Users register with the chat, or are yours, whom you
//! know by an [`Authenticator`](ports::authenticator::Authenticator); your code acts for them by
//! [`Caller::user`](model::session::Caller::user).
//!
//! # What it promises
//! * An acknowledged message is committed. In each room the numbers of the events are 1, 2, 3 … without hole.
//! * A seat, its admission, its price and the room's `joined` event are one transaction. No balance is ever negative.
//! * Sends, room makings and grants carry an idempotency key: a retry gets the first answer again.
//! * A live connection hears each event once, in the order of the log; who cannot be kept up with is cut off and told
//!   to come back, never silently skipped.
//!
//! # Where to go
//! [`Chat`] is what you call, through the traits of [`api`]. [`ports`] is what you may replace. [`rules`] is what is
//! decided, without IO, [`model`] what it is decided about, and [`policy`] the numbers you may set.
//!
//! # What it is not
//! It knows no database, no protocol and no framework: those are `chat-sqlite`, `chat-http` and whatever else is
//! written against the same traits.
#![warn(clippy::missing_errors_doc)]
#![deny(rustdoc::broken_intra_doc_links)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking"))]

pub mod api;
mod app;
pub mod error;
mod fault;
pub mod model;
#[cfg(not(feature = "planted-bugs"))]
mod planted;
#[cfg(feature = "planted-bugs")]
pub mod planted;
pub mod policy;
pub mod ports;
pub mod realtime;
pub mod rules;
mod security;

pub use app::{BuildError, Chat, ChatBuilder, HostTransaction, PreparedRoom, PreparedUser};
pub use security::{
    bcrypt_hasher::{BcryptHasher, CostError},
    guess_limits::{GuessLimits, GuessRate},
    secret::{Secrets, SecretsError},
};
