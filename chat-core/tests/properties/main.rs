//! Properties of the rules over whatever comes, most of it at the edges: a file a noun.
//!
//! A failure prints the smallest facts that show it and its seed, which is kept in tests/proptest-regressions and tried
//! first from then on. `PROPTEST_CASES=20000` looks at more than the usual 256 of each.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

mod admission;
mod block;
mod coin;
mod edge;
mod friend;
mod invite;
mod mention;
mod message;
mod message_change;
mod order;
mod room;
mod session;
mod user;
