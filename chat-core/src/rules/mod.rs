//! What is allowed: pure functions from facts to a decision or a [`Rejection`](crate::error::Rejection). No clock, no
//! randomness, no store. The facts are read under the locks that protect them, and each function refuses in the order
//! in which its rule names the refusals.

pub mod block;
pub mod coin;
pub mod friend;
pub mod invite;
pub mod message;
pub mod operator;
pub mod room;
pub mod session;
pub mod typing;
pub mod user;
