use async_trait::async_trait;

use super::chat::Chat;
use crate::{
    api::{CoinPage, Ledger},
    error::ChatError,
    model::session::Caller,
};

#[async_trait]
impl Ledger for Chat {
    async fn coin_entries(&self, caller: &Caller, before: Option<u64>, limit: usize) -> Result<CoinPage, ChatError> {
        // One more than is answered tells whether there are more.
        let mut entries = self.0.store.coin_entries(&caller.user, before, limit.saturating_add(1)).await?;
        let has_more = limit < entries.len();
        entries.truncate(limit);
        Ok(CoinPage { entries, has_more })
    }
}
