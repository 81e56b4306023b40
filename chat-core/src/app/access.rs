//! Who may look at a room.

use super::chat::Inner;
use crate::{
    error::{ChatError, Rejection},
    model::{
        room::{RoomId, RoomView},
        user::UserId,
    },
};

impl Inner {
    /// The room as this member sees it; refused to all others (R-MSG-01).
    pub(super) async fn view_as_member(&self, room: RoomId, user: &UserId) -> Result<RoomView, ChatError> {
        if let Some(view) = self.store.room_view(room, user).await? {
            return Ok(view);
        }
        match self.store.room(room).await? {
            Some(_) => Err(Rejection::NotAMember.into()),
            None => Err(Rejection::RoomNotFound.into()),
        }
    }
}
