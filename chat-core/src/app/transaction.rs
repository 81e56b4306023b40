//! How a write runs: whole, in a task of its own, again where the database gave it up; what it logged is published
//! after the commit and not before.

use std::{
    collections::BTreeSet,
    ops::{Deref, DerefMut},
    panic,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tokio::{task::JoinHandle, time::sleep};

use super::{chat::Inner, retry::Retry};
use crate::{
    error::{ChatError, Rejection},
    model::{
        coin::CoinEntry,
        event::{Event, EventKind},
        friend::FriendChange,
        outbox::{ConsumerName, OutboxEntry, Subject},
        room::{Room, RoomId},
        time::Timestamp,
        user::UserId,
    },
    planted::{self, Planted},
    ports::store::{Attempt, AttemptId, LockedUser, NewCoinEntry, Source, StoreError, StoreTx, ask},
    realtime::{
        Announced,
        notice::{Logged, Notice, Origin},
    },
    rules::user::decide_act,
};

/// A write, as data: it can be run again from the top, locks and reads included.
#[async_trait]
pub(super) trait Command: Send + Sync + 'static {
    /// What it answers.
    type Answer: Send + 'static;

    /// Locks, reads, decides and writes. An error undoes all of it.
    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError>;
}

/// What is told once a commit is known.
struct Told {
    notices: Vec<Notice>,
    announced: Announced,
}

/// How long to wait before a store that could not tell is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// A transaction under way, and what shall be told once it is committed.
pub(super) struct Tx {
    store: Box<dyn StoreTx>,
    /// The time at which all of it happens.
    pub(super) now: Timestamp,
    notices: Vec<Notice>,
    rooms: BTreeSet<RoomId>,
    /// What consumers are told of beside the notices.
    coin_entries: Vec<(UserId, u64)>,
}

async fn end_of<T>(task: JoinHandle<Result<T, ChatError>>) -> Result<T, ChatError> {
    match task.await {
        Ok(done) => done,
        // The transaction was dropped by the panic, which rolled it back; the caller gets the panic.
        Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
        // Its runtime has ended, perhaps while the commit was on its way.
        Err(_) => Err(ChatError::UnknownOutcome(StoreError::Unknown("the write was ended".into()))),
    }
}

impl Inner {
    /// Runs a command to its end, whether or not anybody waits for it.
    pub(super) async fn execute<C: Command>(self: &Arc<Self>, command: C) -> Result<C::Answer, ChatError> {
        let chat = Arc::clone(self);
        if Planted::NoTaskOfItsOwn.is_on() {
            return chat.attempts(&command).await;
        }
        let write = async move { chat.attempts(&command).await };
        let task = planted::spawn(write, |write| self.tasks.spawn(write));
        end_of(task).await
    }

    /// Does what is more than one command to its end, whether or not anybody waits for it.
    pub(super) async fn to_its_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ChatError>> + Send + 'static,
    ) -> Result<T, ChatError> {
        end_of(self.tasks.spawn(work)).await
    }

    async fn attempts<C: Command>(self: &Arc<Self>, command: &C) -> Result<C::Answer, ChatError> {
        let mut retry = Retry::new();
        loop {
            match self.attempt(command).await {
                Err(ChatError::Unavailable(StoreError::Transient(source))) => retry.pause(source).await?,
                done => return done,
            }
        }
    }

    async fn attempt<C: Command>(self: &Arc<Self>, command: &C) -> Result<C::Answer, ChatError> {
        let attempt = Attempt { id: AttemptId::new(), at: self.clock.now() };
        let mut tx = self.begin(attempt).await?;
        let answer = match command.run(self, &mut tx).await {
            Ok(answer) => answer,
            Err(error) => {
                // The refusal stands whatever becomes of undoing what was not committed.
                if let Err(failed) = tx.store.rollback().await {
                    tracing::debug!(error = &failed as &dyn std::error::Error, "a rollback failed");
                }
                return Err(error);
            }
        };
        self.commit(attempt.id, tx).await?;
        Ok(answer)
    }

    /// Begins a transaction, which has its end in [`commit`](Self::commit) or is dropped.
    pub(super) async fn begin(&self, attempt: Attempt) -> Result<Tx, StoreError> {
        let store = self.store.begin(attempt).await?;
        let (notices, rooms, coin_entries) = (Vec::new(), BTreeSet::new(), Vec::new());
        Ok(Tx { store, now: attempt.at, notices, rooms, coin_entries })
    }

    /// Commits with what consumers are told of it, and tells what is to be told.
    pub(super) async fn commit(self: &Arc<Self>, attempt: AttemptId, mut tx: Tx) -> Result<(), ChatError> {
        let entries = tx.outbox_entries(self.outbox.consumers());
        if !entries.is_empty() {
            tx.store.append_outbox(&entries).await?;
        }
        let mut told = Told { announced: self.hub.announce(tx.rooms), notices: tx.notices };
        if Planted::PublishBeforeCommit.is_on() {
            self.bus.publish(std::mem::take(&mut told.notices)).await;
            // As over a network: others run between the two.
            tokio::task::yield_now().await;
        }
        match tx.store.commit().await {
            Ok(()) => self.publish(told).await,
            Err(StoreError::Unknown(lost)) => self.settle(attempt, told, lost).await?,
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn publish(&self, told: Told) {
        self.outbox.wake();
        if !told.notices.is_empty() {
            self.bus.publish(told.notices).await;
        }
        drop(told.announced);
    }

    /// Finds out what became of a commit whose answer was lost; never guesses. Where nobody can tell in time, the caller
    /// hears so, and the question is asked on: what was committed is published in the end.
    async fn settle(self: &Arc<Self>, attempt: AttemptId, told: Told, lost: Source) -> Result<(), StoreError> {
        match ask(self.store.as_ref(), attempt).await {
            Some(true) => {
                self.publish(told).await;
                Ok(())
            }
            Some(false) => Err(StoreError::Transient(lost)),
            None => {
                let chat = Arc::clone(self);
                self.tasks.spawn(async move { chat.ask_on(attempt, told).await });
                Err(StoreError::Unknown(lost))
            }
        }
    }

    async fn ask_on(&self, attempt: AttemptId, told: Told) {
        loop {
            match self.store.was_committed(attempt).await {
                Ok(true) => return self.publish(told).await,
                Ok(false) => return,
                Err(_) => sleep(ASK_AGAIN).await,
            }
        }
    }
}

impl Tx {
    /// Locks the acting user, who must still be in good standing.
    pub(super) async fn lock_actor(&mut self, user: &UserId) -> Result<LockedUser, ChatError> {
        let [actor] = self.lock_users([user]).await?;
        acting(actor)
    }

    /// Locks the acting user and another one, in the order of their ids. The acting one must be in good standing.
    pub(super) async fn lock_actor_and(
        &mut self,
        user: &UserId,
        other: &UserId,
    ) -> Result<(LockedUser, Option<LockedUser>), ChatError> {
        if user == other {
            let actor = self.lock_actor(user).await?;
            return Ok((actor.clone(), Some(actor)));
        }
        let (actor, other) = if user < other {
            let [actor, other] = self.lock_users([user, other]).await?;
            (actor, other)
        } else {
            let [other, actor] = self.lock_users([other, user]).await?;
            (actor, other)
        };
        Ok((acting(actor)?, other))
    }

    /// Locks users, who are given in the order of their ids.
    pub(super) async fn lock_users<const N: usize>(
        &mut self,
        ids: [&UserId; N],
    ) -> Result<[Option<LockedUser>; N], ChatError> {
        let locked = self.lock_in_order(&ids).await?;
        locked
            .try_into()
            .map_err(|_| ChatError::Internal("a store answered for fewer users than were asked for".into()))
    }

    /// Locks any number of users, who are given in the order of their ids.
    pub(super) async fn lock_in_order(&mut self, ids: &[&UserId]) -> Result<Vec<Option<LockedUser>>, ChatError> {
        debug_assert!(ids.is_sorted_by(|one, next| one < next), "two that lock in other orders wait for each other");
        Ok(self.store.lock_users(ids).await?)
    }

    /// Logs an event in a room that is locked, and counts `room` on.
    pub(super) async fn log(&mut self, room: &mut Room, sender: &UserId, kind: EventKind) -> Result<Event, ChatError> {
        let event = self.append(room, sender, kind).await?;
        self.tell(Notice::Logged(Arc::new(Logged::new(event.clone()))));
        Ok(event)
    }

    /// Logs that a message was changed to this, in a room that is locked. On the connection whose command caused it the
    /// answer stands in the event's place.
    pub(super) async fn log_change(
        &mut self,
        room: &mut Room,
        sender: &UserId,
        kind: EventKind,
        message: &Event,
        origin: Option<Origin>,
    ) -> Result<Event, ChatError> {
        let event = self.append(room, sender, kind).await?;
        self.tell(Notice::Logged(Arc::new(Logged::changing(message, event.clone(), origin))));
        Ok(event)
    }

    async fn append(&mut self, room: &mut Room, sender: &UserId, kind: EventKind) -> Result<Event, ChatError> {
        let event = Event { room: room.id, seq: room.last_seq.next(), sender: sender.clone(), at: self.now, kind };
        self.store.append_event(&event).await?;
        room.last_seq = event.seq;
        self.rooms.insert(room.id);
        Ok(event)
    }

    /// The store's transaction, for what the host writes with it.
    pub(super) fn store(&mut self) -> &mut dyn StoreTx {
        self.store.as_mut()
    }

    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        self.store.rollback().await
    }

    /// Appends a ledger entry, of which consumers are told. Lock: the user.
    pub(super) async fn append_coin_entry(
        &mut self,
        user: &UserId,
        entry: &NewCoinEntry,
    ) -> Result<CoinEntry, ChatError> {
        let entry = self.store.append_coin_entry(user, entry).await?;
        self.coin_entries.push((user.clone(), entry.number));
        Ok(entry)
    }

    /// What consumers are told of this transaction.
    fn outbox_entries(&self, consumers: &[ConsumerName]) -> Vec<OutboxEntry> {
        let mut entries = Vec::new();
        if consumers.is_empty() {
            return entries;
        }
        let of_notices = self.notices.iter().filter_map(told_of);
        let of_coins = self.coin_entries.iter().map(|(user, number)| {
            let (user, number) = (user.clone(), *number);
            Subject::CoinsChanged { user, number }
        });
        for subject in of_coins.chain(of_notices) {
            OutboxEntry::for_each(consumers, &subject, self.now, &mut entries);
        }
        entries
    }

    /// Tells this after the commit.
    pub(super) fn tell(&mut self, notice: Notice) {
        self.notices.push(notice);
    }
}

/// What consumers are told of, of all that connections are told.
fn told_of(notice: &Notice) -> Option<Subject> {
    match notice {
        Notice::Logged(logged) => Some(Subject::Logged { room: logged.event.room, seq: logged.event.seq }),
        // Both are told.
        Notice::Friend { to, change, with, .. } if to < with => {
            let (user, other) = (to.clone(), with.clone());
            match change {
                FriendChange::Accepted => Some(Subject::FriendshipMade { user, other }),
                FriendChange::Removed => Some(Subject::FriendshipEnded { user, other }),
                FriendChange::Request | FriendChange::Declined | FriendChange::Withdrawn => None,
            }
        }
        Notice::StandingChanged { user, standing } => {
            Some(Subject::StandingChanged { user: user.clone(), standing: *standing })
        }
        Notice::Friend { .. }
        | Notice::Receipt { .. }
        | Notice::Typing { .. }
        | Notice::Presence { .. }
        | Notice::BlockChanged { .. }
        | Notice::SessionEnded { .. }
        | Notice::SignedOut { .. } => None,
    }
}

fn acting(user: Option<LockedUser>) -> Result<LockedUser, ChatError> {
    let user = user.ok_or(Rejection::UserNotFound)?;
    decide_act(user.user.standing)?;
    Ok(user)
}

impl Deref for Tx {
    type Target = dyn StoreTx;

    fn deref(&self) -> &Self::Target {
        self.store.as_ref()
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.store.as_mut()
    }
}
