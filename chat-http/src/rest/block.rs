use std::sync::Arc;

use chat_core::{api::ChatService, model::session::Caller};
use poem_openapi::{OpenApi, param::Path};

use super::{Tag, user_id};
use crate::{
    answer::{Answer, NoContent},
    payload::Json,
    response::response,
    signed_in::SignedIn,
    wire::block::Block,
};

response! {
    /// Whom one blocks.
    pub(super) struct BlockList = "BlockList" {
        /// In the order in which one came to.
        required blocks: Vec<Block> = "blocks",
    }
}

pub(super) struct BlockRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Friends")]
impl BlockRoutes {
    /// List whom one blocks.
    ///
    /// In the order of the blocking; those who are blocked are not told.
    #[oai(path = "/api/blocks", method = "get", operation_id = "listBlocks")]
    async fn list_blocks(&self, caller: SignedIn<Caller>) -> Answer<Json<BlockList>> {
        let blocks = self.0.blocks(&caller.0).await?;
        Ok(Json(BlockList { blocks: blocks.into_iter().map(Block::from).collect() }))
    }

    /// Block somebody.
    ///
    /// Ends friendship and open requests between the two; they are not told that they are blocked. Their requests are
    /// not shown any more, and neither hears when the other types or is online.
    #[oai(path = "/api/blocks/:userId", method = "put", operation_id = "block")]
    async fn block(
        &self,
        caller: SignedIn<Caller>,
        /// Whom.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<NoContent> {
        self.0.block(&caller.0, &user_id(&user)?).await?;
        Ok(NoContent)
    }

    /// Block somebody no more.
    ///
    /// What they asked meanwhile is dropped: they may ask again. Where there is no block, nothing changes.
    #[oai(path = "/api/blocks/:userId", method = "delete", operation_id = "unblock")]
    async fn unblock(
        &self,
        caller: SignedIn<Caller>,
        /// Whom.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<NoContent> {
        self.0.unblock(&caller.0, &user_id(&user)?).await?;
        Ok(NoContent)
    }
}
