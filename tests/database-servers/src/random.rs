//! Names and passwords that nobody guesses and nobody else has.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// A number that is another one each time: the keys of a [`RandomState`] come from the operating system, and
/// are never the same twice in a process.
pub(crate) fn number() -> u64 {
    RandomState::new().hash_one(())
}

/// Sixteen hexadecimal digits, others each time.
pub fn hexadecimal() -> String {
    format!("{:016x}", number())
}
