//! Database servers for tests: one that was named, else a private one that is thrown away.
//!
//! A private server listens on 127.0.0.1 alone, keeps its data in a temporary folder, and does not outlive the
//! process that started it, however that ends: a watchdog beside it (`watchdog.sh`) holds the other end of a
//! pipe, and when the pipe breaks it ends the server and removes the folder.
//!
//! `chat-test-databases` gives each test a database on such a server.

mod docker;
mod engine;
mod kind;
mod place;
mod program;
mod provide;
mod random;
mod server;
mod tool;

pub use kind::{Kind, REQUIRE};
pub use provide::{NONE, Provided, Unavailable, provide};
pub use random::hexadecimal;
pub use server::Server;
