use async_trait::async_trait;

use super::{
    chat::{Chat, Inner},
    transaction::{Command, Tx},
};
use crate::{
    api::Members,
    error::{ChatError, Rejection},
    model::{
        event::EventKind,
        room::{Member, NamedMember, Role, Room, RoomId},
        session::Caller,
        user::UserId,
    },
    ports::store::LockedUser,
    rules::{
        self,
        member::{ActFacts, RoleChange},
    },
};

#[async_trait]
impl Members for Chat {
    async fn members(&self, caller: &Caller, room: RoomId) -> Result<Vec<NamedMember>, ChatError> {
        let members = self.0.store.members(room).await?;
        if members.iter().any(|named| named.member.user == caller.user) {
            return Ok(members);
        }
        Err(self.0.no_member(room).await?.into())
    }

    async fn remove_member(&self, caller: &Caller, room: RoomId, user: Option<UserId>) -> Result<(), ChatError> {
        self.0.execute(Remove { user: caller.user.clone(), room, other: user }).await
    }

    async fn set_role(
        &self,
        caller: &Caller,
        room: RoomId,
        user: Option<UserId>,
        role: Role,
    ) -> Result<NamedMember, ChatError> {
        self.0.execute(SetRole { user: caller.user.clone(), room, other: user, role }).await
    }
}

/// A member who acts on somebody, all locked.
pub(super) struct Act {
    pub(super) room: Room,
    /// Whom it is about, where there is such a user.
    pub(super) other: Option<LockedUser>,
    /// Their membership, where they are a member.
    pub(super) member: Option<Member>,
    pub(super) facts: ActFacts,
}

impl Tx {
    /// Locks who acts, whom it is about, and the room, and reads how they stand in it.
    pub(super) async fn lock_act(
        &mut self,
        user: &UserId,
        room: RoomId,
        other: Option<&UserId>,
    ) -> Result<Act, ChatError> {
        let other = match other {
            Some(other) => self.lock_actor_and(user, other).await?.1,
            None => {
                self.lock_actor(user).await?;
                None
            }
        };
        let room = self.lock_room(room).await?.ok_or(Rejection::RoomNotFound)?.room;
        let role = self.member_in(room.id, user).await?.map(|member| member.role);
        let member = match &other {
            Some(other) => self.member_in(room.id, &other.user.id).await?,
            None => None,
        };
        let other_role = member.as_ref().map(|member| member.role);
        let facts = ActFacts { role, closed: room.closed_at.is_some(), other: other_role };
        Ok(Act { room, other, member, facts })
    }

    /// Takes a member's seat in a room that is locked, and revokes the invites that they made (R-ROL-02, R-INV-03).
    pub(super) async fn remove(
        &mut self,
        room: &mut Room,
        by: &UserId,
        user: &UserId,
        banned: bool,
    ) -> Result<(), ChatError> {
        let now = self.now;
        let removed = self.log(room, by, EventKind::Removed { user: user.clone(), banned }).await?;
        self.unseat_member(user, &removed).await?;
        self.revoke_invites_by(room.id, user, now).await?;
        Ok(())
    }
}

struct Remove {
    user: UserId,
    room: RoomId,
    other: Option<UserId>,
}

#[async_trait]
impl Command for Remove {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        let Act { mut room, facts, .. } = tx.lock_act(&self.user, self.room, self.other.as_ref()).await?;
        if self.other.as_ref() == Some(&self.user) {
            return tx.leave(room, &self.user).await;
        }
        rules::member::decide_remove(&facts)?;
        let other = self.other.as_ref().ok_or(Rejection::UserNotFound)?;
        tx.remove(&mut room, &self.user, other, false).await
    }
}

struct SetRole {
    user: UserId,
    room: RoomId,
    other: Option<UserId>,
    role: Role,
}

#[async_trait]
impl Command for SetRole {
    type Answer = NamedMember;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<NamedMember, ChatError> {
        let Act { mut room, other, member, facts } = tx.lock_act(&self.user, self.room, self.other.as_ref()).await?;
        let change = rules::member::decide_role(&facts, self.role)?;
        let (Some(other), Some(mut member)) = (other, member) else { return Err(Rejection::UserNotFound.into()) };
        match change {
            RoleChange::None => {}
            RoleChange::Of(role) => tx.change_role(&mut room, &self.user, &member.user, role).await?,
            RoleChange::HandOver => {
                tx.change_role(&mut room, &self.user, &member.user, Role::Owner).await?;
                tx.change_role(&mut room, &self.user, &self.user, Role::Moderator).await?;
            }
        }
        member.role = self.role;
        Ok(NamedMember { member, name: other.user.name })
    }
}

impl Tx {
    /// Gives a member of a room that is locked a role that they have not.
    pub(super) async fn change_role(
        &mut self,
        room: &mut Room,
        by: &UserId,
        user: &UserId,
        role: Role,
    ) -> Result<(), ChatError> {
        self.set_role(room.id, user, role).await?;
        self.log(room, by, EventKind::RoleChanged { user: user.clone(), role }).await?;
        Ok(())
    }
}
