//! How operators suspend and erase users.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;

use super::{
    admin::Subject,
    chat::Inner,
    transaction::{Command, Tx},
};
use crate::{
    error::{ChatError, Rejection},
    model::{
        coin::Reason,
        operator::{Act, OperatorName},
        user::{AdminUser, Standing, User, UserId},
    },
    realtime::notice::Notice,
    rules,
};

/// Suspends a user, or lifts that.
pub(super) struct SetSuspended {
    pub(super) by: OperatorName,
    pub(super) user: UserId,
    pub(super) suspended: bool,
    /// Why it is done.
    pub(super) reason: Option<Reason>,
}

#[async_trait]
impl Command for SetSuspended {
    type Answer = AdminUser;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<AdminUser, ChatError> {
        let [user] = tx.lock_users([&self.user]).await?;
        let user = user.ok_or(Rejection::UserNotFound)?.user;
        let reason = tx.suspended_reason(&self.user).await?;
        let decided = rules::operator::decide_suspend(user.standing, self.suspended, reason == self.reason)?;
        let Some(act) = decided else {
            return Ok(AdminUser::new(user, reason, None));
        };
        let standing = if self.suspended {
            // A batch of messages reads its senders' standing under its rooms' locks alone.
            for room in tx.rooms_with(&self.user).await? {
                tx.lock_room(room).await?;
            }
            tx.suspend_user(&self.user, self.reason.as_ref()).await?;
            Standing::Suspended
        } else {
            tx.lift_user(&self.user).await?;
            Standing::Active
        };
        tx.tell(Notice::StandingChanged { user: self.user.clone(), standing });
        let detail = self.reason.as_ref().map(|reason| reason.as_str().to_owned());
        tx.note(&self.by, act, Subject::User(&self.user), detail).await?;
        let suspended_reason = self.reason.clone().filter(|_| self.suspended);
        Ok(AdminUser::new(User { standing, ..user }, suspended_reason, None))
    }
}

/// How often an erasure begins again because others have become friends, or asked to, before its locks were taken.
const ERASURES: usize = 16;

impl Inner {
    pub(super) async fn erase(self: &Arc<Self>, erase: Erase) -> Result<(), ChatError> {
        for _ in 0..ERASURES {
            if self.execute(erase.clone()).await?.is_some() {
                return Ok(());
            }
        }
        Err(ChatError::Overloaded("the user's friendships and requests change again and again"))
    }
}

/// Erases a user; `None` where somebody has come to be tied to them whose lock was not taken.
#[derive(Clone)]
pub(super) struct Erase {
    pub(super) by: OperatorName,
    pub(super) user: UserId,
}

#[async_trait]
impl Command for Erase {
    type Answer = Option<()>;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        // Lock: the user and whoever is tied to them, then the rooms.
        let mut ids: BTreeSet<UserId> = tx.tied_to(&self.user).await?.into_iter().collect();
        ids.insert(self.user.clone());
        let ids: Vec<&UserId> = ids.iter().collect();
        let locked = tx.lock_in_order(&ids).await?;
        let user = locked.into_iter().flatten().find(|locked| locked.user.id == self.user);
        if user.ok_or(Rejection::UserNotFound)?.user.standing == Standing::Erased {
            return Ok(Some(()));
        }
        let tied = tx.tied_to(&self.user).await?;
        if tied.iter().any(|other| !ids.contains(&other)) {
            return Ok(None);
        }

        // Write.
        let now = tx.now;
        tx.tell(Notice::StandingChanged { user: self.user.clone(), standing: Standing::Erased });
        for room in tx.rooms_with(&self.user).await? {
            let locked = tx.lock_room(room).await?.ok_or(Rejection::RoomNotFound)?;
            tx.leave(locked.room, &self.user).await?;
        }
        for other in &tied {
            tx.forget(&self.user, other).await?;
        }
        tx.end_all_sessions(&self.user).await?;
        tx.erase_user(&self.user, now).await?;
        tx.note(&self.by, Act::Erased, Subject::User(&self.user), None).await?;
        Ok(Some(()))
    }
}

impl Tx {
    /// Ends all there is between a user who goes and another one.
    async fn forget(&mut self, user: &UserId, other: &UserId) -> Result<(), ChatError> {
        let ties = self.ties_between(user, other).await?;
        self.part(user, other, &ties).await?;
        if ties.blocks {
            self.delete_block(user, other).await?;
        }
        if ties.blocked {
            self.delete_block(other, user).await?;
        }
        Ok(())
    }
}
