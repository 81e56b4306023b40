//! Hashing passwords: slow on purpose, so never on the threads that serve everybody, and only a few at once.
//!
//! bcrypt reads 72 bytes and stops at a NUL. The pre-hash, an HMAC-SHA-384 under a pepper, turns every password into
//! 64 characters without one, so that two long passwords with the same beginning are still two passwords, and what
//! leaks from the database alone cannot be tried out.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha384;
use tokio::{sync::Semaphore, task};

use crate::{error::ChatError, model::user::PasswordHash};

/// Hashes and verifies, for users and rooms alike.
#[derive(Clone)]
pub(crate) struct Passwords {
    pepper: [u8; 32],
    cost: u32,
    /// Verified where there is nothing to verify against, so that the time taken tells nothing.
    dummy: PasswordHash,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// The costs that bcrypt knows.
pub(crate) const COSTS: std::ops::RangeInclusive<u32> = 4..=31;

/// How many may wait for each that is being hashed.
const WAITING_PER_RUNNING: usize = 64;

impl Passwords {
    /// Hashes at `cost`, as many at once as the machine has cores, less one that goes on serving.
    pub(crate) fn new(pepper: [u8; 32], cost: u32) -> Result<Self, ChatError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let running = cores.saturating_sub(1).max(1);
        let dummy = bcrypt::hash(prehash(&pepper, ""), cost).map_err(internal)?;
        Ok(Self {
            pepper,
            cost,
            dummy: PasswordHash::from_stored(dummy),
            running: Arc::new(Semaphore::new(running)),
            waiting: Arc::new(Semaphore::new(running * (WAITING_PER_RUNNING + 1))),
        })
    }

    /// The hash of a password, under a salt of its own.
    pub(crate) async fn hash(&self, password: &str) -> Result<PasswordHash, ChatError> {
        let (prehash, cost) = (prehash(&self.pepper, password), self.cost);
        let hash = self.run(move || bcrypt::hash(prehash, cost)).await?;
        Ok(PasswordHash::from_stored(hash))
    }

    /// Whether `password` is the one that was hashed. Without a hash it takes as long, and is wrong.
    pub(crate) async fn verify(&self, password: &str, hash: Option<&PasswordHash>) -> Result<bool, ChatError> {
        let stored = hash.unwrap_or(&self.dummy).clone();
        let prehash = prehash(&self.pepper, password);
        let right = self.run(move || bcrypt::verify(prehash, stored.expose())).await?;
        Ok(right && hash.is_some())
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> bcrypt::BcryptResult<T> + Send + 'static,
    ) -> Result<T, ChatError> {
        let place = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| ChatError::Overloaded("too many passwords are being hashed"))?;
        let turn = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| ChatError::Internal("the hasher's semaphore was closed".into()))?;
        // The permits go with the work: a caller that hangs up does not make room for one more before it is done.
        let done = task::spawn_blocking(move || {
            let result = work();
            drop((turn, place));
            result
        });
        done.await.map_err(internal)?.map_err(internal)
    }
}

/// 64 characters of base64 over HMAC-SHA-384.
fn prehash(pepper: &[u8; 32], password: &str) -> String {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length (RFC 2104)")]
    let mut mac = Hmac::<Sha384>::new_from_slice(pepper).expect("HMAC takes any key");
    mac.update(password.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

fn internal(error: impl std::fmt::Display) -> ChatError {
    ChatError::Internal(format!("hashing a password: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords(pepper: u8) -> Passwords {
        Passwords::new([pepper; 32], 4).unwrap()
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

    #[test]
    fn the_prehash_fits_bcrypt() {
        assert_eq!(prehash(&[0; 32], "x").len(), 64);
    }
}
