//! What every store promises, on a file, in memory and on an application's pool, and what is promised of SQLite besides.

#![expect(clippy::unwrap_used, reason = "a test may stop where what it needs is not there")]

mod attempts;
mod concurrent;
mod durable;
mod host;
mod migrations;
mod opening;
mod plans;
mod schema;
mod stores;
mod suite;
mod upgrade;
