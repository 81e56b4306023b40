//! The plain reads.

use chat_conformance::async_trait;
use chat_core::{
    model::{
        ban::Ban,
        block::Block,
        charge::StandingCharge,
        coin::{CoinEntry, Coins},
        event::{Event, Seq},
        friend::{Friend, FriendRequest, RequestBox, RequestId},
        invite::{Invite, InviteTokenHash},
        operator::{AuditEntry, AuditId},
        outbox::{ConsumerName, DeadLetter, OutboxId},
        room::{NamedMember, RoomId, RoomView},
        session::{Session, SessionId},
        time::Timestamp,
        user::{AdminUser, Standing, User, UserId},
    },
    ports::store::{
        AuditStore, BanStore, BlockStore, ChargeStore, Claim, ClaimedLane, CoinStore, Credentials, FriendStore,
        InviteStore, LockedRoom, Membership, OutboxStore, RoomStore, SessionStore, SettingStore, Settlement,
        StoreError, Ties, UserStore,
    },
};

use crate::planted::{Fault, Faulty};

#[async_trait]
impl UserStore for Faulty {
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let folded = UserId::parse(&id.folded()).unwrap();
        if self.has(Fault::Uncommitted)
            && let Some(user) = self.shared.uncommitted.lock().unwrap().get(id)
        {
            return Ok(Some(user.clone()));
        }
        let mut user = self.good.user(if self.has(Fault::FoldedIds) { &folded } else { id }).await?;
        if let Some(user) = &mut user
            && self.has(Fault::SmallBalance)
        {
            user.coins = Coins::new(user.coins.get() % (1 << 31)).unwrap();
        }
        Ok(user)
    }

    async fn credentials(&self, id: &UserId) -> Result<Option<Credentials>, StoreError> {
        self.good.credentials(id).await
    }

    async fn admin_user(&self, id: &UserId) -> Result<Option<AdminUser>, StoreError> {
        self.good.admin_user(id).await
    }

    async fn find_users(
        &self,
        query: &str,
        after: Option<&UserId>,
        limit: usize,
    ) -> Result<Vec<AdminUser>, StoreError> {
        self.good.find_users(query, after, limit).await
    }
}

#[async_trait]
impl SessionStore for Faulty {
    async fn session(&self, id: SessionId) -> Result<Option<(Session, Standing)>, StoreError> {
        self.good.session(id).await
    }

    async fn sessions_of(&self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        self.good.sessions_of(user).await
    }
}

#[async_trait]
impl RoomStore for Faulty {
    async fn room(&self, id: RoomId) -> Result<Option<LockedRoom>, StoreError> {
        self.good.room(id).await
    }

    async fn membership(&self, id: RoomId, user: &UserId) -> Result<Option<Membership>, StoreError> {
        self.good.membership(id, user).await
    }

    async fn room_view(&self, id: RoomId, user: &UserId) -> Result<Option<RoomView>, StoreError> {
        if self.has(Fault::Blind) {
            return Ok(None);
        }
        self.good.room_view(id, user).await
    }

    async fn rooms_of(&self, user: &UserId) -> Result<Vec<RoomView>, StoreError> {
        self.good.rooms_of(user).await
    }

    async fn members(&self, id: RoomId) -> Result<Vec<NamedMember>, StoreError> {
        self.good.members(id).await
    }

    async fn departures(&self, ids: &[RoomId], user: &UserId) -> Result<Vec<Event>, StoreError> {
        self.good.departures(ids, user).await
    }

    async fn last_seqs(&self, ids: &[RoomId]) -> Result<Vec<(RoomId, Seq)>, StoreError> {
        self.good.last_seqs(ids).await
    }
}

#[async_trait]
impl BanStore for Faulty {
    async fn bans(&self, room: RoomId) -> Result<Vec<Ban>, StoreError> {
        self.good.bans(room).await
    }
}

#[async_trait]
impl ChargeStore for Faulty {
    async fn due_charges(&self, now: Timestamp, limit: usize) -> Result<Vec<StandingCharge>, StoreError> {
        self.good.due_charges(now, limit).await
    }
}

#[async_trait]
impl AuditStore for Faulty {
    async fn audit(&self, before: Option<AuditId>, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        self.good.audit(before, limit).await
    }
}

#[async_trait]
impl OutboxStore for Faulty {
    async fn claim(&self, claim: &Claim) -> Result<Vec<ClaimedLane>, StoreError> {
        let until = if self.has(Fault::ForgottenClaim) { claim.at } else { claim.until };
        self.good.claim(&Claim { until, ..claim.clone() }).await
    }

    async fn settle(&self, consumer: &ConsumerName, settlements: &[Settlement]) -> Result<(), StoreError> {
        self.good.settle(consumer, settlements).await
    }

    async fn dead_letters(&self, before: Option<OutboxId>, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.good.dead_letters(before, limit).await
    }
}

#[async_trait]
impl InviteStore for Faulty {
    async fn invite_by_token(&self, token: &InviteTokenHash) -> Result<Option<Invite>, StoreError> {
        self.good.invite_by_token(token).await
    }

    async fn invites_to(&self, room: RoomId) -> Result<Vec<Invite>, StoreError> {
        self.good.invites_to(room).await
    }
}

#[async_trait]
impl CoinStore for Faulty {
    async fn coin_entries(
        &self,
        user: &UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<CoinEntry>, StoreError> {
        let mut entries = self.good.coin_entries(user, before, limit).await?;
        if self.has(Fault::UnnumberedEntries) {
            entries.iter_mut().for_each(|entry| entry.number = 1);
        }
        Ok(entries)
    }
}

#[async_trait]
impl FriendStore for Faulty {
    async fn friends(&self, user: &UserId) -> Result<Vec<Friend>, StoreError> {
        self.good.friends(user).await
    }

    async fn open_requests(&self, user: &UserId, which: RequestBox) -> Result<Vec<FriendRequest>, StoreError> {
        self.good.open_requests(user, which).await
    }

    async fn request(&self, id: RequestId) -> Result<Option<FriendRequest>, StoreError> {
        self.good.request(id).await
    }

    async fn ties(&self, user: &UserId, other: &UserId) -> Result<Ties, StoreError> {
        self.good.ties(user, other).await
    }
}

#[async_trait]
impl SettingStore for Faulty {
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.good.setting(name).await
    }

    async fn setting_or_insert(&self, name: &str, value: &str) -> Result<String, StoreError> {
        self.good.setting_or_insert(name, value).await
    }
}

#[async_trait]
impl BlockStore for Faulty {
    async fn blocks(&self, user: &UserId) -> Result<Vec<Block>, StoreError> {
        self.good.blocks(user).await
    }

    async fn acquaintances(&self, user: &UserId) -> Result<Vec<UserId>, StoreError> {
        let mut seen = self.good.acquaintances(user).await?;
        if self.has(Fault::SeenThoughBlocked) {
            seen.extend(self.good.blocks(user).await?.into_iter().map(|block| block.id));
            seen.sort();
        }
        Ok(seen)
    }

    async fn unblocked_members(&self, id: RoomId, user: &UserId) -> Result<Vec<UserId>, StoreError> {
        self.good.unblocked_members(id, user).await
    }
}
