//! The live half of the chat: what was committed, brought to the connections of this process.
//!
//! The log is the truth, a notice is a hint. The hub brings the events of a room into the order of their numbers
//! before any connection hears of them, and makes up from the store for what did not come.

mod appender;
pub mod connection;
pub mod delivery;
mod ephemeral;
pub mod expiry;
mod follower;
mod hub;
mod live_presence;
mod local_bus;
pub mod notice;
mod outlet;
mod presence;
mod queue;
mod replay;
mod screening;
pub mod sign;
mod subscription;
mod topic;

pub(crate) use self::{
    appender::{Appender, ReplyTo},
    hub::{Announced, Hub},
    live_presence::LivePresence,
};
pub use local_bus::LocalBus;
