//! Keys that nobody has seen before: one that stands in a file is known, and no server starts with it.

use std::sync::OnceLock;

static JWT_KEY: OnceLock<String> = OnceLock::new();
static PEPPER: OnceLock<String> = OnceLock::new();

/// The key of every server of this process that is not given another.
pub fn jwt_key() -> &'static str {
    JWT_KEY.get_or_init(random_key)
}

/// The pepper of every server of this process.
pub fn pepper() -> &'static str {
    PEPPER.get_or_init(random_key)
}

/// 256 random bits as text.
///
/// # Panics
/// When the system gives no randomness.
pub fn random_key() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
