//! What every store promises, on MariaDB and MySQL, on connections of its own and on an application's pool, and what is
//! promised of these databases besides.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop where what it needs is not there")]

mod stores;
mod suite;
