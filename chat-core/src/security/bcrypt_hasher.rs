//! bcrypt, of which every call takes as long as the next.

use std::{ops::RangeInclusive, str::FromStr};

use bcrypt::{BcryptError, HashParts};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    model::user::PasswordHash,
    ports::hasher::{HashError, Hasher},
};

/// The default [`Hasher`].
///
/// ```
/// use chat_core::{BcryptHasher, CostError};
///
/// assert!(BcryptHasher::new(12).is_ok());
/// assert_eq!(BcryptHasher::new(32).err(), Some(CostError(32)));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BcryptHasher {
    cost: u32,
}

/// bcrypt knows no such cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the password cost is {0}, and must be from {min} to {max}",
    min = BcryptHasher::COSTS.start(),
    max = BcryptHasher::COSTS.end()
)]
pub struct CostError(pub u32);

impl BcryptHasher {
    /// The costs that bcrypt knows. One of `n` takes 2ⁿ rounds; less than 10 is for tests.
    pub const COSTS: RangeInclusive<u32> = 4..=31;

    /// Hashes at `cost`.
    ///
    /// # Errors
    /// [`CostError`] where it is not one of [`COSTS`](Self::COSTS).
    pub fn new(cost: u32) -> Result<Self, CostError> {
        if Self::COSTS.contains(&cost) { Ok(Self { cost }) } else { Err(CostError(cost)) }
    }

    /// Takes the time of the rounds of `cost`, for nothing.
    fn work(prehash: &SecretString, cost: u32) -> Result<(), HashError> {
        let salt = [0; 16];
        bcrypt::hash_with_salt(prehash.expose_secret(), cost, salt).map(drop).map_err(fault)
    }

    /// The costs that make up for what a hash of `cost` takes less than one of now.
    fn missing(&self, cost: u32) -> impl Iterator<Item = u32> + use<> {
        // 2ᶜ + (2ᶜ + 2ᶜ⁺¹ + … + 2ⁿ⁻¹) = 2ⁿ
        cost..self.cost
    }
}

impl Hasher for BcryptHasher {
    fn hash(&self, prehash: &SecretString) -> Result<PasswordHash, HashError> {
        bcrypt::hash(prehash.expose_secret(), self.cost).map(PasswordHash::from_stored).map_err(fault)
    }

    fn verify(&self, prehash: &SecretString, stored: Option<&PasswordHash>) -> Result<bool, HashError> {
        let Some(stored) = stored else {
            Self::work(prehash, self.cost)?;
            return Ok(false);
        };
        let right = bcrypt::verify(prehash.expose_secret(), stored.expose()).map_err(fault)?;
        for cost in self.missing(cost_of(stored).map_err(fault)?) {
            Self::work(prehash, cost)?;
        }
        Ok(right)
    }

    fn is_outdated(&self, stored: &PasswordHash) -> bool {
        cost_of(stored).is_ok_and(|cost| cost < self.cost)
    }
}

fn cost_of(stored: &PasswordHash) -> Result<u32, BcryptError> {
    HashParts::from_str(stored.expose()).map(|parts| parts.get_cost())
}

fn fault(error: BcryptError) -> HashError {
    HashError(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(cost: u32) -> BcryptHasher {
        BcryptHasher::new(cost).unwrap()
    }

    fn prehash(text: &str) -> SecretString {
        text.into()
    }

    #[test]
    fn what_was_hashed_at_any_cost_is_verified() {
        let right = prehash("right");
        for cost in [4, 5, 6] {
            let stored = hasher(cost).hash(&right).unwrap();
            assert!(hasher(5).verify(&right, Some(&stored)).unwrap());
            assert!(!hasher(5).verify(&prehash("wrong"), Some(&stored)).unwrap());
            assert_eq!(hasher(5).is_outdated(&stored), cost < 5);
        }
        assert!(!hasher(4).verify(&right, None).unwrap());
    }

    #[test]
    fn whatever_a_hash_cost_verifying_it_takes_the_rounds_of_one_of_now() {
        let rounds = |cost: u32| 1_u64 << cost;
        for stored in BcryptHasher::COSTS {
            for now in stored..=31 {
                let made_up: u64 = hasher(now).missing(stored).map(rounds).sum();
                assert_eq!(rounds(stored) + made_up, rounds(now), "{stored} and {now}");
            }
            assert_eq!(hasher(4).missing(stored).count(), 0, "what cost more takes longer");
        }
    }

    #[test]
    fn what_is_no_hash_is_an_error_and_not_a_wrong_password() {
        for stored in ["", "plain", "$2b$12$short", "$argon2id$v=19$m=1"] {
            let stored = PasswordHash::from_stored(stored);
            assert!(hasher(4).verify(&prehash("x"), Some(&stored)).is_err());
            assert!(!hasher(4).is_outdated(&stored));
        }
    }

    #[test]
    fn a_cost_that_bcrypt_does_not_know_is_refused() {
        assert_eq!(BcryptHasher::new(3).err(), Some(CostError(3)));
        assert_eq!(CostError(32).to_string(), "the password cost is 32, and must be from 4 to 31");
    }
}
