//! What members do to each other and to their room (R-ROL, R-ADM-02, R-ADM-03, R-ADM-10).

use chat_core::{
    error::Rejection,
    model::{
        ban::Ban,
        event::EventKind,
        room::{Capacity, Role, RoomId},
        user::{Standing, UserId},
    },
};

use super::World;
use crate::{
    answer::{Answer, Reply},
    words,
};

impl World {
    /// Whoever acts on somebody: in the order of R-ROL-01 up to the target.
    fn ruling(&self, user: &UserId, room: RoomId, least: Role) -> Result<Role, Rejection> {
        self.acting(user)?;
        let place = self.place(room)?;
        let role = place.member(user).ok_or(Rejection::NotAMember)?.role;
        if role < least {
            return Err(Rejection::NotAllowed);
        }
        if place.room.closed_at.is_some() {
            return Err(Rejection::RoomClosed);
        }
        Ok(role)
    }

    pub(super) fn remove_member(&mut self, user: &UserId, room: RoomId, other: &UserId) -> Answer {
        if user == other {
            return self.leave(user, room);
        }
        let role = self.ruling(user, room, Role::Moderator)?;
        let target = self.place(room)?.member(other).ok_or(Rejection::UserNotFound)?.role;
        if role <= target {
            return Err(Rejection::NotAllowed);
        }
        self.throw_out(user, room, other, false)
    }

    fn throw_out(&mut self, user: &UserId, room: RoomId, other: &UserId, banned: bool) -> Answer {
        let now = self.now;
        let place = self.place_mut(room)?;
        place.members.retain(|member| member.user != *other);
        place.room.member_count -= 1;
        place.log(user, now, EventKind::Removed { user: other.clone(), banned });
        self.revoke_all_by(room, other);
        Ok(Reply::Done)
    }

    /// R-INV-03.
    fn revoke_all_by(&mut self, room: RoomId, maker: &UserId) {
        let open = |used: bool, revoked: bool| !used && !revoked;
        for invite in self.invites.values_mut().filter(|invite| invite.room == room && invite.maker == *maker) {
            if open(invite.used_at.is_some(), invite.revoked_at.is_some()) {
                invite.revoked_at = Some(self.now);
            }
        }
    }

    pub(super) fn set_role(&mut self, user: &UserId, room: RoomId, other: &UserId, role: Role) -> Answer {
        self.ruling(user, room, Role::Owner)?;
        let target = self.place(room)?.member(other).ok_or(Rejection::UserNotFound)?.role;
        if target == Role::Owner {
            return Err(Rejection::NotAllowed);
        }
        if role != target {
            self.give(user, room, other, role)?;
        }
        if role == Role::Owner {
            self.give(user, room, user, Role::Moderator)?;
            self.place_mut(room)?.room.owner = other.clone();
        }
        let seat = self.seats(room)?.into_iter().find(|seat| seat.member.user == *other);
        Ok(Reply::Member(seat.ok_or(Rejection::UserNotFound)?))
    }

    fn give(&mut self, by: &UserId, room: RoomId, user: &UserId, role: Role) -> Result<(), Rejection> {
        let now = self.now;
        let place = self.place_mut(room)?;
        for member in place.members.iter_mut().filter(|member| member.user == *user) {
            member.role = role;
        }
        place.log(by, now, EventKind::RoleChanged { user: user.clone(), role });
        Ok(())
    }

    pub(super) fn bans(&self, user: &UserId, room: RoomId) -> Answer {
        let place = self.place(room)?;
        if place.member(user).ok_or(Rejection::NotAMember)?.role == Role::Member {
            return Err(Rejection::NotAllowed);
        }
        Ok(Reply::Bans(place.bans.clone()))
    }

    pub(super) fn ban(&mut self, user: &UserId, room: RoomId, other: &UserId) -> Answer {
        let role = self.ruling(user, room, Role::Moderator)?;
        if self.account(other)?.user.standing == Standing::Erased {
            return Err(Rejection::UserNotFound);
        }
        let place = self.place(room)?;
        if place.is_banned(other) {
            return Ok(Reply::Done);
        }
        match place.member(other).map(|member| member.role) {
            Some(target) if role <= target => return Err(Rejection::NotAllowed),
            Some(_) => drop(self.throw_out(user, room, other, true)?),
            None => self.revoke_all_by(room, other),
        }
        let ban = Ban { user: other.clone(), by: user.clone(), at: self.now };
        let place = self.place_mut(room)?;
        place.bans.push(ban);
        place.bans.sort_by(|a, b| a.user.cmp(&b.user));
        Ok(Reply::Done)
    }

    pub(super) fn lift_ban(&mut self, user: &UserId, room: RoomId, other: &UserId) -> Answer {
        self.ruling(user, room, Role::Moderator)?;
        let erased = self.account(other)?.user.standing == Standing::Erased;
        let place = self.place_mut(room)?;
        if erased && !place.is_banned(other) {
            return Err(Rejection::UserNotFound);
        }
        place.bans.retain(|ban| ban.user != *other);
        Ok(Reply::Done)
    }

    pub(super) fn change_room(
        &mut self,
        user: &UserId,
        room: RoomId,
        name: Option<u8>,
        capacity: Option<u8>,
    ) -> Answer {
        self.ruling(user, room, Role::Owner)?;
        let now = self.now;
        let place = self.place_mut(room)?;
        if capacity.is_some_and(|capacity| usize::from(capacity) < place.members.len()) {
            return Err(Rejection::CapacityBelowMembers);
        }
        let capacity = capacity.map(|capacity| Capacity::parse(capacity.into()).expect("it is from 2 to 6"));
        let name = name.map(words::name).filter(|name| *name != place.room.name);
        let capacity = capacity.filter(|capacity| *capacity != place.room.capacity);
        if name.is_none() && capacity.is_none() {
            return Ok(Reply::Done);
        }
        if let Some(name) = &name {
            place.room.name = name.clone();
        }
        if let Some(capacity) = capacity {
            place.room.capacity = capacity;
        }
        place.log(user, now, EventKind::RoomChanged { name, capacity });
        Ok(Reply::Done)
    }

    /// R-ADM-10.
    pub(super) fn close_own_room(&mut self, user: &UserId, room: RoomId) -> Answer {
        match self.ruling(user, room, Role::Owner) {
            Err(Rejection::RoomClosed) => return Ok(Reply::Done),
            ruling => drop(ruling?),
        }
        let now = self.now;
        let place = self.place_mut(room)?;
        place.room.closed_at = Some(now);
        place.log(user, now, EventKind::RoomClosed { by_operator: false });
        Ok(Reply::Done)
    }
}
