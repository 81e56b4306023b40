//! What the planted bugs need that take more than a condition.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    chat::Inner,
    room_join::{Shown, TakeSeat, charge},
    transaction::{Command, Tx},
};
use crate::{
    error::{ChatError, Rejection},
    model::{
        coin::{Amount, Coins},
        event::EventKind,
        room::{RoomId, RoomView},
        user::UserId,
    },
    planted::Planted,
    ports::store::EventRange,
    rules::room::JoinFacts,
};

impl Inner {
    /// The view with one's own messages among what is unread.
    pub(super) async fn with_own_unread(&self, mut view: RoomView) -> Result<RoomView, ChatError> {
        let events = self.store.events(view.room.id, EventRange::After(view.read_seq), usize::MAX).await?;
        view.unread = events.iter().filter(|event| matches!(event.kind, EventKind::Message(_))).count() as u64;
        Ok(view)
    }
}

/// What was found, and done, before a join took its locks.
#[derive(Clone, Copy, Default)]
pub(super) struct Before {
    members: Option<u8>,
    is_in_a_room: Option<bool>,
    paid: Option<Coins>,
}

impl TakeSeat {
    /// The join with the planted bug that is switched on.
    pub(super) async fn planted(mut self, chat: &Arc<Inner>) -> Result<Self, ChatError> {
        if Planted::CheckOutsideTheLock.is_on() {
            self.before.members = chat.store.room(self.room).await?.map(|locked| locked.room.member_count);
        }
        if Planted::FreeAdmissionByCurrentMemberships.is_on() {
            self.before.is_in_a_room = Some(!chat.store.rooms_of(&self.user).await?.is_empty());
        }
        let opens = matches!(self.shown, Shown::Password { ok: true, .. });
        if Planted::ChargeBeforeSeat.is_on() && opens && !self.dry_run {
            let (user, room, max_charge) = (self.user.clone(), self.room, self.max_charge);
            self.before.paid = chat.execute(PayFirst { user, room, max_charge }).await?;
        }
        Ok(self)
    }
}

impl Before {
    /// What a join decides on in place of what stands under its locks.
    pub(super) fn instead_of(self, mut facts: JoinFacts<'_>) -> JoinFacts<'_> {
        facts.members = self.members.unwrap_or(facts.members);
        facts.free_used = self.is_in_a_room.unwrap_or(facts.free_used);
        facts.balance = facts.balance.checked_change(Amount::credit(self.paid())).unwrap_or(facts.balance);
        facts
    }

    fn paid(self) -> Coins {
        self.paid.unwrap_or(Coins::ZERO)
    }

    /// What of a price was not paid before.
    pub(super) fn left_to_pay(self, price: Coins) -> Coins {
        price.checked_sub(self.paid()).unwrap_or(Coins::ZERO)
    }
}

/// Takes the price of a room from who will need an admission that costs it, seat or no seat. Answers what it took.
struct PayFirst {
    user: UserId,
    room: RoomId,
    max_charge: Option<Coins>,
}

#[async_trait]
impl Command for PayFirst {
    type Answer = Option<Coins>;

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        let user = tx.lock_actor(&self.user).await?.user;
        let room = tx.lock_room(self.room).await?.ok_or(Rejection::RoomNotFound)?.room;
        let entrant = tx.entrant(room.id, &user.id, None).await?;
        let price = chat.policy.room_price;
        let needs_none = user.prime || !entrant.had_free_admission || entrant.admission.is_some();
        if needs_none || entrant.is_member || user.coins < price || self.max_charge.is_some_and(|max| max < price) {
            return Ok(None);
        }
        charge(tx, &user, &room, price).await?;
        Ok(Some(price))
    }
}
