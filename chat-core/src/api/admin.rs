use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{
        coin::{Amount, CoinEntry, CoinKey, Reason},
        user::{User, UserId},
    },
};

/// A grant (above zero) or a debit (below).
#[derive(Clone, Debug)]
pub struct ChangeCoins {
    /// By how much.
    pub amount: Amount,
    /// The operator's words.
    pub reason: Reason,
    /// The key under which it is done once (R-COIN-03).
    pub key: CoinKey,
}

/// A change of a balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedCoins {
    /// The ledger entry.
    pub entry: CoinEntry,
    /// It was made by an earlier call under the same key.
    pub repeated: bool,
}

/// What only the embedding application and its operator do (R-ACC-05). Whoever holds this decides for everybody:
/// transports ask for a credential of its own.
#[async_trait]
pub trait Admin: Send + Sync + 'static {
    /// A user, as the operator sees them, in whatever standing.
    ///
    /// # Errors
    /// `UserNotFound`.
    async fn find_user(&self, user: &UserId) -> Result<User, ChatError>;

    /// Makes a user prime, or no longer so. Twice is no error.
    ///
    /// # Errors
    /// `UserNotFound`.
    async fn set_prime(&self, user: &UserId, prime: bool) -> Result<User, ChatError>;

    /// Grants or debits coins, once a key.
    ///
    /// # Errors
    /// `UserNotFound`, `IdempotencyConflict`, `InsufficientCoins` (a debit below zero), `BalanceOverflow`.
    async fn change_coins(&self, user: &UserId, change: ChangeCoins) -> Result<ChangedCoins, ChatError>;
}
