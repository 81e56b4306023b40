//! The chat itself: each call locks, reads, lets the rules decide, writes, commits, and only then tells.

mod access;
mod admin;
mod authenticator;
mod ban;
mod block;
mod builder;
mod charge;
mod chat;
mod coin;
mod dead_letter;
mod friend;
mod hook;
mod host_transaction;
mod invite;
mod live;
mod member;
mod message;
mod message_change;
pub(crate) mod outbox;
mod page;
#[cfg(feature = "planted-bugs")]
mod planted;
pub(crate) mod retry;
mod room;
mod room_change;
mod room_join;
mod session;
mod session_cache;
mod standing;
mod transaction;
mod typing;
mod user;
mod user_cache;
mod wallet;

pub(crate) use self::hook::HookCalls;
pub use self::{
    builder::{BuildError, ChatBuilder},
    chat::Chat,
    host_transaction::{HostTransaction, PreparedRoom, PreparedUser},
};
