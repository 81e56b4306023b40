use async_trait::async_trait;

use super::{chat::Chat, page::page};
use crate::{
    api::{CoinPage, Ledger},
    error::ChatError,
    model::session::Caller,
};

#[async_trait]
impl Ledger for Chat {
    async fn coin_entries(&self, caller: &Caller, before: Option<u64>, limit: usize) -> Result<CoinPage, ChatError> {
        let read = self.0.store.coin_entries(&caller.user, before, limit.saturating_add(1)).await?;
        let (entries, has_more) = page(read, limit);
        Ok(CoinPage { entries, has_more })
    }
}
