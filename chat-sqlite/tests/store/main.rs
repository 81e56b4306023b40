//! What the store promises: every case of [`cases`] on a file, in memory and on an application's pool.

#![expect(clippy::unwrap_used, reason = "a test may stop where what it needs is not there")]

mod builders;
mod cases;
mod stores;
