//! Who may look at a room.

use super::chat::Inner;
use crate::{
    error::{ChatError, Rejection},
    model::{
        room::{RoomId, RoomView},
        user::UserId,
    },
    ports::store::{Membership, Store},
};

impl Inner {
    /// The room as this member sees it; refused to all others (R-MSG-01).
    pub(super) async fn view_as_member(&self, room: RoomId, user: &UserId) -> Result<RoomView, ChatError> {
        match self.store.room_view(room, user).await? {
            #[cfg(feature = "planted-bugs")]
            Some(view) if crate::planted::Planted::UnreadCountsOwn.is_on() => self.with_own_unread(view).await,
            Some(view) => Ok(view),
            None => Err(self.no_member(room).await?.into()),
        }
    }

    /// The membership of who is a member; refused to all others (R-MSG-01).
    pub(super) async fn as_member(&self, room: RoomId, user: &UserId) -> Result<Membership, ChatError> {
        as_member(self.store.as_ref(), room, user).await
    }

    /// Why somebody who is no member of a room is refused.
    pub(super) async fn no_member(&self, room: RoomId) -> Result<Rejection, ChatError> {
        no_member(self.store.as_ref(), room).await
    }
}

/// As [`Inner::as_member`], where there is a store alone.
pub(super) async fn as_member(store: &dyn Store, room: RoomId, user: &UserId) -> Result<Membership, ChatError> {
    match store.membership(room, user).await? {
        Some(membership) => Ok(membership),
        None => Err(no_member(store, room).await?.into()),
    }
}

async fn no_member(store: &dyn Store, room: RoomId) -> Result<Rejection, ChatError> {
    Ok(if store.room(room).await?.is_some() { Rejection::NotAMember } else { Rejection::RoomNotFound })
}
