//! Blocks (R-FRI-04).

use chat_core::{
    error::Rejection,
    model::{
        block::Block,
        friend::{FriendRequest, RequestState},
        user::{Standing, UserId},
    },
};

use super::World;
use crate::answer::{Answer, Reply, invalid};

impl World {
    pub(super) fn does_block(&self, user: &UserId, other: &UserId) -> bool {
        self.blocks.contains_key(&(user.clone(), other.clone()))
    }

    /// The receiver of an open request is not shown it.
    pub(super) fn is_hidden(&self, request: &FriendRequest) -> bool {
        request.state == RequestState::Open && self.does_block(&request.to, &request.from)
    }

    pub(super) fn blocks_of(&self, user: &UserId) -> Vec<Block> {
        let mine = self.blocks.iter().filter(|((blocker, _), _)| blocker == user);
        mine.map(|((_, id), at)| Block { id: id.clone(), at: *at }).collect()
    }

    fn somebody_else(&self, user: &UserId, other: &UserId) -> Result<(), Rejection> {
        self.acting(user)?;
        if user == other {
            return Err(invalid());
        }
        if self.account(other)?.user.standing == Standing::Erased {
            return Err(Rejection::UserNotFound);
        }
        Ok(())
    }

    pub(super) fn block(&mut self, user: &UserId, other: &UserId) -> Answer {
        self.somebody_else(user, other)?;
        if !self.does_block(user, other) {
            self.end_friendship(user, other);
            self.end_open(user, other, RequestState::Withdrawn);
            self.end_open(other, user, RequestState::Declined);
            self.blocks.insert((user.clone(), other.clone()), self.now);
        }
        Ok(Reply::Done)
    }

    pub(super) fn unblock(&mut self, user: &UserId, other: &UserId) -> Answer {
        self.somebody_else(user, other)?;
        if self.blocks.remove(&(user.clone(), other.clone())).is_some() {
            self.end_open(other, user, RequestState::Withdrawn);
        }
        Ok(Reply::Done)
    }
}
