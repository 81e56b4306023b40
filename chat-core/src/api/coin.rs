use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{coin::CoinEntry, session::Caller},
};

/// A stretch of a ledger, the newest entry first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoinPage {
    /// The entries.
    pub entries: Vec<CoinEntry>,
    /// There are older ones.
    pub has_more: bool,
}

/// The coin ledger.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// At most `limit` of the caller's entries, of numbers below `before` where it is given.
    async fn coin_entries(&self, caller: &Caller, before: Option<u64>, limit: usize) -> Result<CoinPage, ChatError>;
}
