//! What the chat needs of the outside, as traits. The contract stands on every method: who implements one need not
//! have read the others.

pub mod authenticator;
pub mod bus;
pub mod clock;
pub mod hasher;
pub mod hook;
pub mod outbox;
pub mod store;
pub mod wallet;
