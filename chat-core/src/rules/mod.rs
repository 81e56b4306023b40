//! What is allowed: pure functions from facts to a decision or a [`Rejection`](crate::error::Rejection). No clock, no
//! randomness, no store. The facts are read under the locks that protect them, and each function refuses in the order
//! in which its rule names the refusals.

pub mod ban;
pub mod block;
pub mod coin;
pub mod deletion;
pub mod edit;
pub mod friend;
pub mod invite;
pub mod member;
pub mod mention;
pub mod message;
pub mod operator;
pub mod reaction;
pub mod room;
pub mod room_change;
pub mod session;
pub mod typing;
pub mod user;
