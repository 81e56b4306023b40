//! What operators do (R-ACC-05, R-ACC-06, R-ADM-10).

use chat_core::{
    api::{AdminRoom, UserPage},
    error::Rejection,
    model::{
        event::EventKind,
        friend::RequestState,
        room::RoomId,
        text::Name,
        user::{AdminUser, Standing, UserId},
    },
};

use super::{Account, World};
use crate::{
    answer::{Answer, Reply},
    words,
};

impl Account {
    pub(super) fn seen(&self) -> AdminUser {
        AdminUser::new(self.user.clone(), self.suspended_reason.clone(), self.erased_at)
    }
}

impl World {
    pub(super) fn find_users(&self, limit: usize) -> UserPage {
        let users = self.accounts.values().take(limit).map(Account::seen).collect();
        UserPage { users, has_more: limit < self.accounts.len() }
    }

    pub(super) fn set_prime(&mut self, user: &UserId, prime: bool) -> Answer {
        let account = self.subject(user)?;
        account.user.prime = prime;
        Ok(Reply::AdminUser(account.seen()))
    }

    pub(super) fn suspend(&mut self, user: &UserId, reason: Option<u8>) -> Answer {
        let account = self.subject(user)?;
        account.user.standing = Standing::Suspended;
        account.suspended_reason = reason.map(words::reason);
        Ok(Reply::AdminUser(account.seen()))
    }

    pub(super) fn lift(&mut self, user: &UserId) -> Answer {
        let account = self.subject(user)?;
        account.user.standing = Standing::Active;
        account.suspended_reason = None;
        Ok(Reply::AdminUser(account.seen()))
    }

    pub(super) fn end_sessions(&mut self, user: &UserId) -> Answer {
        self.subject(user)?;
        self.sessions.values_mut().filter(|session| session.user == *user).for_each(|session| session.ended = true);
        Ok(Reply::Done)
    }

    pub(super) fn erase(&mut self, user: &UserId) -> Answer {
        if self.account(user)?.user.standing == Standing::Erased {
            return Ok(Reply::Done);
        }
        let now = self.now;
        let rooms: Vec<RoomId> = self.places.keys().copied().collect();
        for room in rooms {
            if self.place(room)?.member(user).is_some() {
                self.give_up(user, room)?;
            }
        }
        self.friendships.retain(|(a, b), _| a != user && b != user);
        self.blocks.retain(|(a, b), _| a != user && b != user);
        for request in self.requests.values_mut().filter(|request| request.state == RequestState::Open) {
            let state = match (request.from == *user, request.to == *user) {
                (true, _) => RequestState::Withdrawn,
                (_, true) => RequestState::Declined,
                _ => continue,
            };
            request.state = state;
            request.decided_at = Some(now);
        }
        self.end_sessions(user)?;
        let account = self.account_mut(user)?;
        account.user.standing = Standing::Erased;
        account.user.name = Name::parse(user.as_str()).expect("an id is a name");
        account.user.phone = None;
        account.suspended_reason = None;
        account.erased_at = Some(now);
        Ok(Reply::Done)
    }

    pub(super) fn look_at_room(&self, room: RoomId) -> Answer {
        let room = self.place(room)?.room.clone();
        let members = self.seats(room.id)?;
        Ok(Reply::AdminRoom(AdminRoom { room, members }))
    }

    pub(super) fn close_room(&mut self, room: RoomId) -> Answer {
        let now = self.now;
        let place = self.places.get_mut(&room).ok_or(Rejection::RoomNotFound)?;
        if place.room.closed_at.is_none() {
            place.room.closed_at = Some(now);
            let owner = place.room.owner.clone();
            place.log(&owner, now, EventKind::RoomClosed { by_operator: true });
        }
        Ok(Reply::Done)
    }
}
