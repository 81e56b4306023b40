//! Hashing passwords: slow on purpose, so never on the threads that serve everybody, and only a few at once.
//!
//! bcrypt reads 72 bytes and stops at a NUL. The pre-hash, an HMAC-SHA-384 under a pepper, turns every password into
//! 64 characters without one, so that two long passwords with the same beginning are still two passwords, and what
//! leaks from the database alone cannot be tried out.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use sha2::Sha384;
use tokio::{sync::Semaphore, task};

use crate::{
    error::ChatError,
    model::user::PasswordHash,
    ports::hasher::{HashError, Hasher},
};

/// Hashes and verifies, for users and rooms alike.
#[derive(Clone)]
pub(crate) struct Passwords {
    pepper: [u8; 32],
    hasher: Arc<dyn Hasher>,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// What is known of a password that was given.
#[derive(Debug)]
pub(crate) struct Checked {
    /// Whether it is the one that was hashed.
    pub(crate) right: bool,
    /// What to store of it from now on, where it is right and what is stored was made too cheaply.
    pub(crate) renewed: Option<PasswordHash>,
}

/// How many may wait for each that is being hashed.
const WAITING_PER_RUNNING: usize = 64;

impl Passwords {
    /// Hashes as many at once as the machine has cores, less one that goes on serving.
    pub(crate) fn new(pepper: [u8; 32], hasher: Arc<dyn Hasher>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let running = cores.saturating_sub(1).max(1);
        Self {
            pepper,
            hasher,
            running: Arc::new(Semaphore::new(running)),
            waiting: Arc::new(Semaphore::new(running * (WAITING_PER_RUNNING + 1))),
        }
    }

    /// The hash of a password, under a salt of its own.
    pub(crate) async fn hash(&self, password: &str) -> Result<PasswordHash, ChatError> {
        let prehash = prehash(&self.pepper, password);
        self.run(move |hasher| hasher.hash(&prehash)).await
    }

    /// Whether `password` is the one that was hashed. Without a hash it takes as long, and is wrong.
    pub(crate) async fn verify(&self, password: &str, stored: Option<&PasswordHash>) -> Result<bool, ChatError> {
        let (prehash, stored) = (prehash(&self.pepper, password), stored.cloned());
        self.run(move |hasher| hasher.verify(&prehash, stored.as_ref())).await
    }

    /// As [`verify`](Self::verify); and what to store from now on.
    pub(crate) async fn check(&self, password: &str, stored: Option<&PasswordHash>) -> Result<Checked, ChatError> {
        let (prehash, stored) = (prehash(&self.pepper, password), stored.cloned());
        let check = move |hasher: &dyn Hasher| {
            let right = hasher.verify(&prehash, stored.as_ref())?;
            let is_outdated = right && stored.as_ref().is_some_and(|stored| hasher.is_outdated(stored));
            let renewed = if is_outdated { Some(hasher.hash(&prehash)?) } else { None };
            Ok(Checked { right, renewed })
        };
        self.run(check).await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn Hasher) -> Result<T, HashError> + Send + 'static,
    ) -> Result<T, ChatError> {
        let place = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| ChatError::Overloaded("too many passwords are being hashed"))?;
        let turn = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| ChatError::Internal("the hasher's semaphore was closed".into()))?;
        // The permits go with the work: a caller that hangs up does not make room for one more before it is done.
        let hasher = Arc::clone(&self.hasher);
        let done = task::spawn_blocking(move || {
            let result = work(hasher.as_ref());
            drop((turn, place));
            result
        });
        let hashed = done.await.map_err(|error| ChatError::Internal(format!("hashing a password: {error}")))?;
        hashed.map_err(|HashError(why)| ChatError::Internal(format!("hashing a password: {why}")))
    }
}

/// 64 characters of base64 over HMAC-SHA-384.
fn prehash(pepper: &[u8; 32], password: &str) -> SecretString {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha384>::new_from_slice(pepper).expect("HMAC takes any key");
    mac.update(password.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes()).into()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::security::bcrypt_hasher::BcryptHasher;

    fn passwords(pepper: u8) -> Passwords {
        at_cost(pepper, 4)
    }

    fn at_cost(pepper: u8, cost: u32) -> Passwords {
        Passwords::new([pepper; 32], Arc::new(BcryptHasher::new(cost).unwrap()))
    }

    #[tokio::test]
    async fn the_right_password_is_told_from_others_with_the_same_beginning() {
        let passwords = passwords(1);
        let (long, longer) = ("p".repeat(100), "p".repeat(101));
        let hash = passwords.hash(&long).await.unwrap();
        assert!(passwords.verify(&long, Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&longer, Some(&hash)).await.unwrap());
        assert!(!passwords.verify("", Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn another_pepper_makes_another_password() {
        let hash = passwords(1).hash("correct horse").await.unwrap();
        assert!(!passwords(2).verify("correct horse", Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn without_a_hash_every_password_is_wrong_even_the_dummys() {
        assert!(!passwords(1).verify("", None).await.unwrap());
    }

    #[tokio::test]
    async fn what_was_hashed_too_cheaply_is_renewed_for_the_right_password_alone() {
        let (before, now) = (at_cost(1, 4), at_cost(1, 5));
        let old = before.hash("correct horse").await.unwrap();

        let wrong = now.check("battery staple", Some(&old)).await.unwrap();
        assert!(!wrong.right && wrong.renewed.is_none());

        let right = now.check("correct horse", Some(&old)).await.unwrap();
        let renewed = right.renewed.unwrap();
        assert!(right.right && renewed.expose().starts_with("$2b$05$"));
        let again = now.check("correct horse", Some(&renewed)).await.unwrap();
        assert!(again.right && again.renewed.is_none());
        let lowered = before.check("correct horse", Some(&renewed)).await.unwrap();
        assert!(lowered.right && lowered.renewed.is_none(), "what cost more stays");
    }

    #[test]
    fn the_prehash_fits_bcrypt() {
        assert_eq!(prehash(&[0; 32], "x").expose_secret().len(), 64);
    }
}
