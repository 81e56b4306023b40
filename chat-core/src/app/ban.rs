use async_trait::async_trait;

use super::{
    chat::{Chat, Inner},
    member::Act,
    transaction::{Command, Tx},
};
use crate::{
    api::Bans,
    error::{ChatError, Rejection},
    model::{
        ban::Ban,
        room::RoomId,
        session::Caller,
        user::{Standing, UserId},
    },
    rules::{
        self,
        ban::{BanFacts, NewBan},
    },
};

#[async_trait]
impl Bans for Chat {
    async fn bans(&self, caller: &Caller, room: RoomId) -> Result<Vec<Ban>, ChatError> {
        // First the list, then the membership: whoever has lost it in between is refused.
        let bans = self.0.store.bans(room).await?;
        let membership = self.0.as_member(room, &caller.user).await?;
        rules::ban::decide_look(membership.role)?;
        Ok(bans)
    }

    async fn ban(&self, caller: &Caller, room: RoomId, user: Option<UserId>) -> Result<(), ChatError> {
        self.0.execute(Impose { user: caller.user.clone(), room, other: user }).await
    }

    async fn lift_ban(&self, caller: &Caller, room: RoomId, user: Option<UserId>) -> Result<(), ChatError> {
        self.0.execute(Lift { user: caller.user.clone(), room, other: user }).await
    }
}

impl Tx {
    /// What is known of whom a ban is about.
    async fn ban_facts(&mut self, act: &Act) -> Result<BanFacts, ChatError> {
        let banned = match &act.other {
            Some(other) => self.is_banned(act.room.id, &other.user.id).await?,
            None => false,
        };
        let exists = act.other.as_ref().is_some_and(|other| other.user.standing != Standing::Erased);
        Ok(BanFacts { act: act.facts, exists, banned })
    }
}

struct Impose {
    user: UserId,
    room: RoomId,
    other: Option<UserId>,
}

#[async_trait]
impl Command for Impose {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        let mut act = tx.lock_act(&self.user, self.room, self.other.as_ref()).await?;
        let facts = tx.ban_facts(&act).await?;
        let decided = rules::ban::decide_ban(&facts)?;
        let other = self.other.as_ref().ok_or(Rejection::UserNotFound)?;
        match decided {
            NewBan::None => return Ok(()),
            NewBan::Out => {
                let now = tx.now;
                tx.revoke_invites_by(self.room, other, now).await?;
            }
            NewBan::Removed => tx.remove(&mut act.room, &self.user, other, true).await?,
        }
        let ban = Ban { user: other.clone(), by: self.user.clone(), at: tx.now };
        tx.insert_ban(self.room, &ban).await?;
        Ok(())
    }
}

struct Lift {
    user: UserId,
    room: RoomId,
    other: Option<UserId>,
}

#[async_trait]
impl Command for Lift {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        let act = tx.lock_act(&self.user, self.room, self.other.as_ref()).await?;
        let facts = tx.ban_facts(&act).await?;
        rules::ban::decide_lift(&facts)?;
        let other = self.other.as_ref().ok_or(Rejection::UserNotFound)?;
        tx.delete_ban(self.room, other).await?;
        Ok(())
    }
}
