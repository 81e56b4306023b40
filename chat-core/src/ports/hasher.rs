//! How passwords are hashed.

use secrecy::SecretString;

use crate::{model::user::PasswordHash, ports::store::Source};

/// How passwords become what is stored of them, for users and rooms alike. The default is bcrypt.
///
/// Both methods block, for as long as the hashing takes. The chat calls them off the threads that serve everybody, and a
/// bounded number at once.
///
/// What is stored has at most 255 characters, all of them ASCII. A hasher that takes the place of another goes on verifying
/// what that one has made (by a [`BcryptHasher`](crate::BcryptHasher), say), and calls it outdated: else those users could
/// not sign in, and others could tell them by the error.
///
/// A `prehash` is 64 characters of base64: an HMAC of the password under the chat's pepper.
///
/// ```
/// use chat_core::model::user::PasswordHash;
/// use chat_core::ports::hasher::{HashError, Hasher};
/// use chat_core::{BcryptHasher, CostError};
/// use secrecy::SecretString;
///
/// /// bcrypt, with a line in the log for each hash that is made.
/// struct Logged(BcryptHasher);
///
/// impl Hasher for Logged {
///     fn hash(&self, prehash: &SecretString) -> Result<PasswordHash, HashError> {
///         eprintln!("a password is hashed");
///         self.0.hash(prehash)
///     }
///
///     fn verify(&self, prehash: &SecretString, stored: Option<&PasswordHash>) -> Result<bool, HashError> {
///         self.0.verify(prehash, stored)
///     }
///
///     fn is_outdated(&self, stored: &PasswordHash) -> bool {
///         self.0.is_outdated(stored)
///     }
/// }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let hasher = Logged(BcryptHasher::new(4)?);
/// # let hash = hasher.hash(&"prehash".into())?;
/// # assert!(hasher.verify(&"prehash".into(), Some(&hash))? && !hasher.verify(&"another".into(), Some(&hash))?);
/// # Ok(())
/// # }
/// ```
pub trait Hasher: Send + Sync + 'static {
    /// What is stored of a password, under a salt of its own.
    ///
    /// # Errors
    /// `HashError` where the hasher is at fault.
    fn hash(&self, prehash: &SecretString) -> Result<PasswordHash, HashError>;

    /// Whether `stored` was made of this. It takes as long as [`hash`](Self::hash) of now, whatever `stored` cost when it
    /// was made, and also where there is none, which is always wrong: the time must not tell who exists, who has a
    /// password, or since when. What cost more takes longer, since it cannot take less.
    ///
    /// # Errors
    /// `HashError` where `stored` is no hash of this hasher's, or the hasher is at fault.
    fn verify(&self, prehash: &SecretString, stored: Option<&PasswordHash>) -> Result<bool, HashError>;

    /// Whether `stored` cost less than it would now, so that who signs in by it gets a new one.
    fn is_outdated(&self, stored: &PasswordHash) -> bool;
}

/// A hasher that is at fault.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed")]
pub struct HashError(#[source] pub Source);
