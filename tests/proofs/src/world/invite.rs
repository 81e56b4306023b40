//! Invites (R-INV).

use std::time::Duration;

use chat_core::{
    error::Rejection,
    model::{
        invite::{Invite, InviteId},
        room::{Role, RoomId},
        user::{Standing, UserId},
    },
};

use super::World;
use crate::{
    answer::{Answer, Reply, invalid},
    command::{Tag, id_of},
};

const GOOD_FOR: Duration = Duration::from_hours(7 * 24);

impl World {
    /// In the order of R-INV-02.
    pub(super) fn invite(&mut self, tag: Tag, user: &UserId, room: RoomId, invitee: &UserId, right: bool) -> Answer {
        let place = self.place(room)?;
        self.acting(user)?;
        let role = place.member(user).ok_or(Rejection::NotAMember)?.role;
        if role != Role::Owner {
            return Err(Rejection::NotAllowed);
        }
        if place.room.closed_at.is_some() {
            return Err(Rejection::RoomClosed);
        }
        if !right {
            return Err(Rejection::WrongRoomPassword);
        }
        if user == invitee {
            return Err(invalid());
        }
        let invited = &self.account(invitee)?.user;
        if invited.standing == Standing::Erased {
            return Err(Rejection::UserNotFound);
        }
        let prime = invited.prime;
        if place.member(invitee).is_some() {
            return Err(Rejection::AlreadyMember);
        }
        if place.is_banned(invitee) {
            return Err(Rejection::Banned);
        }
        if !prime {
            return Err(Rejection::InviteeNotPrime);
        }
        let invite = Invite {
            id: InviteId::from_bytes(id_of(tag)),
            room,
            maker: user.clone(),
            invitee: invitee.clone(),
            created_at: self.now,
            expires_at: self.now.after(GOOD_FOR),
            used_at: None,
            revoked_at: None,
        };
        self.invites.insert(invite.id, invite.clone());
        Ok(Reply::Invite(invite))
    }

    pub(super) fn invites_to(&self, user: &UserId, room: RoomId) -> Answer {
        if self.place(room)?.member(user).ok_or(Rejection::NotAMember)?.role != Role::Owner {
            return Err(Rejection::NotAllowed);
        }
        Ok(Reply::Invites(self.invites.values().filter(|invite| invite.room == room).cloned().collect()))
    }

    pub(super) fn revoke_invite(&mut self, user: &UserId, room: RoomId, id: InviteId) -> Answer {
        self.acting(user)?;
        let role = self.place(room)?.member(user).map(|member| member.role);
        let now = self.now;
        let invite = self.invites.get_mut(&id).filter(|invite| invite.room == room);
        let invite = match (invite, role) {
            (Some(own), _) if own.maker == *user => own,
            (_, None) => return Err(Rejection::NotAMember),
            (None, Some(_)) => return Err(Rejection::InviteNotFound),
            (Some(invite), Some(Role::Owner)) => invite,
            (Some(_), Some(_)) => return Err(Rejection::NotAllowed),
        };
        if invite.used_at.is_none() && invite.revoked_at.is_none() {
            invite.revoked_at = Some(now);
        }
        Ok(Reply::Done)
    }
}
