use async_trait::async_trait;

use crate::{
    error::ChatError,
    model::{block::Block, session::Caller, user::UserId},
};

/// Whom one wants to hear nothing of (R-FRI-04).
#[async_trait]
pub trait Blocks: Send + Sync + 'static {
    /// Whom the caller blocks, in the order in which they came to.
    async fn blocks(&self, caller: &Caller) -> Result<Vec<Block>, ChatError>;

    /// Blocks somebody; whom the caller blocks already stays as they are. Ends friendship and open requests between the
    /// two, without telling the other of the block.
    ///
    /// # Errors
    /// In this order: `Invalid` (oneself), `UserNotFound`.
    async fn block(&self, caller: &Caller, user: &UserId) -> Result<(), ChatError>;

    /// Ends a block, and drops the request that it hid; where there is none, nothing changes.
    ///
    /// # Errors
    /// As of [`block`](Self::block).
    async fn unblock(&self, caller: &Caller, user: &UserId) -> Result<(), ChatError>;
}
