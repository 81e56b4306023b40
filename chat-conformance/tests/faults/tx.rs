//! Transactions, of which some begin too late.

use std::{
    any::Any,
    sync::{Arc, atomic::Ordering},
};

use chat_conformance::{async_trait, build};
use chat_core::{
    model::{
        admission::Admission,
        ban::Ban,
        charge::{ChargeId, StandingCharge},
        coin::{Amount, CoinEntry, CoinKey, Coins, Reason},
        event::{Event, Seq},
        friend::{FriendRequest, RequestId, RequestState},
        invite::{Invite, InviteId, InviteTokenHash},
        message::{ClientId, Message},
        operator::AuditEntry,
        outbox::{DeadLetter, OutboxEntry, OutboxId},
        room::{Capacity, Member, Role, RoomId, RoomView},
        session::{Session, SessionId},
        text::Name,
        time::Timestamp,
        user::{PasswordHash, Phone, Standing, User, UserId},
    },
    ports::store::{
        AdmissionTx, Attempt, AuditTx, BanTx, BlockTx, ChargeTx, CoinTx, Entrant, FriendTx, InviteTx, LockedRoom,
        LockedUser, MessageTx, NewCoinEntry, NewRoom, NewUser, OutboxTx, RoomTx, SessionTx, StoreError, StoreTx, Ties,
        UserTx,
    },
};

use crate::planted::{Fault, Faulty};

pub(crate) struct FaultyTx {
    store: Faulty,
    attempt: Attempt,
    /// Not there before it is needed, where locks are forgotten.
    good: Option<Box<dyn StoreTx>>,
}

type Done<T> = Result<T, StoreError>;

impl FaultyTx {
    pub(crate) async fn begin(store: Faulty, attempt: Attempt) -> Done<Self> {
        let mut tx = Self { store, attempt, good: None };
        if !tx.forgets_locks() {
            tx.good().await?;
        }
        Ok(tx)
    }

    fn forgets_locks(&self) -> bool {
        self.store.has(Fault::LostUpdate) || self.store.has(Fault::UnlockedSeat)
    }

    async fn good(&mut self) -> Done<&mut dyn StoreTx> {
        let begun = match self.good.take() {
            Some(good) => good,
            None => self.store.good.begin(self.attempt).await?,
        };
        Ok(&mut **self.good.insert(begun))
    }

    fn forget_uncommitted(&self) {
        self.store.shared.uncommitted.lock().unwrap().clear();
    }
}

impl Drop for FaultyTx {
    fn drop(&mut self) {
        self.forget_uncommitted();
        if let Some(good) = self.good.take()
            && self.store.has(Fault::CommittedDrop)
        {
            tokio::spawn(good.commit());
        }
    }
}

#[async_trait]
impl StoreTx for FaultyTx {
    async fn commit(mut self: Box<Self>) -> Done<()> {
        let shared = Arc::clone(&self.store.shared);
        let is_first = shared.commits.fetch_add(1, Ordering::SeqCst) == 0;
        match self.store.fault {
            Fault::LostCommit if is_first => return Err(StoreError::Unknown("silence".into())),
            Fault::PanickingCommit if is_first => panic!("the first commit"),
            Fault::HangingCommit => {
                shared.hangs.notify_one();
                std::future::pending::<()>().await;
            }
            _ => {}
        }
        if let Some(good) = self.good.take() {
            good.commit().await?;
        }
        shared.committed.lock().unwrap().insert(self.attempt.id);
        if self.store.has(Fault::LostAnswer) { Err(StoreError::Unknown("silence".into())) } else { Ok(()) }
    }

    fn as_any(&mut self) -> &mut (dyn Any + Send) {
        self
    }

    async fn rollback(mut self: Box<Self>) -> Done<()> {
        self.forget_uncommitted();
        match self.good.take() {
            Some(good) => good.rollback().await,
            None => Ok(()),
        }
    }
}

#[async_trait]
impl UserTx for FaultyTx {
    async fn lock_users(&mut self, ids: &[&UserId]) -> Done<Vec<Option<LockedUser>>> {
        if !self.forgets_locks() {
            return self.good().await?.lock_users(ids).await;
        }
        let mut read = Vec::new();
        for id in ids {
            let (user, credentials) = (self.store.good.user(id).await?, self.store.good.credentials(id).await?);
            let password = credentials.and_then(|credentials| credentials.password);
            read.push(user.map(|user| LockedUser { user, password }));
        }
        Ok(read)
    }

    async fn insert_user(&mut self, user: &NewUser) -> Done<()> {
        self.good().await?.insert_user(user).await?;
        if self.store.has(Fault::Uncommitted) {
            let NewUser { id, name, phone, created_at, .. } = user.clone();
            let (coins, standing) = (Coins::ZERO, Standing::Active);
            let user = User { id: id.clone(), name, phone, prime: false, coins, standing, created_at };
            self.store.shared.uncommitted.lock().unwrap().insert(id, user);
        }
        Ok(())
    }

    async fn set_profile(&mut self, id: &UserId, name: &Name, phone: Option<&Phone>) -> Done<()> {
        self.good().await?.set_profile(id, name, phone).await
    }

    async fn set_password(&mut self, id: &UserId, password: &PasswordHash) -> Done<()> {
        self.good().await?.set_password(id, password).await
    }

    async fn set_prime(&mut self, id: &UserId, prime: bool) -> Done<()> {
        self.good().await?.set_prime(id, prime).await
    }

    async fn suspended_reason(&mut self, id: &UserId) -> Done<Option<Reason>> {
        self.good().await?.suspended_reason(id).await
    }

    async fn suspend_user(&mut self, id: &UserId, reason: Option<&Reason>) -> Done<()> {
        self.good().await?.suspend_user(id, reason).await
    }

    async fn lift_user(&mut self, id: &UserId) -> Done<()> {
        self.good().await?.lift_user(id).await
    }

    async fn erase_user(&mut self, id: &UserId, at: Timestamp) -> Done<()> {
        self.good().await?.erase_user(id, at).await
    }
}

#[async_trait]
impl SessionTx for FaultyTx {
    async fn insert_session(&mut self, session: &Session) -> Done<()> {
        self.good().await?.insert_session(session).await
    }

    async fn live_sessions(&mut self, user: &UserId) -> Done<Vec<Session>> {
        self.good().await?.live_sessions(user).await
    }

    async fn rotate_session(&mut self, id: SessionId, generation: u64, at: Timestamp) -> Done<()> {
        self.good().await?.rotate_session(id, generation, at).await
    }

    async fn revoke_session(&mut self, id: SessionId, at: Timestamp) -> Done<()> {
        self.good().await?.revoke_session(id, at).await
    }
}

#[async_trait]
impl RoomTx for FaultyTx {
    async fn lock_room(&mut self, id: RoomId) -> Done<Option<LockedRoom>> {
        if self.forgets_locks() {
            return self.store.good.room(id).await;
        }
        self.good().await?.lock_room(id).await
    }

    async fn room_made_as(&mut self, owner: &UserId, client_id: &ClientId) -> Done<Option<RoomId>> {
        self.good().await?.room_made_as(owner, client_id).await
    }

    async fn insert_room(&mut self, room: &NewRoom) -> Done<()> {
        self.good().await?.insert_room(room).await
    }

    async fn rooms_with(&mut self, user: &UserId) -> Done<Vec<RoomId>> {
        self.good().await?.rooms_with(user).await
    }

    async fn members_in(&mut self, id: RoomId) -> Done<Vec<Member>> {
        self.good().await?.members_in(id).await
    }

    async fn member_in(&mut self, id: RoomId, user: &UserId) -> Done<Option<Member>> {
        self.good().await?.member_in(id, user).await
    }

    async fn view_in(&mut self, id: RoomId, user: &UserId) -> Done<Option<RoomView>> {
        self.good().await?.view_in(id, user).await
    }

    async fn seat_member(&mut self, id: RoomId, member: &Member) -> Done<()> {
        self.good().await?.seat_member(id, member).await
    }

    async fn unseat_member(&mut self, user: &UserId, by: &Event) -> Done<()> {
        self.good().await?.unseat_member(user, by).await
    }

    async fn set_role(&mut self, id: RoomId, user: &UserId, role: Role) -> Done<()> {
        self.good().await?.set_role(id, user, role).await
    }

    async fn change_room(&mut self, id: RoomId, name: &Name, capacity: Capacity) -> Done<()> {
        self.good().await?.change_room(id, name, capacity).await
    }

    async fn set_room_password(&mut self, id: RoomId, password: &PasswordHash) -> Done<()> {
        self.good().await?.set_room_password(id, password).await
    }

    async fn close_room(&mut self, id: RoomId, at: Timestamp) -> Done<()> {
        self.good().await?.close_room(id, at).await
    }
}

#[async_trait]
impl BanTx for FaultyTx {
    async fn is_banned(&mut self, room: RoomId, user: &UserId) -> Done<bool> {
        self.good().await?.is_banned(room, user).await
    }

    async fn insert_ban(&mut self, room: RoomId, ban: &Ban) -> Done<()> {
        self.good().await?.insert_ban(room, ban).await
    }

    async fn delete_ban(&mut self, room: RoomId, user: &UserId) -> Done<()> {
        self.good().await?.delete_ban(room, user).await
    }
}

#[async_trait]
impl AdmissionTx for FaultyTx {
    async fn entrant(&mut self, room: RoomId, user: &UserId, invite: Option<InviteId>) -> Done<Entrant> {
        self.good().await?.entrant(room, user, invite).await
    }

    async fn insert_admission(&mut self, user: &UserId, room: RoomId, admission: &Admission) -> Done<()> {
        if self.store.has(Fault::ForgottenAdmission) {
            return Ok(());
        }
        self.good().await?.insert_admission(user, room, admission).await?;
        if let Some(good) = self.good.take_if(|_| self.store.has(Fault::HalfJoin)) {
            good.commit().await?;
            self.attempt = build::attempt();
        }
        Ok(())
    }
}

#[async_trait]
impl InviteTx for FaultyTx {
    async fn insert_invite(&mut self, invite: &Invite, token: &InviteTokenHash) -> Done<()> {
        self.good().await?.insert_invite(invite, token).await
    }

    async fn invite_in(&mut self, room: RoomId, id: InviteId) -> Done<Option<Invite>> {
        self.good().await?.invite_in(room, id).await
    }

    async fn use_invite(&mut self, id: InviteId, at: Timestamp) -> Done<()> {
        self.good().await?.use_invite(id, at).await
    }

    async fn revoke_invite(&mut self, id: InviteId, at: Timestamp) -> Done<()> {
        self.good().await?.revoke_invite(id, at).await
    }

    async fn revoke_invites_by(&mut self, room: RoomId, maker: &UserId, at: Timestamp) -> Done<()> {
        self.good().await?.revoke_invites_by(room, maker, at).await
    }
}

#[async_trait]
impl ChargeTx for FaultyTx {
    async fn insert_charge(&mut self, charge: &StandingCharge) -> Done<()> {
        self.good().await?.insert_charge(charge).await
    }

    async fn lock_charge(&mut self, id: ChargeId) -> Done<Option<StandingCharge>> {
        self.good().await?.lock_charge(id).await
    }

    async fn set_charge(&mut self, charge: &StandingCharge) -> Done<()> {
        self.good().await?.set_charge(charge).await
    }
}

#[async_trait]
impl CoinTx for FaultyTx {
    async fn coin_entry_by_key(&mut self, user: &UserId, key: &CoinKey) -> Done<Option<CoinEntry>> {
        self.good().await?.coin_entry_by_key(user, key).await
    }

    async fn append_coin_entry(&mut self, user: &UserId, entry: &NewCoinEntry) -> Done<CoinEntry> {
        let mut entry = entry.clone();
        let writes_over = self.store.has(Fault::LostUpdate);
        let good = self.good().await?;
        if writes_over && let Some(user) = good.lock_users(&[user]).await?.remove(0) {
            entry.amount = Amount::new(entry.balance_after.get() - user.user.coins.get()).unwrap();
        }
        let mut entry = good.append_coin_entry(user, &entry).await?;
        if self.store.has(Fault::UnnumberedEntries) {
            entry.number = 1;
        }
        Ok(entry)
    }
}

#[async_trait]
impl MessageTx for FaultyTx {
    async fn append_event(&mut self, event: &Event) -> Done<()> {
        self.good().await?.append_event(event).await
    }

    async fn message_in(&mut self, room: RoomId, seq: Seq) -> Done<Option<Event>> {
        self.good().await?.message_in(room, seq).await
    }

    async fn rewrite_message(&mut self, room: RoomId, seq: Seq, message: &Message) -> Done<()> {
        self.good().await?.rewrite_message(room, seq, message).await
    }

    async fn erase_edits(&mut self, room: RoomId, target: Seq) -> Done<()> {
        if self.store.has(Fault::KeptEdits) {
            return Ok(());
        }
        self.good().await?.erase_edits(room, target).await
    }

    async fn lock_member(&mut self, room: RoomId, user: &UserId) -> Done<Option<(Member, Seq)>> {
        self.good().await?.lock_member(room, user).await
    }

    async fn set_read(&mut self, room: RoomId, user: &UserId, seq: Seq) -> Done<()> {
        self.good().await?.set_read(room, user, seq).await
    }
}

#[async_trait]
impl FriendTx for FaultyTx {
    async fn ties_between(&mut self, user: &UserId, other: &UserId) -> Done<Ties> {
        self.good().await?.ties_between(user, other).await
    }

    async fn have_shared_a_room(&mut self, user: &UserId, other: &UserId) -> Done<bool> {
        self.good().await?.have_shared_a_room(user, other).await
    }

    async fn tied_to(&mut self, user: &UserId) -> Done<Vec<UserId>> {
        self.good().await?.tied_to(user).await
    }

    async fn request_in(&mut self, id: RequestId) -> Done<Option<FriendRequest>> {
        self.good().await?.request_in(id).await
    }

    async fn insert_request(&mut self, request: &FriendRequest) -> Done<()> {
        self.good().await?.insert_request(request).await
    }

    async fn decide_request(&mut self, id: RequestId, state: RequestState, at: Timestamp) -> Done<()> {
        self.good().await?.decide_request(id, state, at).await
    }

    async fn insert_friendship(&mut self, a: &UserId, b: &UserId, at: Timestamp) -> Done<()> {
        self.good().await?.insert_friendship(a, b, at).await
    }

    async fn delete_friendship(&mut self, a: &UserId, b: &UserId) -> Done<bool> {
        self.good().await?.delete_friendship(a, b).await
    }
}

#[async_trait]
impl BlockTx for FaultyTx {
    async fn insert_block(&mut self, user: &UserId, blocked: &UserId, at: Timestamp) -> Done<()> {
        self.good().await?.insert_block(user, blocked, at).await
    }

    async fn delete_block(&mut self, user: &UserId, blocked: &UserId) -> Done<()> {
        self.good().await?.delete_block(user, blocked).await
    }
}

#[async_trait]
impl AuditTx for FaultyTx {
    async fn append_audit(&mut self, entry: &AuditEntry) -> Done<()> {
        self.good().await?.append_audit(entry).await
    }
}

#[async_trait]
impl OutboxTx for FaultyTx {
    async fn append_outbox(&mut self, entries: &[OutboxEntry]) -> Done<()> {
        self.good().await?.append_outbox(entries).await
    }

    async fn take_dead_letter(&mut self, id: OutboxId) -> Done<Option<DeadLetter>> {
        self.good().await?.take_dead_letter(id).await
    }
}
