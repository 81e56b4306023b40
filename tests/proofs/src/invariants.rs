//! What must hold at every moment, whatever was done.

use std::collections::BTreeSet;

use chat_core::model::{admission::AdmissionKind, event::EventKind, room::Role};

use crate::world::{Account, Place, World};

impl World {
    /// Everything that must hold.
    ///
    /// # Errors
    /// What does not.
    pub fn check(&self) -> Result<(), String> {
        for account in self.accounts.values() {
            account.check()?;
        }
        for place in self.places.values() {
            place.check()?;
        }
        for invite in self.invites.values() {
            if invite.used_at.is_some() && invite.revoked_at.is_some() {
                return Err(format!("invite {} was used and revoked", invite.id));
            }
        }
        for (a, b) in self.friendships.keys() {
            if b <= a {
                return Err(format!("the friendship of {a} and {b} stands the wrong way round"));
            }
        }
        Ok(())
    }
}

impl Account {
    fn check(&self) -> Result<(), String> {
        let who = &self.user.id;
        let sum: i64 = self.entries.iter().map(|entry| entry.amount.get()).sum();
        let balance = self.user.coins.get();
        if sum != balance || balance < 0 {
            return Err(format!("{who} has {balance}, and the entries sum up to {sum}"));
        }
        let free = self.admissions.values().filter(|admission| admission.kind == AdmissionKind::Free).count();
        if 1 < free {
            return Err(format!("{who} had {free} free admissions"));
        }
        Ok(())
    }
}

impl Place {
    fn check(&self) -> Result<(), String> {
        let room = &self.room;
        let seats = usize::from(room.capacity.get());
        if seats < self.members.len() || usize::from(room.member_count) != self.members.len() {
            return Err(format!(
                "{} of {seats} members sit in {}, counted {}",
                self.members.len(),
                room.id,
                room.member_count
            ));
        }
        let users: BTreeSet<_> = self.members.iter().map(|member| &member.user).collect();
        if users.len() != self.members.len() {
            return Err(format!("somebody sits twice in {}", room.id));
        }
        let owners = self.members.iter().filter(|member| member.role == Role::Owner).count();
        if owners != usize::from(!self.members.is_empty()) {
            return Err(format!("{} has {owners} owners", room.id));
        }
        for (event, number) in self.log.iter().zip(1..) {
            if event.seq.get() != number {
                return Err(format!("{} stands where {number} belongs in {}", event.seq, room.id));
            }
        }
        if room.last_seq.get() != self.log.len() as u64 {
            return Err(format!("the last of {} is told as {}", room.id, room.last_seq));
        }
        let joined = self.log.iter().filter(|event| event.kind == EventKind::Joined).count();
        let gone = self.log.iter().filter(|event| event.unseats().is_some()).count();
        if joined - gone != self.members.len() {
            return Err(format!("{joined} joined {} and {gone} went, and {} are there", room.id, self.members.len()));
        }
        if let Some(ban) = self.bans.iter().find(|ban| self.member(&ban.user).is_some()) {
            return Err(format!("{} is banned from {} and sits there", ban.user, room.id));
        }
        Ok(())
    }
}
