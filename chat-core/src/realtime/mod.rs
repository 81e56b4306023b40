//! The live half of the chat.

pub mod connection;
pub mod notice;
