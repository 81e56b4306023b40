//! Floods: what some do holds up nobody else, is refused in order, and leaves the server's memory bounded.
//!
//! While each lasts, somebody else reads, writes and hears all the time ([`Ground::under`]). Most bring a server that
//! has its limits on; the floods come from as many addresses of 127.0.0.0/8 as they need.
#![cfg(target_os = "linux")]

mod bodies;
mod connections;
mod files;
mod frames;
mod ground;
mod logins;
mod sockets;

/// The rates of users and addresses, as a server has them without being told.
const ON: [&str; 2] = ["--rate-limits", "on"];
