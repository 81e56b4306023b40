//! Passwords, tokens, and the secrets they rest on.

pub(crate) mod content;
pub(crate) mod password;
pub(crate) mod secret;
pub(crate) mod token;
