//! Who is online, kept and told: what the clock, the bus, the store and the hub have to do with it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    hub::Hub,
    notice::Notice,
    presence::{BEAT, Presence},
    sign::NodeId,
};
use crate::{
    model::{
        event::EventKind,
        friend::FriendChange,
        room::RoomId,
        time::Timestamp,
        user::{Standing, UserId},
    },
    ports::{
        bus::Bus,
        clock::Clock,
        store::{Store, StoreError},
    },
};

/// Who is online, as this process knows it.
pub(crate) struct LivePresence {
    node: NodeId,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Other nodes are to be told something, or somebody is offline before that was to be looked at.
    moved: Notify,
    /// There is something to tell connections.
    to_tell: Notify,
}

struct State {
    presence: Presence,
    meetings: BTreeSet<Meeting>,
    /// How often somebody may have come to see less of others. What was read before the last time is not told.
    separations: u64,
}

/// Some who may have begun to see each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meeting {
    /// Those in the room, and one who has joined them.
    Room(RoomId, UserId),
    /// Two who have become friends, or of whom one blocks the other no more.
    Pair(UserId, UserId),
}

/// Something to be told.
enum Task {
    Changed(UserId, Option<Timestamp>),
    Meeting(Meeting),
}

/// How long to wait before a store that failed is asked again.
const RETRY: Duration = Duration::from_millis(500);

impl LivePresence {
    /// `others`: the bus reaches other nodes.
    pub(crate) fn new(clock: Arc<dyn Clock>, grace: Duration, others: bool) -> Self {
        let node = NodeId::new();
        let presence = Presence::new(node, grace, others);
        let state = Mutex::new(State { presence, meetings: BTreeSet::new(), separations: 0 });
        Self { node, clock, state, moved: Notify::new(), to_tell: Notify::new() }
    }

    /// The state is consistent between any two statements that can panic, so a poisoned lock is as good as any.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time by the chat's clock.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A connection of the user has said hello.
    pub(super) fn connected(&self, user: &UserId) {
        self.state().presence.connected(user, self.now());
        self.wake();
    }

    /// A connection of the user that had said hello has ended.
    pub(super) fn disconnected(&self, user: &UserId) {
        self.state().presence.disconnected(user, self.now());
        self.wake();
    }

    fn wake(&self) {
        self.moved.notify_one();
        self.to_tell.notify_one();
    }

    /// Who is online of those whom the user may see.
    pub(super) async fn online_for(&self, store: &dyn Store, user: &UserId) -> Result<Vec<UserId>, StoreError> {
        loop {
            let separations = self.state().separations;
            let mut acquaintances = store.acquaintances(user).await?;
            let state = self.state();
            if state.separations == separations {
                acquaintances.retain(|acquaintance| state.presence.is_online(acquaintance));
                return Ok(acquaintances);
            }
        }
    }

    /// Takes from what was told what it means for who sees whom online.
    pub(crate) fn hear(&self, notices: &[Notice]) {
        let now = self.now();
        let mut state = self.state();
        for notice in notices {
            match notice {
                Notice::Logged(logged) => match &logged.event.kind {
                    EventKind::Joined => {
                        state.meet(Meeting::Room(logged.event.room, logged.event.sender.clone()));
                    }
                    EventKind::Left | EventKind::Removed { .. } => state.separations += 1,
                    _ => {}
                },
                Notice::Friend { to, change: FriendChange::Accepted, with, .. } if to < with => {
                    state.meet(Meeting::Pair(to.clone(), with.clone()));
                }
                Notice::Friend { change: FriendChange::Removed, .. } | Notice::BlockChanged { blocks: true, .. } => {
                    state.separations += 1
                }
                Notice::BlockChanged { user, other, blocks: false } => {
                    state.meet(Meeting::Pair(user.clone(), other.clone()));
                }
                Notice::StandingChanged { user, standing: Standing::Suspended | Standing::Erased } => {
                    state.presence.put_offline(user, now);
                }
                Notice::Presence { node, sign } => state.presence.hear(*node, sign, now),
                _ => {}
            }
        }
        drop(state);
        self.wake();
    }

    /// Keeps and tells it for as long as the answer is held.
    pub(crate) fn start(self: &Arc<Self>, hub: &Arc<Hub>, store: &Arc<dyn Store>, bus: &Arc<dyn Bus>) -> DropGuard {
        let over = CancellationToken::new();
        let (ended, live, bus) = (over.clone(), Arc::clone(self), Arc::clone(bus));
        tokio::spawn(async move { ended.run_until_cancelled(live.keep(&*bus)).await });
        let (ended, live) = (over.clone(), Arc::clone(self));
        let (hub, store) = (Arc::clone(hub), Arc::clone(store));
        tokio::spawn(async move { ended.run_until_cancelled(live.tell(&hub, &*store)).await });
        over.drop_guard()
    }

    /// Lets time pass, and speaks with other nodes.
    async fn keep(&self, bus: &dyn Bus) {
        let mut next_beat = self.now();
        loop {
            let now = self.now();
            let (signs, wait) = {
                let mut state = self.state();
                state.presence.pass_time(now);
                if next_beat <= now {
                    state.presence.beat(now);
                    next_beat = now.after(BEAT);
                }
                let next_beat = state.presence.has_others().then_some(next_beat);
                let next = [next_beat, state.presence.next_due()].into_iter().flatten().min();
                (state.presence.take_signs(), next.map(|next| next.since(now)))
            };
            self.to_tell.notify_one();
            if !signs.is_empty() {
                let node = self.node;
                bus.publish(signs.into_iter().map(|sign| Notice::Presence { node, sign }).collect()).await;
            }
            match wait {
                // Woken, or it is time: both are looked at above.
                Some(wait) => drop(timeout(wait, self.moved.notified()).await),
                None => self.moved.notified().await,
            }
        }
    }

    /// Tells connections.
    async fn tell(&self, hub: &Hub, store: &dyn Store) {
        loop {
            let Some((task, separations)) = self.next_task() else {
                self.to_tell.notified().await;
                continue;
            };
            let told = match &task {
                Task::Changed(user, last_seen) => self.tell_change(hub, store, user, *last_seen, separations).await,
                Task::Meeting(meeting) => self.tell_meeting(hub, store, meeting, separations).await,
            };
            match told {
                Ok(true) => {}
                Ok(false) => self.give_back(task),
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "who is online could not be told");
                    self.give_back(task);
                    sleep(RETRY).await;
                }
            }
        }
    }

    fn next_task(&self) -> Option<(Task, u64)> {
        let mut state = self.state();
        let meeting = state.meetings.pop_first().map(Task::Meeting);
        let task = meeting.or_else(|| state.presence.take_changed().map(|(user, seen)| Task::Changed(user, seen)))?;
        Some((task, state.separations))
    }

    fn give_back(&self, task: Task) {
        let mut state = self.state();
        match task {
            Task::Changed(user, last_seen) => state.presence.give_back(user, last_seen),
            Task::Meeting(meeting) => drop(state.meetings.insert(meeting)),
        }
    }

    /// Tells of one user those who may see them; `false` where that has to be read again.
    async fn tell_change(
        &self,
        hub: &Hub,
        store: &dyn Store,
        user: &UserId,
        last_seen: Option<Timestamp>,
        separations: u64,
    ) -> Result<bool, StoreError> {
        if !hub.has_others_than(user) {
            return Ok(true);
        }
        let acquaintances = store.acquaintances(user).await?;
        let state = self.state();
        let is_current = state.separations == separations;
        if is_current {
            hub.tell_presence(&acquaintances, user, last_seen);
        }
        Ok(is_current)
    }

    /// Tells those who have met of each other; `false` where who they are has to be read again.
    async fn tell_meeting(
        &self,
        hub: &Hub,
        store: &dyn Store,
        meeting: &Meeting,
        separations: u64,
    ) -> Result<bool, StoreError> {
        let (user, others) = match meeting {
            Meeting::Room(room, user) => {
                let members = store.unblocked_members(*room, user).await?;
                let others = if members.contains(user) { members } else { Vec::new() };
                (user, others.into_iter().filter(|other| other != user).collect())
            }
            Meeting::Pair(user, other) => {
                let acquaintances = store.acquaintances(user).await?;
                (user, acquaintances.into_iter().filter(|acquaintance| acquaintance == other).collect::<Vec<_>>())
            }
        };
        let state = self.state();
        if state.separations != separations {
            return Ok(false);
        }
        for other in others.iter().filter(|other| state.presence.is_online(other)) {
            hub.tell_presence(std::slice::from_ref(user), other, None);
        }
        if state.presence.is_online(user) {
            hub.tell_presence(&others, user, None);
        }
        Ok(true)
    }
}

impl State {
    /// Some may have begun to see each other, who matter only where one of them is online.
    fn meet(&mut self, meeting: Meeting) {
        let matters = match &meeting {
            Meeting::Room(_, user) => self.presence.is_online(user),
            Meeting::Pair(one, other) => self.presence.is_online(one) || self.presence.is_online(other),
        };
        if matters {
            self.meetings.insert(meeting);
        }
    }
}
