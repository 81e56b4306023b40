//! What every store promises, on MariaDB and MySQL, on connections of its own and on an application's pool, and what is
//! promised of these databases besides.

#![expect(clippy::unwrap_used, reason = "a test may stop where what it needs is not there")]

mod failures;
mod host;
mod locks;
mod lost_commit;
mod migrations;
mod opening;
mod plans;
mod proxy;
mod round_trips;
mod schema;
mod stores;
mod suite;
mod upgrade;
mod views;
