use tonic::{Request, Response, Status};

use super::{Calls, answer};
use crate::{read, v1};

#[tonic::async_trait]
impl v1::blocks_server::Blocks for Calls {
    async fn list_blocks(
        &self,
        request: Request<v1::ListBlocksRequest>,
    ) -> Result<Response<v1::ListBlocksResponse>, Status> {
        answer(async {
            let (caller, _) = self.0.signed_in(request)?;
            let blocks = self.0.chat.blocks(&caller).await?;
            Ok(v1::ListBlocksResponse { blocks: blocks.into_iter().map(v1::BlockedUser::from).collect() })
        })
        .await
    }

    async fn block(&self, request: Request<v1::BlockRequest>) -> Result<Response<v1::BlockResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            self.0.chat.block(&caller, &read::user_id(&request.user_id)?).await?;
            Ok(v1::BlockResponse {})
        })
        .await
    }

    async fn unblock(&self, request: Request<v1::UnblockRequest>) -> Result<Response<v1::UnblockResponse>, Status> {
        answer(async {
            let (caller, request) = self.0.signed_in(request)?;
            self.0.chat.unblock(&caller, &read::user_id(&request.user_id)?).await?;
            Ok(v1::UnblockResponse {})
        })
        .await
    }
}
