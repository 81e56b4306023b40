//! The foundation under the routes, proved on a small kitchen of its own that is mounted under `/chat`.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod bad_input;
mod document;
mod framework;
mod headers;
mod kitchen;
mod order_of_checks;
mod pages;
#[path = "../support/reply.rs"]
mod reply;
