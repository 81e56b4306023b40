//! Who is online, kept and told: what the clock, the bus, the store and the hub have to do with it.

use std::{
    collections::BTreeMap,
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
    outlet::Outlet,
    presence::{BEAT, Change, Presence},
    sign::{NodeId, Sign},
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
    /// To be told, each with its number.
    meetings: BTreeMap<Meeting, u64>,
    /// How often somebody may have come to see less of others. What was read before the last time is not told.
    separations: u64,
    /// How often somebody may have come to see more or less. Who looks around looks again after the last time.
    relations: u64,
}

/// Some who may have begun to see each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Meeting {
    /// Those in the room, and one who has joined them.
    Room(RoomId, UserId),
    /// Two who have become friends, or of whom one blocks the other no more.
    Pair(UserId, UserId),
}

/// Those whom a user may see, as they were read.
#[derive(Debug)]
pub(super) struct Acquaintances {
    users: Vec<UserId>,
    relations: u64,
}

/// Something to be told.
enum Task {
    Changed(UserId, Change),
    Meeting(Meeting, u64),
}

/// How long to wait before a store that failed is asked again.
const RETRY: Duration = Duration::from_millis(500);

impl LivePresence {
    /// `others`: the bus reaches other nodes.
    pub(crate) fn new(clock: Arc<dyn Clock>, grace: Duration, others: bool) -> Self {
        let node = NodeId::new();
        let presence = Presence::new(node, grace, others);
        let state = Mutex::new(State { presence, meetings: BTreeMap::new(), separations: 0, relations: 0 });
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
        self.state().presence.connected(user);
        self.wake();
    }

    /// A connection of the user that had said hello has ended.
    pub(super) fn disconnected(&self, user: &UserId) {
        let now = self.now();
        self.state().presence.disconnected(user, now);
        self.wake();
    }

    fn wake(&self) {
        self.moved.notify_one();
        self.to_tell.notify_one();
    }

    /// Those whom a user may see. Waits for the store: for want of this no connection ends.
    pub(super) async fn acquaintances(&self, store: &dyn Store, user: &UserId) -> Acquaintances {
        loop {
            let relations = self.state().relations;
            match store.acquaintances(user).await {
                Ok(users) => return Acquaintances { users, relations },
                Err(error) => {
                    failed(&error);
                    sleep(RETRY).await;
                }
            }
        }
    }

    /// Who of them is online; from now on the connection is told what changes. `None` where who sees whom has changed
    /// since they were read.
    pub(super) fn look_around(&self, of: Acquaintances, outlet: &Outlet) -> Option<Vec<UserId>> {
        let Acquaintances { mut users, relations } = of;
        let state = self.state();
        if state.relations != relations {
            return None;
        }
        outlet.look(state.presence.last_serial());
        users.retain(|user| state.presence.is_online(user));
        Some(users)
    }

    /// Takes from what was told what it means for who sees whom online.
    pub(crate) fn hear(&self, notices: &[Notice]) {
        for notice in notices {
            match notice {
                Notice::Logged(logged) => match &logged.event.kind {
                    EventKind::Joined => self.meet(Meeting::Room(logged.event.room, logged.event.sender.clone())),
                    EventKind::Left | EventKind::Removed { .. } => self.separate(),
                    _ => {}
                },
                // Both are told.
                Notice::Friend { to, change: FriendChange::Accepted, with, .. } if to < with => {
                    self.meet(Meeting::Pair(to.clone(), with.clone()));
                }
                Notice::Friend { change: FriendChange::Removed, .. } => self.separate(),
                Notice::BlockChanged { blocks: true, .. } => self.separate(),
                Notice::BlockChanged { user, other, blocks: false } => {
                    self.meet(Meeting::Pair(user.clone(), other.clone()));
                }
                Notice::StandingChanged { user, standing: Standing::Suspended | Standing::Erased } => {
                    let now = self.now();
                    self.state().presence.put_offline(user, now);
                    self.to_tell.notify_one();
                }
                Notice::Presence { node, sign } if *node != self.node => {
                    let now = self.now();
                    self.state().presence.hear(*node, sign, now);
                    self.wake();
                }
                _ => {}
            }
        }
    }

    /// Somebody may have come to see less of others.
    fn separate(&self) {
        let mut state = self.state();
        state.separations += 1;
        state.relations += 1;
    }

    /// Some may have begun to see each other, which matters only where one of them is online.
    fn meet(&self, meeting: Meeting) {
        let mut state = self.state();
        let matters = match &meeting {
            Meeting::Room(_, user) => state.presence.is_online(user),
            Meeting::Pair(one, other) => state.presence.is_online(one) || state.presence.is_online(other),
        };
        if matters {
            state.relations += 1;
            let serial = state.presence.next_serial();
            state.meetings.insert(meeting, serial);
            self.to_tell.notify_one();
        }
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
        let mut next_beat = None;
        loop {
            let (signs, wait) = self.pass_time(&mut next_beat);
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

    /// What other nodes are to be told, and how long nothing is to be done if nothing happens.
    fn pass_time(&self, next_beat: &mut Option<Timestamp>) -> (Vec<Sign>, Option<Duration>) {
        let mut state = self.state();
        let has_others = state.presence.has_others();
        if !has_others && state.presence.next_due().is_none() {
            return (Vec::new(), None);
        }
        let now = self.now();
        state.presence.pass_time(now);
        if has_others && next_beat.is_none_or(|beat| beat <= now) {
            state.presence.beat(now);
            *next_beat = Some(now.after(BEAT));
        }
        let next = [*next_beat, state.presence.next_due()].into_iter().flatten().min();
        (state.presence.take_signs(), next.map(|next| next.since(now)))
    }

    /// Tells connections.
    async fn tell(&self, hub: &Hub, store: &dyn Store) {
        loop {
            let Some((task, separations)) = self.next_task() else {
                self.to_tell.notified().await;
                continue;
            };
            let told = match &task {
                Task::Changed(user, change) => self.tell_change(hub, store, user, *change, separations).await,
                Task::Meeting(meeting, serial) => self.tell_meeting(hub, store, meeting, *serial, separations).await,
            };
            match told {
                Ok(true) => {}
                Ok(false) => self.give_back(task),
                Err(error) => {
                    failed(&error);
                    self.give_back(task);
                    sleep(RETRY).await;
                }
            }
        }
    }

    fn next_task(&self) -> Option<(Task, u64)> {
        let mut state = self.state();
        let changed = state.presence.take_changed().map(|(user, change)| Task::Changed(user, change));
        let meeting = || state.meetings.pop_first().map(|(meeting, serial)| Task::Meeting(meeting, serial));
        let task = changed.or_else(meeting)?;
        Some((task, state.separations))
    }

    fn give_back(&self, task: Task) {
        let mut state = self.state();
        match task {
            Task::Changed(user, change) => state.presence.give_back(user, change),
            Task::Meeting(meeting, serial) => drop(state.meetings.entry(meeting).or_insert(serial)),
        }
    }

    /// Tells of one user those who may see them; `false` where that has to be read again.
    async fn tell_change(
        &self,
        hub: &Hub,
        store: &dyn Store,
        user: &UserId,
        change: Change,
        separations: u64,
    ) -> Result<bool, StoreError> {
        if !hub.has_others_than(user) {
            return Ok(true);
        }
        let acquaintances = store.acquaintances(user).await?;
        let state = self.state();
        let is_current = state.separations == separations;
        if is_current {
            hub.tell_presence(&acquaintances, user, change);
        }
        Ok(is_current)
    }

    /// Tells those who have met of each other; `false` where who they are has to be read again.
    async fn tell_meeting(
        &self,
        hub: &Hub,
        store: &dyn Store,
        meeting: &Meeting,
        serial: u64,
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
        let online = Change { last_seen: None, serial };
        for other in others.iter().filter(|other| state.presence.is_online(other)) {
            hub.tell_presence(std::slice::from_ref(user), other, online);
        }
        if state.presence.is_online(user) {
            hub.tell_presence(&others, user, online);
        }
        Ok(true)
    }
}

fn failed(error: &StoreError) {
    tracing::warn!(error = error as &dyn std::error::Error, "who is online could not be told, trying again");
}
