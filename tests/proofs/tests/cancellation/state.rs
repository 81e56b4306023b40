//! All that a command could have changed, as lines that are alike for every scene; and what must be true of it always.

use std::{collections::BTreeMap, time::Duration};

use chat_core::{
    model::{
        event::{EventKind, Seq},
        room::RoomId,
        time::Timestamp,
        user::UserId,
    },
    ports::store::{Attempt, AttemptId, EventRange, StoreError, StoreTx},
};
use tokio::time::timeout;

use crate::{
    ground::PATIENCE,
    scene::{ROLES, Scene},
};

/// The state, line by line.
pub(crate) type State = Vec<String>;

/// More than any scene has of anything.
const ALL: usize = 1_000;

impl Scene {
    /// The state once every transaction about these users and rooms is over, committed or not: their locks are taken.
    pub(crate) async fn state(&self) -> Result<State, String> {
        match timeout(PATIENCE, self.read()).await {
            Ok(read) => read,
            Err(_) => Err("a lock is left: the state cannot be read".to_owned()),
        }
    }

    async fn read(&self) -> Result<State, String> {
        let mut lines = State::new();
        let users = ROLES.map(|role| self.user(role));
        let mut tx = self.locked(&users, &self.rooms).await.map_err(unread)?;
        for user in &users {
            for session in tx.live_sessions(user).await.map_err(unread)? {
                let first = self.session.iter().flat_map(|first| &first.session).any(|first| first.id == session.id);
                let (device, generation) = (session.device.as_str(), session.generation);
                lines.push(format!("{} is signed in: {device} {generation} first {first}", self.role(user)));
            }
        }
        tx.rollback().await.map_err(unread)?;
        let mut rooms = BTreeMap::new();
        for user in &users {
            self.read_user(user, &mut lines).await?;
            for view in self.store.rooms_of(user).await.map_err(unread)? {
                let (role, read, unread) = (view.role, view.read_seq, view.unread);
                lines.push(format!("{} in {}: {role:?} {read} {unread}", self.role(user), view.room.name.as_str()));
                rooms.insert(view.room.id, view.room.name.as_str().to_owned());
            }
            for other in users.iter().filter(|other| *other != user) {
                let ties = self.store.ties(user, other).await.map_err(unread)?;
                let (friends, sent, blocks) = (ties.friends, ties.sent.is_some(), ties.blocks);
                lines.push(format!("{} to {}: {friends} {sent} {blocks}", self.role(user), self.role(other)));
            }
        }
        for (&room, named) in &rooms {
            self.read_room(room, named, &mut lines).await?;
        }
        let known: Vec<RoomId> = rooms.keys().copied().collect();
        let mut tx = self.locked(&users, &known).await.map_err(unread)?;
        for (&room, named) in &rooms {
            for user in &users {
                let entrant = tx.entrant(room, user, None).await.map_err(unread)?;
                let admission = entrant.admission.map(|admission| (admission.kind, admission.coins));
                let free = entrant.had_free_admission;
                lines.push(format!("{} admitted to {named}: {admission:?}, free had {free}", self.role(user)));
            }
        }
        tx.rollback().await.map_err(unread)?;
        Ok(lines)
    }

    async fn locked(&self, users: &[UserId], rooms: &[RoomId]) -> Result<Box<dyn StoreTx>, StoreError> {
        let far_from_any = Timestamp::from_millis(0).after(Duration::from_secs(2_000_000_000));
        let mut tx = self.store.begin(Attempt { id: AttemptId::new(), at: far_from_any }).await?;
        tx.lock_users(&users.iter().collect::<Vec<_>>()).await?;
        let mut rooms = rooms.to_vec();
        rooms.sort();
        for room in rooms {
            tx.lock_room(room).await?;
        }
        Ok(tx)
    }

    async fn read_user(&self, id: &UserId, lines: &mut State) -> Result<(), String> {
        let role = self.role(id);
        let user = self.store.user(id).await.map_err(unread)?;
        let entries = self.store.coin_entries(id, None, ALL).await.map_err(unread)?;
        let sum: i64 = entries.iter().map(|entry| entry.amount.get()).sum();
        let balance = user.as_ref().map_or(0, |user| user.coins.get());
        if sum != balance || balance < 0 {
            return Err(format!("{role} has {balance} coins, and entries of {sum}"));
        }
        match user {
            None => lines.push(format!("no {role}")),
            Some(user) => {
                lines.push(format!("{role}: {balance} {} {:?} {:?}", user.prime, user.standing, user.name.as_str()));
            }
        }
        let entry = |entry: &chat_core::model::coin::CoinEntry| {
            let (amount, after) = (entry.amount.get(), entry.balance_after.get());
            format!("{role}'s {}: {:?} {amount} to {after} {}", entry.number, entry.kind, entry.room.is_some())
        };
        lines.extend(entries.iter().map(entry));
        Ok(())
    }

    async fn read_room(&self, id: RoomId, named: &str, lines: &mut State) -> Result<(), String> {
        let room = self.store.room(id).await.map_err(unread)?.ok_or("a room of a member is gone")?.room;
        let members = self.store.members(id).await.map_err(unread)?;
        if usize::from(room.member_count) != members.len() {
            return Err(format!("{named} counts {} members and has {}", room.member_count, members.len()));
        }
        let (owner, count, closed) = (self.role(&room.owner), room.member_count, room.closed_at.is_some());
        lines.push(format!("{named}: {owner} {count} {closed}"));
        let member = |member: &chat_core::model::room::Member| {
            let (role, joined, read) = (member.role, member.joined_seq, member.read_seq);
            format!("{named} seats {}: {role:?} {joined} {read}", self.role(&member.user))
        };
        lines.extend(members.iter().map(|named| member(&named.member)));
        let events = self.store.events(id, EventRange::After(Seq::ZERO), ALL).await.map_err(unread)?;
        let numbers: Vec<u64> = events.iter().map(|event| event.seq.get()).collect();
        if !numbers.iter().copied().eq(1..=room.last_seq.get()) {
            return Err(format!("the log of {named} ends at {} and has {numbers:?}", room.last_seq));
        }
        lines.extend(events.iter().map(|event| format!("{named} {}", self.told_event(event))));
        for ban in self.store.bans(id).await.map_err(unread)? {
            lines.push(format!("{} is banned from {named} by {}", self.role(&ban.user), self.role(&ban.by)));
        }
        for invite in self.store.invites_to(id).await.map_err(unread)? {
            let (maker, invitee) = (self.role(&invite.maker), self.role(&invite.invitee));
            let (used, revoked) = (invite.used_at.is_some(), invite.revoked_at.is_some());
            lines.push(format!("{maker} invites {invitee} to {named}: {used} {revoked}"));
        }
        Ok(())
    }

    /// An event as it is told in every scene.
    pub(crate) fn told_event(&self, event: &chat_core::model::event::Event) -> String {
        let what = match &event.kind {
            EventKind::Message(message) => format!("{:?} {:?}", message.body, message.client_id),
            EventKind::Removed { user, banned } => format!("{} {banned}", self.role(user)),
            EventKind::RoomChanged { name, capacity } => format!("{name:?} {capacity:?}"),
            EventKind::RoleChanged { user, role } => format!("{} {role:?}", self.role(user)),
            _ => String::new(),
        };
        format!("{} {} {} {what}", event.seq, self.role(&event.sender), event.kind.as_str())
    }
}

fn unread(error: StoreError) -> String {
    format!("the state cannot be read: {error:?}")
}
