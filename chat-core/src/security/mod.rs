//! Passwords, tokens, and the secrets they rest on.

pub(crate) mod bcrypt_hasher;
pub(crate) mod common_passwords;
pub(crate) mod content;
mod guess_bucket;
pub(crate) mod guess_limits;
pub(crate) mod guesses;
mod known_secret;
pub(crate) mod password;
pub(crate) mod secret;
pub(crate) mod token;
