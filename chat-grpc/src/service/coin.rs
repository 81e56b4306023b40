use tonic::{Request, Response, Status};

use super::{Calls, answer};
use crate::{read, v1};

#[tonic::async_trait]
impl v1::coins_server::Coins for Calls {
    async fn list_coin_entries(
        &self,
        request: Request<v1::ListCoinEntriesRequest>,
    ) -> Result<Response<v1::ListCoinEntriesResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            let limit = read::limit(request.limit)?;
            Ok(self.0.chat.coin_entries(&caller, request.before, limit).await?.into())
        })
        .await
    }
}
