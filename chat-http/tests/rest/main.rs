//! The operations on a real chat, whose store is SQLite in memory, mounted under `/chat`. Time stands still, so that
//! answers can be compared whole.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod admin;
mod coins;
mod document;
mod examples;
mod friends;
mod health;
mod invites;
mod limits;
mod messages;
mod operator_limits;
mod order_of_checks;
mod pages;
#[path = "../support/reply.rs"]
mod reply;
mod rooms;
mod sessions;
mod town;
mod users;
