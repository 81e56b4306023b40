//! Passwords, tokens, and the secrets they rest on.

pub(crate) mod content;
mod known_secret;
pub(crate) mod password;
pub(crate) mod secret;
pub(crate) mod token;
