use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    coin::{Amount, CoinEntry, CoinKey, CoinKind, Coins, Reason},
    room::RoomId,
    time::Timestamp,
    user::UserId,
};

/// A ledger entry to be. The store numbers it.
#[derive(Clone, Debug)]
pub struct NewCoinEntry {
    /// By how much the balance changes.
    pub amount: Amount,
    /// Why.
    pub kind: CoinKind,
    /// The operator's words.
    pub reason: Option<Reason>,
    /// The balance after it.
    pub balance_after: Coins,
    /// The room that is paid for.
    pub room: Option<RoomId>,
    /// The operator's key.
    pub key: Option<CoinKey>,
    /// When.
    pub at: Timestamp,
}

/// Reading the ledger.
#[async_trait]
pub trait CoinStore: Send + Sync + 'static {
    /// At most `limit` entries of a user, the newest first; with `before`, only those of a smaller number.
    async fn coin_entries(
        &self,
        user: &UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<CoinEntry>, StoreError>;
}

/// Writing the ledger. A user's entries and balance are protected by the lock of the user.
#[async_trait]
pub trait CoinTx: Send {
    /// The entry that bears the operator's key, for this user. Lock: the user.
    async fn coin_entry_by_key(&mut self, user: &UserId, key: &CoinKey) -> Result<Option<CoinEntry>, StoreError>;

    /// Appends an entry under the user's next number, and sets the balance to what it says (R-COIN-02). Lock: the
    /// user. Errors: `Corrupt` where the balance before it and the amount do not make the balance after it.
    async fn append_coin_entry(&mut self, user: &UserId, entry: &NewCoinEntry) -> Result<CoinEntry, StoreError>;
}
