//! Who is connected to this process, and what they hear.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    connection::ConnectionId,
    delivery::{EndReason, RoomRemoval},
    live_presence::LivePresence,
    notice::{Logged, Notice},
    outlet::{Item, Outlet},
    topic::{Gap, Topic},
};
use crate::{
    model::{
        event::{Event, EventKind, Seq},
        room::RoomId,
        session::{Caller, SessionId},
        user::{Standing, UserId},
    },
    ports::store::{EventRange, Store},
};

/// Routes notices to connections. Never waits while it holds its lock.
pub(crate) struct Hub {
    state: Mutex<State>,
    store: Arc<dyn Store>,
    /// Its lock may be held where that of the hub is taken, and never the other way round.
    pub(super) presence: Arc<LivePresence>,
    last_id: AtomicU64,
    /// How many connections there are, for who waits until none is left.
    count: watch::Sender<usize>,
    /// No connection is taken any more. Set while the state is locked, so that none slips through.
    draining: CancellationToken,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) users: HashMap<UserId, Vec<Arc<Outlet>>>,
    pub(super) topics: HashMap<RoomId, Topic>,
    /// The topics of each connection, so that leaving need not look at all there are.
    pub(super) subscriptions: HashMap<ConnectionId, Vec<RoomId>>,
}

/// How many events are read at once to fill a gap.
const FILL_PAGE: usize = 500;
/// How long to wait before a store that failed is asked again.
const FILL_RETRY: Duration = Duration::from_millis(200);

impl Hub {
    pub(crate) fn new(store: Arc<dyn Store>, presence: Arc<LivePresence>) -> Self {
        Self {
            state: Mutex::default(),
            store,
            presence,
            last_id: AtomicU64::new(0),
            count: watch::Sender::new(0),
            draining: CancellationToken::new(),
        }
    }

    /// The state is consistent between any two statements that can panic, so a poisoned lock is as good as any.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a connection, which from now on hears what concerns its user. `None` while the chat drains.
    pub(crate) fn register(&self, caller: &Caller) -> Option<Arc<Outlet>> {
        let id = ConnectionId(self.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        let session = caller.session.as_ref().map(|session| session.id);
        let outlet = Arc::new(Outlet::new(id, caller.user.clone(), session));
        let mut state = self.state();
        if self.draining.is_cancelled() {
            return None;
        }
        state.users.entry(caller.user.clone()).or_default().push(Arc::clone(&outlet));
        state.subscriptions.insert(id, Vec::new());
        self.count.send_modify(|count| *count += 1);
        Some(outlet)
    }

    /// Forgets a connection.
    pub(crate) fn unregister(&self, outlet: &Outlet) {
        let mut state = self.state();
        let Some(rooms) = state.subscriptions.remove(&outlet.id) else { return };
        for room in rooms {
            state.unsubscribe(room, outlet.id);
        }
        if let Some(outlets) = state.users.get_mut(&outlet.user) {
            outlets.retain(|other| other.id != outlet.id);
            if outlets.is_empty() {
                state.users.remove(&outlet.user);
            }
        }
        drop(state);
        if outlet.is_greeted() {
            self.presence.disconnected(&outlet.user);
        }
        self.count.send_modify(|count| *count = count.saturating_sub(1));
    }

    /// Says that a commit of this process is about to log in these rooms. Until the guard is dropped, which is after
    /// the publication or the failure, a gap in their numbers is waited for instead of read from the store.
    pub(crate) fn announce(self: &Arc<Self>, rooms: impl IntoIterator<Item = RoomId>) -> Announced {
        let mut state = self.state();
        let rooms =
            rooms.into_iter().filter(|room| state.topics.get_mut(room).map(Topic::announce).is_some()).collect();
        Announced { hub: Arc::clone(self), rooms }
    }

    /// Says that something may have been logged in these rooms of which no notice comes: the store is read.
    pub(crate) fn doubt(self: &Arc<Self>, rooms: impl IntoIterator<Item = RoomId>) {
        let mut state = self.state();
        for room in rooms {
            if let Some(topic) = state.topics.get_mut(&room) {
                topic.doubt();
                self.advance(&mut state, room);
            }
        }
    }

    /// Routes what was committed.
    pub(crate) fn deliver(self: &Arc<Self>, notices: Vec<Notice>) {
        self.presence.hear(&notices);
        let mut state = self.state();
        for notice in notices {
            match notice {
                Notice::Logged(logged) => self.log(&mut state, logged),
                Notice::Receipt { room, user, read_seq } => {
                    let Some(topic) = state.topics.get_mut(&room) else { continue };
                    for subscriber in &topic.subscribers {
                        subscriber.offer(Item::Receipt { room, user: user.clone(), read_seq });
                    }
                    topic.followers.iter_mut().for_each(|follower| follower.receive(&user, read_seq));
                }
                Notice::Friend { to, change, with, request } => {
                    for outlet in state.users.get(&to).into_iter().flatten() {
                        outlet.offer(Item::Friend { change, with: with.clone(), request });
                    }
                }
                Notice::Typing { room, user, to } => state.tell_typing(room, &user, &to, self.presence.now()),
                Notice::BlockChanged { .. } | Notice::Presence { .. } => {}
                Notice::SessionEnded { user, session } => state.end_session(&user, session),
                Notice::SignedOut { user } => state.end_vouched(&user),
                Notice::StandingChanged { standing: Standing::Active, .. } => {}
                Notice::StandingChanged { user, .. } => state.end_user(&user),
            }
        }
    }

    fn log(self: &Arc<Self>, state: &mut State, logged: Arc<Logged>) {
        let room = logged.event.room;
        if !state.topics.contains_key(&room) && state.seats_somebody_here(&logged.event) {
            // The first one of the room here: what came before it was not for anybody here.
            state.topics.insert(room, Topic::starting_after(logged.event.seq.previous()));
        }
        let Some(topic) = state.topics.get_mut(&room) else { return };
        if let Some(passed) = topic.take(logged) {
            state.pass(&passed);
        }
        self.advance(state, room);
    }

    /// Routes what has become next, and sees to a gap.
    pub(super) fn advance(self: &Arc<Self>, state: &mut State, room: RoomId) {
        while let Some(logged) = state.topics.get_mut(&room).and_then(Topic::next) {
            state.route(&logged);
        }
        let Some(topic) = state.topics.get_mut(&room) else { return };
        match topic.gap() {
            Gap::None => {}
            Gap::Fill { after, before } => {
                tokio::spawn(Arc::clone(self).fill(room, after, before));
            }
            Gap::TooWide => {
                for outlet in topic.outlets() {
                    outlet.end(EndReason::Overloaded);
                }
                state.topics.remove(&room);
            }
        }
    }

    /// Reads what follows `after` from the store: everything below a number that was published is committed.
    async fn fill(self: Arc<Self>, room: RoomId, after: Seq, before: Option<Seq>) {
        tracing::debug!(%room, %after, "filling a gap from the store");
        let read = self.store.events(room, EventRange::After(after), FILL_PAGE).await;
        if let Err(error) = &read {
            tracing::warn!(%room, error = error as &dyn std::error::Error, "a gap could not be filled, trying again");
        }
        // A number that is published and not in the log, or a store that fails, is asked again, but not at once.
        let fills =
            |events: &Vec<Event>| before.is_none() || events.first().is_some_and(|event| event.seq == after.next());
        if !read.as_ref().is_ok_and(fills) {
            tokio::time::sleep(FILL_RETRY).await;
        }
        let mut state = self.state();
        let Some(topic) = state.topics.get_mut(&room) else { return };
        topic.filled(read.is_ok());
        for event in read.into_iter().flatten().filter(|event| before.is_none_or(|before| event.seq < before)) {
            topic.take(Arc::new(Logged::new(event)));
        }
        self.advance(&mut state, room);
    }

    /// Takes no new connections, and tells those there are.
    pub(crate) fn drain(&self) {
        let state = self.state();
        self.draining.cancel();
        for outlet in state.users.values().flatten() {
            outlet.offer(Item::Draining);
        }
    }

    /// Waits until no connection is taken any more.
    pub(crate) fn draining(&self) -> impl Future<Output = ()> + Send + 'static {
        self.draining.clone().cancelled_owned()
    }

    /// Whether no connection is taken any more.
    pub(crate) fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Waits until no connection is left.
    pub(crate) async fn emptied(&self) {
        // An error means that the sender is gone, which `self` holds.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl State {
    /// Whether an event seats somebody who is connected here.
    fn seats_somebody_here(&self, event: &Event) -> bool {
        matches!(event.kind, EventKind::Joined) && self.users.contains_key(&event.sender)
    }

    /// Of an event that the topic had passed when it was published: the seat that it gives, whose taker looks the room
    /// up, and the answer that is due to who caused it.
    pub(super) fn pass(&mut self, logged: &Arc<Logged>) {
        if self.seats_somebody_here(&logged.event) {
            self.seat(logged.event.room, &logged.event.sender);
        }
        let Some(origin) = logged.origin else { return };
        if let Some(follower) = self.follower(logged.event.room, origin.connection) {
            return follower.route(logged);
        }
        for outlet in self.users.get(&logged.event.sender).into_iter().flatten() {
            if outlet.id == origin.connection {
                outlet.offer(Item::Event(Arc::clone(logged)));
            }
        }
    }

    /// Brings an event to the subscribers of its room, and then lets it decide who they are from now on: that is what
    /// makes a seat begin and end between two numbers of the log.
    fn route(&mut self, logged: &Arc<Logged>) {
        let Event { room, sender, kind, .. } = &logged.event;
        if let Some(topic) = self.topics.get_mut(room) {
            for subscriber in &topic.subscribers {
                subscriber.offer(Item::Event(Arc::clone(logged)));
            }
            topic.followers.iter_mut().for_each(|follower| follower.route(logged));
        }
        if matches!(kind, EventKind::Joined) {
            self.seat(*room, sender);
        }
        if let Some(user) = logged.event.unseats() {
            self.unseat(*room, user, RoomRemoval::by(kind));
        }
    }

    fn end_user(&self, user: &UserId) {
        for outlet in self.users.get(user).into_iter().flatten() {
            outlet.end(EndReason::Suspended);
        }
    }

    /// Ends the connections of a user for whom the host vouched when they began.
    fn end_vouched(&self, user: &UserId) {
        for outlet in self.users.get(user).into_iter().flatten() {
            if outlet.session.is_none() {
                outlet.end(EndReason::SessionEnded);
            }
        }
    }

    fn end_session(&self, user: &UserId, session: SessionId) {
        for outlet in self.users.get(user).into_iter().flatten() {
            if outlet.session == Some(session) {
                outlet.end(EndReason::SessionEnded);
            }
        }
    }
}

/// See [`Hub::announce`].
#[must_use = "dropped before the publication, it promises nothing"]
pub(crate) struct Announced {
    hub: Arc<Hub>,
    rooms: Vec<RoomId>,
}

impl Drop for Announced {
    fn drop(&mut self) {
        let mut state = self.hub.state();
        for &room in &self.rooms {
            let Some(topic) = state.topics.get_mut(&room) else { continue };
            topic.settle();
            if topic.is_idle() {
                state.topics.remove(&room);
            } else {
                self.hub.advance(&mut state, room);
            }
        }
    }
}
