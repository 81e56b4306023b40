//! How a room's owner changes and closes it.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    chat::Inner,
    transaction::{Command, Tx},
};
use crate::{
    api::ChangeRoom,
    error::{ChatError, Rejection},
    model::{
        event::EventKind,
        room::{Room, RoomId, RoomView},
        session::Caller,
        user::{PasswordHash, UserId},
    },
    rules::{self, room_change::Closing},
};

impl Inner {
    pub(super) async fn change_room(
        self: &Arc<Self>,
        caller: &Caller,
        room: RoomId,
        change: ChangeRoom,
    ) -> Result<RoomView, ChatError> {
        let password = match &change.password {
            Some(password) => Some(self.passwords.hash(password.expose()).await?),
            None => None,
        };
        self.execute(Change { user: caller.user.clone(), room, change, password }).await
    }
}

struct Change {
    user: UserId,
    room: RoomId,
    change: ChangeRoom,
    password: Option<PasswordHash>,
}

#[async_trait]
impl Command for Change {
    type Answer = RoomView;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<RoomView, ChatError> {
        tx.lock_actor(&self.user).await?;
        let mut room = tx.lock_room(self.room).await?.ok_or(Rejection::RoomNotFound)?.room;
        let role = tx.member_in(self.room, &self.user).await?.map(|member| member.role);
        let closed = room.closed_at.is_some();
        rules::room_change::decide_change(role, closed, room.member_count, self.change.capacity)?;

        // Write.
        if let Some(password) = &self.password {
            tx.set_room_password(room.id, password).await?;
        }
        let name = self.change.name.clone().filter(|name| *name != room.name);
        let capacity = self.change.capacity.filter(|capacity| *capacity != room.capacity);
        if name.is_some() || capacity.is_some() {
            tx.change_room(room.id, name.as_ref().unwrap_or(&room.name), capacity.unwrap_or(room.capacity)).await?;
        }
        // Of a new password the members hear that the room was changed, and no more.
        if name.is_some() || capacity.is_some() || self.password.is_some() {
            tx.log(&mut room, &self.user, EventKind::RoomChanged { name, capacity }).await?;
        }
        // Looked at before the commit: afterwards the caller may have left, and would be refused what was done.
        let view = tx.view_in(room.id, &self.user).await?;
        Ok(view.ok_or(Rejection::NotAMember)?)
    }
}

/// Closes a room for its owner.
pub(super) struct CloseRoom {
    pub(super) user: UserId,
    pub(super) room: RoomId,
}

#[async_trait]
impl Command for CloseRoom {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        tx.lock_actor(&self.user).await?;
        let room = tx.lock_room(self.room).await?.ok_or(Rejection::RoomNotFound)?.room;
        let role = tx.member_in(self.room, &self.user).await?.map(|member| member.role);
        match rules::room_change::decide_close(role, room.closed_at.is_some())? {
            Closing::Now => tx.close(room, &self.user, false).await,
            Closing::Before => Ok(()),
        }
    }
}

impl Tx {
    /// Closes a room that is locked and open.
    pub(super) async fn close(&mut self, mut room: Room, sender: &UserId, by_operator: bool) -> Result<(), ChatError> {
        let now = self.now;
        self.close_room(room.id, now).await?;
        self.log(&mut room, sender, EventKind::RoomClosed { by_operator }).await?;
        Ok(())
    }
}
