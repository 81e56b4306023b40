//! Taking a seat: the one place where seats, admissions and coins meet (R-ADM-09).

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::ExposeSecret;

use super::{
    chat::Inner,
    hook::{Heard, QUESTIONS, UNDECIDED},
    session::VERIFICATIONS,
    transaction::{Command, Tx},
};
use crate::{
    api::{JoinKey, JoinRoom, Joined},
    error::{ChatError, Rejection},
    model::{
        admission::Admission,
        charge::{Charge, ChargeId},
        coin::{Amount, CoinKind, Coins},
        invite::InviteId,
        room::{Role, Room, RoomId},
        session::Caller,
        user::{PasswordHash, User, UserId},
    },
    planted::Planted,
    ports::{
        hook::{IntendedJoin, Verdict},
        store::NewCoinEntry,
    },
    rules::{
        self,
        room::{Join, JoinFacts, Key},
    },
    security::guesses::{Guess, Then},
};

impl Inner {
    pub(super) async fn join(self: &Arc<Self>, caller: &Caller, join: JoinRoom) -> Result<Joined, ChatError> {
        let user = &caller.user;
        let mut joined = match &join.key {
            JoinKey::Password { room, password } => {
                let guess = self.room_guess(*room, user).await?;
                let joined = self.join_by_password(user, *room, password, &join).await;
                let was_member = joined.as_ref().is_ok_and(|joined| joined.already_member);
                let then = if was_member { Then::Nothing } else { Then::Known };
                guess.ends_with(&joined, self.guesses.now(), then);
                joined?
            }
            JoinKey::Invite(token) => {
                let invite = self.store.invite_by_token(&token.hash()).await?;
                let invite = invite.filter(|invite| invite.invitee == *user).ok_or(Rejection::InviteNotFound)?;
                let taken = self.take_seat(user, invite.room, &Shown::Invite(invite.id), &join).await?;
                taken.ok_or_else(|| ChatError::Internal("an invite has no password that could change".into()))?
            }
        };
        if joined.already_member {
            joined.view = self.store.room_view(joined.room.id, user).await?;
            // One look at the room, not two that differ.
            if let Some(view) = &joined.view {
                joined.room = view.room.clone();
            }
        }
        Ok(joined)
    }

    /// Begins to look at a room's password, unless too many were wrong. Who is a member is not held up by others.
    pub(super) async fn room_guess(&self, room: RoomId, user: &UserId) -> Result<Guess<'_>, ChatError> {
        let now = self.guesses.now();
        let refused = match self.guesses.room(room, user, now) {
            Ok(guess) => return Ok(guess),
            Err(refused) => refused,
        };
        if self.store.membership(room, user).await?.is_none() {
            return Err(refused.into());
        }
        Ok(self.guesses.room_by_member(room, user, now)?)
    }

    async fn join_by_password(
        self: &Arc<Self>,
        user: &UserId,
        room: RoomId,
        password: &secrecy::SecretString,
        join: &JoinRoom,
    ) -> Result<Joined, ChatError> {
        for _ in 0..VERIFICATIONS {
            let stored = self.store.room(room).await?.ok_or(Rejection::RoomNotFound)?.password;
            let ok = self.passwords.verify(password.expose_secret(), Some(&stored)).await?;
            let shown = Shown::Password { verified: stored, ok };
            if let Some(joined) = self.take_seat(user, room, &shown, join).await? {
                return Ok(joined);
            }
        }
        Err(ChatError::Overloaded("the room's password is being changed again and again"))
    }

    /// Joins with the host's consent, and with coins of its wallet where it has one; `None` where the password that was
    /// verified is not the stored one any more. Beside a wallet in a task of its own: who hangs up between the reservation
    /// and the seat gets the seat, or the coins back at once.
    async fn take_seat(
        self: &Arc<Self>,
        user: &UserId,
        room: RoomId,
        shown: &Shown,
        join: &JoinRoom,
    ) -> Result<Option<Joined>, ChatError> {
        let seat = TakeSeat::new(user, room, shown.clone(), join);
        if self.wallet.is_none() {
            return self.take_seat_asking(seat).await;
        }
        let chat = Arc::clone(self);
        self.to_its_end(async move { chat.take_seat_asking(seat).await }).await
    }

    async fn take_seat_asking(self: &Arc<Self>, mut seat: TakeSeat) -> Result<Option<Joined>, ChatError> {
        seat.given.in_wallet = self.in_wallet(&seat.user).await?;
        let mut left = None;
        for _ in 0..QUESTIONS {
            let attempt = seat.clone();
            #[cfg(feature = "planted-bugs")]
            let attempt = attempt.planted(self).await?;
            let decided = self.execute(attempt).await;
            let is_charged = matches!(&decided, Ok(Seat::Charged(_)));
            if let Some(Charge { id, .. }) = seat.given.reserved.take_if(|_| !is_charged) {
                self.give_up(id).await;
            }
            match decided? {
                Seat::Decided(joined) => return Ok(Some(*joined)),
                Seat::Charged(joined) => {
                    self.see_to_charges();
                    return Ok(Some(Joined { balance: left.unwrap_or(joined.balance), ..*joined }));
                }
                Seat::OtherPassword => return Ok(None),
                Seat::Ask(question) => {
                    let verdict = self.hooks.before_join(&question).await?;
                    seat.given.heard = Some((question, verdict));
                }
                Seat::Reserve(written) => {
                    left = Some(self.reserve(&written).await?);
                    seat.given.reserved = Some(written);
                }
            }
        }
        if let Some(Charge { id, .. }) = seat.given.reserved {
            self.give_up(id).await;
        }
        Err(UNDECIDED)
    }
}

/// Decides a join and carries it out.
#[derive(Clone)]
pub(super) struct TakeSeat {
    pub(super) user: UserId,
    pub(super) room: RoomId,
    pub(super) shown: Shown,
    pub(super) dry_run: bool,
    pub(super) max_charge: Option<Coins>,
    given: Given,
    #[cfg(feature = "planted-bugs")]
    pub(super) before: super::planted::Before,
}

/// What the host has given to a join so far.
#[derive(Clone, Default)]
struct Given {
    heard: Heard<IntendedJoin, Verdict>,
    /// What the user has in the host's wallet, where it has one.
    in_wallet: Option<Coins>,
    /// What the wallet has reserved for this.
    reserved: Option<Charge>,
}

/// What a join has come to.
pub(super) enum Seat {
    /// It was carried out, or needed not be.
    Decided(Box<Joined>),
    /// It was carried out, and what was reserved is to be captured.
    Charged(Box<Joined>),
    /// The password that was verified is not the stored one any more. Nothing was done.
    OtherPassword,
    /// The host is to be asked this first. Nothing was done.
    Ask(IntendedJoin),
    /// The wallet is to reserve this first. It was written down, and nothing else was done.
    Reserve(Charge),
}

#[derive(Clone)]
pub(super) enum Shown {
    Password { verified: PasswordHash, ok: bool },
    Invite(InviteId),
}

impl Shown {
    const fn invite(&self) -> Option<InviteId> {
        match self {
            Self::Password { .. } => None,
            Self::Invite(id) => Some(*id),
        }
    }
}

impl TakeSeat {
    fn new(user: &UserId, room: RoomId, shown: Shown, join: &JoinRoom) -> Self {
        Self {
            user: user.clone(),
            room,
            shown,
            dry_run: join.dry_run,
            max_charge: join.max_charge,
            given: Given::default(),
            #[cfg(feature = "planted-bugs")]
            before: Default::default(),
        }
    }
}

#[async_trait]
impl Command for TakeSeat {
    type Answer = Seat;

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        // Lock: the user, then the room.
        let user = tx.lock_actor(&self.user).await?.user.holding(self.given.in_wallet);
        let locked = tx.lock_room(self.room).await?.ok_or(Rejection::RoomNotFound)?;
        let mut room = locked.room;

        // Read.
        if matches!(&self.shown, Shown::Password { verified, .. } if *verified != locked.password) {
            return Ok(Seat::OtherPassword);
        }
        let entrant = tx.entrant(room.id, &user.id, self.shown.invite()).await?;
        let facts = JoinFacts {
            is_member: entrant.is_member,
            closed: room.closed_at.is_some(),
            banned: entrant.is_banned,
            key: match &self.shown {
                Shown::Password { ok, .. } => Key::Password { ok: *ok },
                Shown::Invite(_) => Key::Invite(entrant.invite.as_ref().ok_or(Rejection::InviteNotFound)?),
            },
            prime: user.prime,
            members: room.member_count,
            capacity: room.capacity.get(),
            admitted: entrant.admission.is_some(),
            free_used: entrant.had_free_admission,
            balance: user.coins,
            price: chat.policy.room_price,
            max_charge: self.max_charge,
        };
        #[cfg(feature = "planted-bugs")]
        let facts = self.before.instead_of(facts);

        // Decide.
        let join = rules::room::decide_join(&facts, tx.now)?;
        let charged = match join {
            Join::AlreadyIn | Join::Return => Coins::ZERO,
            Join::Admit { price, .. } => price,
        };
        let mut joined = Joined {
            room: room.clone(),
            view: None,
            admission: entrant.admission,
            charged,
            already_member: join == Join::AlreadyIn,
            balance: user.coins,
        };
        if join == Join::AlreadyIn {
            return Ok(Seat::Decided(Box::new(joined)));
        }
        let intended = IntendedJoin {
            room: room.id,
            user: user.id.clone(),
            invite: self.shown.invite(),
            charge: charged,
            returns: join == Join::Return,
        };
        match chat.hooks.verdict(&self.given.heard, &intended, Verdict::Allow) {
            Some(verdict) => verdict.obeyed()?,
            None => return Ok(Seat::Ask(intended)),
        }
        if self.dry_run {
            return Ok(Seat::Decided(Box::new(joined)));
        }

        // Write.
        let by_wallet = self.given.in_wallet.is_some() && charged != Coins::ZERO;
        let reserved = self.given.reserved.as_ref().filter(|charge| by_wallet && charge.coins == charged);
        if let Some(wallet) = chat.wallet.as_ref().filter(|_| by_wallet && reserved.is_none()) {
            let charge = Charge { id: ChargeId::new(), user: user.id, room: room.id, coins: charged };
            let abandoned = wallet.abandoned(tx.now);
            tx.open_charge(charge.clone(), abandoned).await?;
            return Ok(Seat::Reserve(charge));
        }
        if let Join::Admit { kind, price } = join {
            let admission = Admission { kind, coins: price, at: tx.now };
            tx.insert_admission(&user.id, room.id, &admission).await?;
            joined.admission = Some(admission);
            #[cfg(feature = "planted-bugs")]
            let price = self.before.left_to_pay(price);
            if self.given.in_wallet.is_none() {
                joined.balance = charge(tx, &user, &room, price).await?;
            }
        }
        if let Some(id) = self.shown.invite()
            && !Planted::InviteUsedTwice.is_on()
        {
            let now = tx.now;
            tx.use_invite(id, now).await?;
        }
        joined.view = Some(tx.seat(&mut room, &user.id, Role::Member).await?);
        joined.room = room;
        match reserved {
            Some(charge) => {
                tx.order_capture(charge.id).await?;
                Ok(Seat::Charged(Box::new(joined)))
            }
            None => Ok(Seat::Decided(Box::new(joined))),
        }
    }
}

/// Takes the price of a room; what is free leaves no entry.
pub(super) async fn charge(tx: &mut Tx, user: &User, room: &Room, price: Coins) -> Result<Coins, ChatError> {
    if price == Coins::ZERO {
        return Ok(user.coins);
    }
    let balance_after = user
        .coins
        .checked_sub(price)
        .ok_or_else(|| ChatError::Internal("a join was admitted that the balance does not pay".into()))?;
    let entry = NewCoinEntry {
        amount: Amount::debit(price),
        kind: CoinKind::RoomAdmission,
        reason: None,
        balance_after,
        room: Some(room.id),
        key: None,
        at: tx.now,
    };
    tx.append_coin_entry(&user.id, &entry).await?;
    Ok(balance_after)
}
