//! Rooms, seats and admissions (R-ADM).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chat_core::{
    api::{CreatedRoom, Joined},
    error::Rejection,
    model::{
        admission::{Admission, AdmissionKind},
        coin::{CoinKind, Coins},
        event::{EventKind, Seq},
        invite::InviteId,
        room::{Capacity, Member, NamedMember, Role, Room, RoomId, RoomView},
        user::UserId,
    },
};

use super::{Place, World};
use crate::{
    answer::{Answer, Reply},
    command::{Tag, id_of},
    words::{client_id, name},
};

const PRICE: i64 = 150;

impl World {
    pub(super) fn create_room(&mut self, tag: Tag, user: &UserId, capacity: u8, key: Option<u8>) -> Answer {
        let account = self.acting(user)?;
        if let Some(&made) = key.and_then(|key| account.made.get(&client_id(key))) {
            return Ok(Reply::Created(CreatedRoom { room: self.view(made, user)?, repeated: true }));
        }
        if !account.user.prime {
            return Err(Rejection::PrimeRequired);
        }
        let id = RoomId::from_bytes(id_of(tag));
        let room = Room {
            id,
            name: name(1),
            owner: user.clone(),
            capacity: Capacity::parse(capacity.into()).expect("a capacity is from 2 to 6"),
            member_count: 0,
            last_seq: Seq::ZERO,
            created_at: self.now,
            closed_at: None,
        };
        let place = Place {
            room,
            members: vec![],
            bans: vec![],
            once: BTreeSet::new(),
            log: Arc::default(),
            sent: BTreeMap::new(),
        };
        self.places.insert(id, place);
        if let Some(key) = key {
            self.account_mut(user)?.made.insert(client_id(key), id);
        }
        self.admit(user, id, AdmissionKind::Owner, 0)?;
        self.seat(user, id, Role::Owner)?;
        Ok(Reply::Created(CreatedRoom { room: self.view(id, user)?, repeated: false }))
    }

    fn admit(&mut self, user: &UserId, room: RoomId, kind: AdmissionKind, price: i64) -> Result<(), Rejection> {
        let coins = Coins::new(price).expect("a price is one");
        let admission = Admission { kind, coins, at: self.now };
        self.account_mut(user)?.admissions.insert(room, admission);
        if price != 0 {
            self.enter(user, -price, CoinKind::RoomAdmission, Some(room), None)?;
        }
        Ok(())
    }

    fn seat(&mut self, user: &UserId, room: RoomId, role: Role) -> Result<(), Rejection> {
        let now = self.now;
        let place = self.place_mut(room)?;
        let seq = place.log(user, now, EventKind::Joined).seq;
        place.members.push(Member { user: user.clone(), role, joined_at: now, joined_seq: seq, read_seq: seq });
        place.once.insert(user.clone());
        place.room.member_count += 1;
        Ok(())
    }

    pub(super) fn view(&self, room: RoomId, user: &UserId) -> Result<RoomView, Rejection> {
        let place = self.place(room)?;
        let member = place.member(user).ok_or(Rejection::NotAMember)?;
        let unread = place.unread(member);
        Ok(RoomView { room: place.room.clone(), role: member.role, read_seq: member.read_seq, unread })
    }

    pub(super) fn rooms(&self, user: &UserId) -> Vec<RoomView> {
        self.places.keys().filter_map(|&room| self.view(room, user).ok()).collect()
    }

    pub(super) fn members(&self, user: &UserId, room: RoomId) -> Answer {
        self.place(room)?.member(user).ok_or(Rejection::NotAMember)?;
        Ok(Reply::Members(self.seats(room)?))
    }

    /// Who sits in a room, in the order in which that is told.
    pub(super) fn seats(&self, room: RoomId) -> Result<Vec<NamedMember>, Rejection> {
        let mut members = self.place(room)?.members.clone();
        members.sort_by_key(|member| (std::cmp::Reverse(member.role), member.joined_seq));
        let named = |member: Member| {
            let name = self.account(&member.user)?.user.name.clone();
            Ok(NamedMember { member, name })
        };
        members.into_iter().map(named).collect()
    }

    pub(super) fn join_by_password(
        &mut self,
        user: &UserId,
        room: RoomId,
        right: bool,
        dry_run: bool,
        max_charge: Option<i64>,
    ) -> Answer {
        let key = if right { Ok(None) } else { Err(Rejection::WrongRoomPassword) };
        self.join(user, room, key, dry_run, max_charge)
    }

    pub(super) fn join_by_invite(
        &mut self,
        user: &UserId,
        id: InviteId,
        dry_run: bool,
        max_charge: Option<i64>,
    ) -> Answer {
        let invite = self.invites.get(&id).filter(|invite| invite.invitee == *user);
        let invite = invite.ok_or(Rejection::InviteNotFound)?;
        let key = if invite.used_at.is_some() {
            Err(Rejection::InviteUsed)
        } else if invite.expires_at <= self.now {
            Err(Rejection::InviteExpired)
        } else if invite.revoked_at.is_some() {
            Err(Rejection::InviteRevoked)
        } else if !self.account(user)?.user.prime {
            Err(Rejection::InviteeNotPrime)
        } else {
            Ok(Some(id))
        };
        self.join(user, invite.room, key, dry_run, max_charge)
    }

    /// In the order of R-ADM-04; `key` is what the door says to what was shown.
    fn join(
        &mut self,
        user: &UserId,
        room: RoomId,
        key: Result<Option<InviteId>, Rejection>,
        dry_run: bool,
        max_charge: Option<i64>,
    ) -> Answer {
        let place = self.place(room)?;
        let account = self.acting(user)?;
        let admission = account.admissions.get(&room).cloned();
        let mut joined = Joined {
            room: place.room.clone(),
            view: None,
            admission: admission.clone(),
            charged: Coins::ZERO,
            already_member: false,
            balance: account.user.coins,
        };
        if place.member(user).is_some() {
            joined.already_member = true;
            joined.view = Some(self.view(room, user)?);
            return Ok(Reply::Joined(Box::new(joined)));
        }
        if place.room.closed_at.is_some() {
            return Err(Rejection::RoomClosed);
        }
        if place.is_banned(user) {
            return Err(Rejection::Banned);
        }
        let invite = key?;
        if place.members.len() == usize::from(place.room.capacity.get()) {
            return Err(Rejection::RoomFull);
        }
        let had_the_free_one = account.admissions.values().any(|admission| admission.kind == AdmissionKind::Free);
        let (kind, price) = match (account.user.prime, had_the_free_one) {
            (true, _) => (AdmissionKind::Prime, 0),
            (false, false) => (AdmissionKind::Free, 0),
            (false, true) => (AdmissionKind::Paid, PRICE),
        };
        if admission.is_none() {
            let required = Coins::new(price).expect("a price is one");
            if max_charge.is_some_and(|max| max < price) {
                return Err(Rejection::PriceChanged { required });
            }
            if account.user.coins.get() < price {
                return Err(Rejection::InsufficientCoins { required, available: account.user.coins });
            }
            joined.charged = required;
        }
        if dry_run {
            return Ok(Reply::Joined(Box::new(joined)));
        }
        if admission.is_none() {
            self.admit(user, room, kind, price)?;
        }
        if let Some(invite) = invite {
            self.invites.entry(invite).and_modify(|invite| invite.used_at = Some(self.now));
        }
        self.seat(user, room, Role::Member)?;
        let account = self.account(user)?;
        joined.admission = account.admissions.get(&room).cloned();
        joined.balance = account.user.coins;
        joined.room = self.place(room)?.room.clone();
        joined.view = Some(self.view(room, user)?);
        Ok(Reply::Joined(Box::new(joined)))
    }

    pub(super) fn leave(&mut self, user: &UserId, room: RoomId) -> Answer {
        self.acting(user)?;
        self.give_up(user, room)
    }

    /// R-ADM-10.
    pub(super) fn give_up(&mut self, user: &UserId, room: RoomId) -> Answer {
        let now = self.now;
        let place = self.place_mut(room)?;
        let seat = place.members.iter().position(|member| member.user == *user).ok_or(Rejection::NotAMember)?;
        let gone = place.members.remove(seat);
        place.room.member_count -= 1;
        place.log(user, now, EventKind::Left);
        if place.members.is_empty() {
            if place.room.closed_at.is_none() {
                place.room.closed_at = Some(now);
                place.log(user, now, EventKind::RoomClosed { by_operator: false });
            }
        } else if gone.role == Role::Owner {
            let heir =
                place.members.iter_mut().min_by_key(|member| (member.role != Role::Moderator, member.joined_seq));
            let heir = heir.expect("somebody is left");
            heir.role = Role::Owner;
            let heir = heir.user.clone();
            place.room.owner = heir.clone();
            place.log(user, now, EventKind::RoleChanged { user: heir, role: Role::Owner });
        }
        Ok(Reply::Done)
    }
}
