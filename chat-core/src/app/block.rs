use async_trait::async_trait;

use super::{
    chat::{Chat, Inner},
    transaction::{Command, Tx},
};
use crate::{
    api::Blocks,
    error::ChatError,
    model::{
        block::Block,
        friend::RequestState,
        session::Caller,
        user::{Standing, UserId},
    },
    realtime::notice::Notice,
    rules::block::{BlockFacts, decide_block},
};

#[async_trait]
impl Blocks for Chat {
    async fn blocks(&self, caller: &Caller) -> Result<Vec<Block>, ChatError> {
        Ok(self.0.store.blocks(&caller.user).await?)
    }

    async fn block(&self, caller: &Caller, user: &UserId) -> Result<(), ChatError> {
        self.0.execute(SetBlock { user: caller.user.clone(), other: user.clone(), block: true }).await
    }

    async fn unblock(&self, caller: &Caller, user: &UserId) -> Result<(), ChatError> {
        self.0.execute(SetBlock { user: caller.user.clone(), other: user.clone(), block: false }).await
    }
}

/// Blocks somebody, or ends that.
struct SetBlock {
    user: UserId,
    other: UserId,
    block: bool,
}

#[async_trait]
impl Command for SetBlock {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        let Self { user, other, block } = self;
        let (_, locked) = tx.lock_actor_and(user, other).await?;
        let ties = tx.ties_between(user, other).await?;
        let facts = BlockFacts {
            oneself: user == other,
            exists: locked.is_some_and(|locked| locked.user.standing != Standing::Erased),
            blocks: ties.blocks,
        };
        if !decide_block(&facts, *block)? {
            return Ok(());
        }
        let now = tx.now;
        if *block {
            tx.part(user, other, &ties).await?;
            tx.insert_block(user, other, now).await?;
        } else {
            if let Some(hidden) = ties.received {
                tx.decide_request(hidden.id, RequestState::Withdrawn, now).await?;
            }
            tx.delete_block(user, other).await?;
        }
        tx.tell(Notice::BlockChanged { user: user.clone(), other: other.clone(), blocks: *block });
        Ok(())
    }
}
