//! What clients are sent, by REST and by WebSocket alike: the core's types in the contract's JSON.

pub(crate) mod ban;
pub(crate) mod block;
pub(crate) mod coin;
pub(crate) mod event;
pub(crate) mod friend;
pub(crate) mod invite;
pub(crate) mod message;
pub(crate) mod room;
pub(crate) mod session;
mod time;
pub(crate) mod user;

pub(crate) use time::Time;
