use chat_core::model::block as core;

use super::Time;
use crate::response::response;

response! {
    /// Somebody whom the caller blocks.
    pub(crate) struct Block = "Block" {
        /// Who.
        required user_id: String = "userId",
        /// Since when.
        required at: Time = "at",
    }
}

impl From<core::Block> for Block {
    fn from(block: core::Block) -> Self {
        Self { user_id: block.id.to_string(), at: Time(block.at) }
    }
}
