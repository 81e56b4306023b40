use std::sync::Arc;

use chat_core::{api::ChatService, model::session::Caller};
use poem_openapi::OpenApi;

use super::{Tag, page::Limit};
use crate::{
    answer::Answer, payload::Json, query::Query, response::response, signed_in::SignedIn, wire::coin::CoinEntry,
};

response! {
    /// A stretch of one's ledger.
    pub(super) struct CoinEntryList = "CoinEntryList" {
        /// The newest first.
        required entries: Vec<CoinEntry> = "entries",
        /// Whether there are older ones.
        required has_more: bool = "hasMore",
    }
}

pub(super) struct CoinRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Coins")]
impl CoinRoutes {
    /// Read one's ledger.
    ///
    /// Each change of the balance, the newest first.
    #[oai(path = "/api/me/coins", method = "get", operation_id = "listCoinEntries")]
    async fn list_coin_entries(
        &self,
        caller: SignedIn<Caller>,
        /// Only entries below this `number`.
        #[oai(name = "before")]
        before: Query<i64>,
        /// How many at most.
        #[oai(name = "limit")]
        limit: Query<Limit>,
    ) -> Answer<Json<CoinEntryList>> {
        // Below the first entry there is none.
        let before = before.0.map(|number| u64::try_from(number).unwrap_or(0));
        let page = self.0.coin_entries(&caller.0, before, limit.count()).await?;
        let entries = page.entries.into_iter().map(CoinEntry::from).collect();
        Ok(Json(CoinEntryList { entries, has_more: page.has_more }))
    }
}
