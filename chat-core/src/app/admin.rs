use async_trait::async_trait;

use super::{
    chat::{Chat, Inner},
    dead_letter::TakeDeadLetter,
    page::page,
    standing::{Erase, SetSuspended},
    transaction::{Command, Tx},
};
use crate::{
    api::{Admin, AdminRoom, AuditPage, ChangeCoins, ChangedCoins, DeadLetterPage, EnsureUser, UserPage},
    error::{ChatError, Rejection},
    model::{
        coin::Reason,
        operator::{Act, AuditEntry, AuditId, Operator, OperatorName, Right},
        outbox::OutboxId,
        room::RoomId,
        user::{AdminUser, Standing, User, UserId},
    },
    planted::Planted,
    ports::store::NewCoinEntry,
    realtime::notice::Notice,
    rules::{self, coin::CoinChange, operator::decide_operate},
};

#[async_trait]
impl Admin for Chat {
    async fn ensure_user(&self, user: EnsureUser) -> Result<User, ChatError> {
        let user = self.0.ensure(user).await?;
        self.0.with_coins(user).await
    }

    async fn find_user(&self, by: &Operator, user: &UserId) -> Result<AdminUser, ChatError> {
        decide_operate(by, Right::Look)?;
        let found = self.0.admin_user(user).await?;
        let user = self.0.with_coins(found.user).await?;
        Ok(AdminUser { coins: Some(user.coins), user, ..found })
    }

    async fn find_users(
        &self,
        by: &Operator,
        query: &str,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<UserPage, ChatError> {
        decide_operate(by, Right::Look)?;
        let (found, has_more) = page(self.0.store.find_users(query, after, limit.saturating_add(1)).await?, limit);
        let users = found.into_iter().map(|user| self.0.seen_by_operators(user)).collect();
        Ok(UserPage { users, has_more })
    }

    async fn set_prime(&self, by: &Operator, user: &UserId, prime: bool) -> Result<AdminUser, ChatError> {
        decide_operate(by, Right::Users)?;
        let seen = self.0.execute(SetPrime { by: by.name().clone(), user: user.clone(), prime }).await?;
        Ok(self.0.seen_by_operators(seen))
    }

    async fn suspend_user(&self, by: &Operator, user: &UserId, reason: Option<Reason>) -> Result<AdminUser, ChatError> {
        decide_operate(by, Right::Users)?;
        let suspend = SetSuspended { by: by.name().clone(), user: user.clone(), suspended: true, reason };
        Ok(self.0.seen_by_operators(self.0.execute(suspend).await?))
    }

    async fn lift_user(&self, by: &Operator, user: &UserId, reason: Option<Reason>) -> Result<AdminUser, ChatError> {
        decide_operate(by, Right::Users)?;
        let lift = SetSuspended { by: by.name().clone(), user: user.clone(), suspended: false, reason };
        Ok(self.0.seen_by_operators(self.0.execute(lift).await?))
    }

    async fn erase_user(&self, by: &Operator, user: &UserId) -> Result<(), ChatError> {
        decide_operate(by, Right::Users)?;
        self.0.erase(Erase { by: by.name().clone(), user: user.clone() }).await
    }

    async fn end_sessions(&self, by: &Operator, user: &UserId) -> Result<(), ChatError> {
        decide_operate(by, Right::Users)?;
        self.0.execute(EndSessions { by: by.name().clone(), user: user.clone() }).await
    }

    async fn change_coins(&self, by: &Operator, user: &UserId, change: ChangeCoins) -> Result<ChangedCoins, ChatError> {
        decide_operate(by, Right::Coins)?;
        self.0.execute(Change { by: by.name().clone(), user: user.clone(), change }).await
    }

    async fn look_at_room(&self, by: &Operator, room: RoomId) -> Result<AdminRoom, ChatError> {
        decide_operate(by, Right::Look)?;
        let members = self.0.store.members(room).await?;
        let mut room = self.0.store.room(room).await?.ok_or(Rejection::RoomNotFound)?.room;
        // Of two looks, one count.
        room.member_count = u8::try_from(members.len()).unwrap_or(room.member_count);
        Ok(AdminRoom { room, members })
    }

    async fn close_room(&self, by: &Operator, room: RoomId) -> Result<(), ChatError> {
        decide_operate(by, Right::Rooms)?;
        self.0.execute(Close { by: by.name().clone(), room }).await
    }

    async fn audit(&self, by: &Operator, before: Option<AuditId>, limit: usize) -> Result<AuditPage, ChatError> {
        decide_operate(by, Right::Look)?;
        let (entries, has_more) = page(self.0.store.audit(before, limit.saturating_add(1)).await?, limit);
        Ok(AuditPage { entries, has_more })
    }

    async fn dead_letters(
        &self,
        by: &Operator,
        before: Option<OutboxId>,
        limit: usize,
    ) -> Result<DeadLetterPage, ChatError> {
        decide_operate(by, Right::Look)?;
        let (letters, has_more) = page(self.0.store.dead_letters(before, limit.saturating_add(1)).await?, limit);
        Ok(DeadLetterPage { letters, has_more })
    }

    async fn retry_dead_letter(&self, by: &Operator, id: OutboxId) -> Result<(), ChatError> {
        decide_operate(by, Right::Outbox)?;
        self.0.execute(TakeDeadLetter { by: by.name().clone(), id, send_again: true }).await
    }

    async fn delete_dead_letter(&self, by: &Operator, id: OutboxId) -> Result<(), ChatError> {
        decide_operate(by, Right::Outbox)?;
        self.0.execute(TakeDeadLetter { by: by.name().clone(), id, send_again: false }).await
    }
}

impl Inner {
    async fn admin_user(&self, user: &UserId) -> Result<AdminUser, ChatError> {
        Ok(self.store.admin_user(user).await?.ok_or(Rejection::UserNotFound)?)
    }

    /// Without a number of coins that is not what the user has: a wallet of the host's, which may fail, is not asked for
    /// each user of a list, nor for an answer to what was done.
    pub(super) fn seen_by_operators(&self, user: AdminUser) -> AdminUser {
        AdminUser { coins: user.coins.filter(|_| self.wallet.is_none()), ..user }
    }
}

/// To whom, or to what, an operator does something.
pub(super) enum Subject<'s> {
    User(&'s UserId),
    Room(RoomId),
}

impl Tx {
    /// Locks a user whom an operator acts upon; one who was erased is gone.
    async fn lock_subject(&mut self, user: &UserId) -> Result<User, ChatError> {
        let [user] = self.lock_users([user]).await?;
        let user = user.map(|locked| locked.user).filter(|user| user.standing != Standing::Erased);
        Ok(user.ok_or(Rejection::UserNotFound)?)
    }

    /// Writes down what an operator does.
    pub(super) async fn note(
        &mut self,
        by: &OperatorName,
        act: Act,
        to: Subject<'_>,
        detail: Option<String>,
    ) -> Result<(), ChatError> {
        let (user, room) = match to {
            Subject::User(user) => (Some(user.clone()), None),
            Subject::Room(room) => (None, Some(room)),
        };
        let (operator, at) = (by.clone(), self.now);
        self.append_audit(&AuditEntry { id: AuditId::new(), operator, act, user, room, detail, at }).await?;
        Ok(())
    }
}

pub(super) struct SetPrime {
    pub(super) by: OperatorName,
    pub(super) user: UserId,
    pub(super) prime: bool,
}

#[async_trait]
impl Command for SetPrime {
    type Answer = AdminUser;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<AdminUser, ChatError> {
        let user = tx.lock_subject(&self.user).await?;
        let suspended_reason = tx.suspended_reason(&self.user).await?;
        if user.prime != self.prime {
            tx.set_prime(&self.user, self.prime).await?;
            let act = if self.prime { Act::PrimeGiven } else { Act::PrimeTaken };
            tx.note(&self.by, act, Subject::User(&self.user), None).await?;
        }
        let user = User { prime: self.prime, ..user };
        Ok(AdminUser::new(user, suspended_reason, None))
    }
}

struct EndSessions {
    by: OperatorName,
    user: UserId,
}

#[async_trait]
impl Command for EndSessions {
    type Answer = ();

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        tx.lock_subject(&self.user).await?;
        let any_ended = tx.end_all_sessions(&self.user).await?;
        if chat.authenticator.is_some() {
            tx.tell(Notice::SignedOut { user: self.user.clone() });
        } else if !any_ended {
            return Ok(());
        }
        tx.note(&self.by, Act::SessionsEnded, Subject::User(&self.user), None).await
    }
}

pub(super) struct Change {
    pub(super) by: OperatorName,
    pub(super) user: UserId,
    pub(super) change: ChangeCoins,
}

#[async_trait]
impl Command for Change {
    type Answer = ChangedCoins;

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<ChangedCoins, ChatError> {
        if chat.wallet.is_some() {
            return Err(Rejection::RefusedByHost("the coins are in a wallet of the application's".to_owned()).into());
        }
        let user = tx.lock_subject(&self.user).await?;
        let ChangeCoins { amount, reason, key } = &self.change;
        let seen = tx.coin_entry_by_key(&self.user, key).await?;
        let ignored = Planted::CoinKeyIgnored.is_on() && seen.is_some();
        let seen = seen.filter(|_| !ignored);
        let decided = rules::coin::decide_change(user.coins, *amount, reason, seen.as_ref())?;
        match (decided, seen) {
            (CoinChange::Repeat, Some(entry)) => Ok(ChangedCoins { entry, repeated: true }),
            (CoinChange::Apply { kind, balance_after }, _) => {
                let entry = NewCoinEntry {
                    amount: *amount,
                    kind,
                    reason: Some(reason.clone()),
                    balance_after,
                    room: None,
                    key: (!ignored).then(|| key.clone()),
                    at: tx.now,
                };
                let entry = tx.append_coin_entry(&self.user, &entry).await?;
                let detail = format!("{:+} under {}", amount.get(), key.as_str());
                tx.note(&self.by, Act::CoinsChanged, Subject::User(&self.user), Some(detail)).await?;
                Ok(ChangedCoins { entry, repeated: false })
            }
            (CoinChange::Repeat, None) => Err(ChatError::Internal("an entry was repeated that was not seen".into())),
        }
    }
}

struct Close {
    by: OperatorName,
    room: RoomId,
}

#[async_trait]
impl Command for Close {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        let room = tx.lock_room(self.room).await?.ok_or(Rejection::RoomNotFound)?.room;
        if room.closed_at.is_some() {
            return Ok(());
        }
        let owner = room.owner.clone();
        tx.close(room, &owner, true).await?;
        tx.note(&self.by, Act::RoomClosed, Subject::Room(self.room), None).await
    }
}
