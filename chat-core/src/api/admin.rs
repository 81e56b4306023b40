use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{
        coin::{Amount, CoinEntry, CoinKey, Coins, Reason},
        text::Name,
        user::{Phone, User, UserId},
    },
};

/// A user of the host's, as they begin.
#[derive(Clone, Debug)]
pub struct EnsureUser {
    /// Who.
    pub id: UserId,
    /// The name that others see.
    pub name: Name,
    /// The telephone number, where the host has one.
    pub phone: Option<Phone>,
    /// With how many coins; none: as [`Policy::starting_coins`](crate::policy::Policy::starting_coins) has it, which is
    /// with 0 where that leaves it to who registers (R-ACC-04).
    pub coins: Option<Coins>,
}

impl EnsureUser {
    /// A user who begins with their id as their name, without a phone, and with the coins that the policy gives.
    pub fn new(id: UserId) -> Self {
        Self { name: Name::from(&id), id, phone: None, coins: None }
    }
}

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
    /// The user of that id, in whatever standing; where there is none yet, one is made who has no password, and so signs
    /// in by the host alone. Who is there already stays as they are. However often and on however many nodes at once it
    /// is called, one user comes of it, and one opening entry in their ledger.
    ///
    /// # Errors
    /// `UserIdTaken` where the id differs from another user's in case alone (R-ACC-02).
    async fn ensure_user(&self, user: EnsureUser) -> Result<User, ChatError>;

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
