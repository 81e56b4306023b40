//! The live half of a signed-in client: what a transport turns into bytes.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use tokio_util::task::AbortOnDropHandle;

use super::{
    appender::{Appender, ReplyTo},
    delivery::{Delivery, EndReason, RoomRemoval},
    hub::Hub,
    live_presence::Acquaintances,
    notice::{Logged, Origin},
    outlet::{Item, Outlet},
    replay::{Behind, Look, Replay, Step},
    screening::Screening,
    subscription::{Ended, Own, Reach},
};
use crate::{
    api::{Resume, SendMessage},
    app::HookCalls,
    error::ChatError,
    model::{
        event::{Event, Seq},
        room::{RoomId, RoomView},
        session::Caller,
    },
    planted::Planted,
    ports::store::Store,
};

/// Which connection of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) u64);

/// A live connection of a caller. Once it was started it hears all rooms of which they are a member, from joining to
/// leaving; dropping it ends it.
///
/// ```
/// use chat_core::api::{ChatService, Live, Resume};
/// use chat_core::error::ChatError;
/// use chat_core::{model::session::Caller, realtime::delivery::Delivery};
///
/// async fn listen(chat: &dyn ChatService, caller: &Caller) -> Result<(), ChatError> {
///     let mut connection = chat.connect(caller).await?;
///     let rooms = connection.start(&Resume::new()).await?;
///     println!("{} rooms", rooms.len());
///     loop {
///         match connection.next().await {
///             Delivery::Event(logged) => println!("{} {}", logged.event.seq.get(), logged.event.kind.as_str()),
///             Delivery::Draining | Delivery::Ended(_) => return Ok(()),
///             _ => {}
///         }
///     }
/// }
/// ```
pub struct Connection {
    caller: Caller,
    outlet: Arc<Outlet>,
    hub: Arc<Hub>,
    store: Arc<dyn Store>,
    appender: Appender,
    /// Where the host wants to look at what is sent.
    screening: Option<Screening>,
    /// The rooms that the client knows.
    rooms: HashMap<RoomId, Place>,
    replay: Replay,
    ready: VecDeque<Delivery>,
    /// Those whom the user may see are read, so that it can be told who of them is online. In a task of its own: a
    /// reader that stops waiting does not have it begin again.
    acquaintances: Option<AbortOnDropHandle<Acquaintances>>,
    over: bool,
}

/// Where a client is in a room.
struct Place {
    /// The number of the last event that was delivered, or stood in the room as it was told.
    delivered: Seq,
    /// Its events come through the hub; else they are read from the store.
    live: bool,
}

/// How many events of a room are brought after at most (R-MSG-09).
const MAX_REPLAY: u64 = 500;

impl Connection {
    pub(crate) fn new(
        caller: Caller,
        outlet: Arc<Outlet>,
        hub: Arc<Hub>,
        store: Arc<dyn Store>,
        appender: Appender,
        hooks: &HookCalls,
    ) -> Self {
        let screening = hooks.are_there().then(|| Screening::new(hooks.clone(), appender.clone()));
        Self {
            caller,
            outlet,
            hub,
            store,
            appender,
            screening,
            rooms: HashMap::new(),
            replay: Replay::default(),
            ready: VecDeque::new(),
            acquaintances: None,
            over: false,
        }
    }

    /// Begins to hear the rooms of which the caller is a member, and answers them (R-MSG-08, R-MSG-09). What follows of
    /// each are its events after the number that the client names in `resume`, else after `last_seq`. Called once;
    /// where it failed it may be called again.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn start(&mut self, resume: &Resume) -> Result<Vec<RoomView>, ChatError> {
        self.hub.unsubscribe_all(&self.outlet);
        self.rooms.clear();
        self.replay = Replay::default();
        self.ready.clear();
        // The connection is registered: a seat that is taken from here on is heard, what was taken before is read.
        let rooms = self.store.rooms_of(&self.caller.user).await?;
        self.subscribe(&rooms, resume).await?;
        self.hub.greet(&self.outlet);
        self.read_acquaintances();
        Ok(rooms)
    }

    fn read_acquaintances(&mut self) {
        let (hub, store, user) = (Arc::clone(&self.hub), Arc::clone(&self.store), self.caller.user.clone());
        let read = tokio::spawn(async move { hub.presence.acquaintances(&*store, &user).await });
        self.acquaintances = Some(AbortOnDropHandle::new(read));
    }

    /// Tells who is online, where those whom the user may see are still those that were read.
    fn look_around(&mut self, acquaintances: Acquaintances) {
        match self.hub.presence.look_around(acquaintances, &self.outlet) {
            Some(online) => {
                self.ready.extend(online.into_iter().map(|user| Delivery::Presence { user, last_seen: None }));
            }
            None => self.read_acquaintances(),
        }
    }

    /// Follows the rooms as they were read, each from what the client has of it.
    async fn subscribe(&mut self, rooms: &[RoomView], resume: &Resume) -> Result<(), ChatError> {
        let ids: Vec<RoomId> = rooms.iter().map(|view| view.room.id).collect();
        let mut heads = HashMap::with_capacity(ids.len());
        let mut unknown = Vec::new();
        for (room, head) in self.hub.follow(&self.outlet, &ids) {
            match head {
                Some(head) => drop(heads.insert(room, head)),
                None => unknown.push(room),
            }
        }
        if !unknown.is_empty() {
            // Read after the subscription: what is logged from here on comes through the hub.
            let last_seqs = self.store.last_seqs(&unknown).await?;
            heads.extend(self.hub.start_topics(&last_seqs));
        }
        for view in rooms {
            let (room, told) = (view.room.id, view.room.last_seq);
            let head = heads.get(&room).copied().unwrap_or(told).max(told);
            let has = resume.get(&room).copied().unwrap_or(told);
            self.resume_room(room, told, has, head);
        }
        let elsewhere = resume.keys().copied().filter(|room| !ids.contains(room));
        self.part_with(elsewhere.collect()).await
    }

    /// Tells of rooms that the client names and has no seat in, each with what ended it, where anything did.
    async fn part_with(&mut self, rooms: Vec<RoomId>) -> Result<(), ChatError> {
        if rooms.is_empty() {
            return Ok(());
        }
        let departures = self.store.departures(&rooms, &self.caller.user).await?;
        let reasons: HashMap<RoomId, RoomRemoval> =
            departures.iter().map(|event| (event.room, RoomRemoval::by(&event.kind))).collect();
        let removed = |room| {
            let reason = reasons.get(&room).copied().unwrap_or(RoomRemoval::Left);
            Delivery::RoomRemoved { room, reason }
        };
        self.ready.extend(rooms.into_iter().map(removed));
        Ok(())
    }

    /// The client has a room's events up to `has`, and was a member at `told`; the log has come to `head` (R-MSG-09).
    fn resume_room(&mut self, room: RoomId, told: Seq, has: Seq, head: Seq) {
        match head.get().checked_sub(has.get()) {
            Some(missed) if missed <= MAX_REPLAY && has <= told => {
                let skip = Planted::ResumeOffByOne.is_on() && missed != 0;
                self.go_on(room, if skip { has.next() } else { has });
            }
            _ => self.replay.look(room, Look::Reset),
        }
    }

    /// Who is connected.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Sends a message. Sends of one connection are logged in the order in which they were called; this returns once
    /// the message has its place in that order, and the answer comes by [`next`](Self::next) under `command`.
    ///
    /// # Errors
    /// `Overloaded` while the chat shuts down; then no answer comes.
    pub async fn send(&self, command: u64, send: SendMessage) -> Result<(), ChatError> {
        let reply_to = ReplyTo::Connection { outlet: Arc::clone(&self.outlet), command };
        let draft = self.appender.draft(&self.caller, send);
        match &self.screening {
            Some(screening) => screening.enter(draft, reply_to).await,
            None => self.appender.enqueue(draft, reply_to).await,
        }
    }

    /// Names a command of this connection. Given with a call that logs an event, it has [`next`](Self::next) bring the
    /// answer in the place of that event.
    pub fn origin(&self, command: u64) -> Origin {
        Origin { connection: self.outlet.id, command }
    }

    /// Has [`next`](Self::next) tell, by [`Delivery::Marked`], when all is behind it that waits now.
    pub fn mark(&self, command: u64) {
        self.outlet.offer(Item::Mark(command));
    }

    /// Why the chat has ended the connection, where it has. A transport looks before it does what its client asks: after
    /// the answer to what ended a session nothing of it is done any more.
    pub fn end_reason(&self) -> Option<EndReason> {
        self.outlet.end_reason()
    }

    /// Waits until the chat ends the connection without regard to what still waits for it. A transport that is held up
    /// by its client, and so does not ask for [`next`](Self::next), gives up by it.
    pub fn ended(&self) -> impl Future<Output = EndReason> + Send + 'static {
        let outlet = Arc::clone(&self.outlet);
        async move { outlet.ended().await }
    }

    /// The next thing for the client. Cancel safe: what was not returned comes with the next call.
    pub async fn next(&mut self) -> Delivery {
        loop {
            if self.over {
                // Whoever asks on after the end waits for ever, as on any stream that is over.
                std::future::pending::<()>().await;
            }
            if let Some(delivery) = self.ready.pop_front() {
                return delivery;
            }
            let (outlet, hub) = (Arc::clone(&self.outlet), Arc::clone(&self.hub));
            let follow = |room| drop(hub.follow(&outlet, &[room]));
            // What is queued comes first: however long there is something to be read, it must not fill the queue.
            tokio::select! {
                biased;
                reason = outlet.ended() => return self.end(reason),
                item = outlet.next_item() => self.take_item(item),
                read = read_by(&mut self.acquaintances), if self.acquaintances.is_some() => {
                    self.acquaintances = None;
                    // Where the store has panicked, which was reported, nobody is told to be online.
                    if let Some(acquaintances) = read {
                        self.look_around(acquaintances);
                    }
                }
                step = self.replay.next(&self.store, &self.caller.user, follow), if !self.replay.is_done() => {
                    match step {
                        Ok(step) => self.take_step(step),
                        Err(error) => {
                            let error = &error as &dyn std::error::Error;
                            tracing::warn!(error, "a connection could not be kept whole");
                            return self.end(EndReason::Overloaded);
                        }
                    }
                }
            }
        }
    }

    fn end(&mut self, reason: EndReason) -> Delivery {
        self.over = true;
        Delivery::Ended(reason)
    }

    fn take_item(&mut self, item: Item) {
        let delivery = match item {
            Item::Event(logged) => return self.take_event(logged),
            Item::RoomAdded(room) => {
                if !self.rooms.contains_key(&room) {
                    self.replay.look(room, Look::Added);
                }
                return;
            }
            // Of a room that the client does not know (any more), or in which it is not so far yet.
            Item::Receipt { room, .. } | Item::Typing { room, .. }
                if !self.rooms.get(&room).is_some_and(|place| place.live) =>
            {
                return;
            }
            Item::Typing { since, .. } if !self.hub.still_types(since) => return,
            Item::Typing { room, user, .. } => Delivery::Typing { room, user },
            Item::Presence { user, last_seen } => Delivery::Presence { user, last_seen },
            Item::Receipt { room, user, read_seq } => Delivery::Receipt { room, user, read_seq },
            Item::Answered { command, result } => Delivery::Answered { command, result },
            Item::Friend { change, with, request } => Delivery::Friend { change, with, request },
            Item::Mark(command) => Delivery::Marked { command },
            Item::Draining => Delivery::Draining,
        };
        self.ready.push_back(delivery);
    }

    /// Delivers an event that was routed if it is the next one of a room that is heard live. The hub routes without gap;
    /// what is not the next one stood in the room as it was told, or is read.
    fn take_event(&mut self, logged: Arc<Logged>) {
        let (room, seq) = (logged.event.room, logged.event.seq);
        let is_next = match self.rooms.get_mut(&room) {
            Some(place) if place.live && place.delivered < seq => {
                place.delivered = seq;
                true
            }
            _ => false,
        };
        let removal = self.removal(&logged.event).filter(|_| is_next);
        match logged.origin.filter(|origin| origin.connection == self.outlet.id) {
            // An answer is due in any case.
            Some(origin) => self.ready.push_back(Delivery::Sent { command: origin.command, event: logged }),
            None if is_next => self.ready.push_back(Delivery::Event(logged)),
            None => {}
        }
        if let Some(reason) = removal {
            self.remove(room, reason);
        }
    }

    fn take_step(&mut self, step: Step) {
        match step {
            Step::Missed(event) => self.take_missed(event),
            Step::NoSeat(Behind { room, own, .. }) => {
                self.answer(own.into_values());
                let ended = self.has_no_seat(room);
                self.remove(room, ended.unwrap_or(RoomRemoval::Left));
            }
            Step::Looked(room, why, Some(view)) => {
                let last_seq = view.room.last_seq;
                self.hub.start_topics(&[(room, last_seq)]);
                self.ready.push_back(match why {
                    Look::Added => Delivery::RoomAdded(view),
                    Look::Reset => Delivery::Reset { room, last_seq },
                });
                self.go_on(room, last_seq);
            }
            Step::Looked(room, why, None) => {
                let ended = self.has_no_seat(room);
                if why == Look::Reset {
                    self.remove(room, ended.unwrap_or(RoomRemoval::Left));
                }
            }
        }
    }

    /// Delivers the next event of the room that is read on.
    fn take_missed(&mut self, event: Event) {
        let (room, seq) = (event.room, event.seq);
        let Some(behind) = self.replay.first() else { return };
        behind.after = seq;
        let (own, turn_is_over) = (behind.own.remove(&seq), seq == behind.up_to);
        if let Some(place) = self.rooms.get_mut(&room) {
            place.delivered = seq;
        }
        let removal = self.removal(&event);
        match own {
            Some(own) => self.answer([own]),
            None => self.ready.push_back(Delivery::Event(Arc::new(Logged::new(event)))),
        }
        let over = if removal.is_some() || turn_is_over { self.replay.take_first() } else { None };
        let Some(Behind { own, .. }) = over else { return };
        if let Some(reason) = removal {
            self.answer(own.into_values());
            self.remove(room, reason);
            let (ended, own) = self.hub.came_to_an_end(&self.outlet, room);
            self.answer(own);
            if let Ended::LookAgain = ended {
                self.replay.look(room, Look::Added);
            }
        } else {
            self.follow_on(room, seq, own);
        }
    }

    /// The client has, or was told of, a room's events up to `after`.
    fn go_on(&mut self, room: RoomId, after: Seq) {
        self.rooms.insert(room, Place { delivered: after, live: false });
        self.follow_on(room, after, BTreeMap::new());
    }

    /// Hears a room live where nothing more is to be read of it; else reads on.
    fn follow_on(&mut self, room: RoomId, after: Seq, mut own: BTreeMap<Seq, Arc<Logged>>) {
        let Some((reach, caused)) = self.hub.catch_up(&self.outlet, room, after) else {
            // Too much waits behind a gap in its log.
            return self.outlet.end(EndReason::Overloaded);
        };
        own.extend(caused.into_iter().map(|logged| (logged.event.seq, logged)));
        let ahead = own.split_off(&after.next());
        self.answer(own.into_values());
        match reach {
            Reach::UpTo(up_to) => self.replay.read_on(Behind { room, after, up_to, own: ahead }),
            Reach::Live(receipts) => {
                if let Some(place) = self.rooms.get_mut(&room) {
                    place.live = true;
                }
                let receipts = receipts.into_iter();
                self.ready.extend(receipts.map(|(user, read_seq)| Delivery::Receipt { room, user, read_seq }));
            }
        }
    }

    /// The store knows of no seat in the room; answers why, where nothing follows.
    fn has_no_seat(&mut self, room: RoomId) -> Option<RoomRemoval> {
        let (ended, own): (Ended, Own) = self.hub.has_no_seat(&self.outlet, room);
        self.answer(own);
        match ended {
            Ended::Gone(reason) => Some(reason),
            Ended::LookAgain => {
                self.replay.look(room, Look::Added);
                None
            }
        }
    }

    /// Why the client's user has no seat after this event, where it takes theirs.
    fn removal(&self, event: &Event) -> Option<RoomRemoval> {
        (event.unseats() == Some(&self.caller.user)).then(|| RoomRemoval::by(&event.kind))
    }

    fn remove(&mut self, room: RoomId, reason: RoomRemoval) {
        self.rooms.remove(&room);
        self.ready.push_back(Delivery::RoomRemoved { room, reason });
    }

    /// Answers the commands of this connection that have caused these events.
    fn answer(&mut self, own: impl IntoIterator<Item = Arc<Logged>>) {
        let answer = |event: Arc<Logged>| event.origin.map(|Origin { command, .. }| Delivery::Sent { command, event });
        self.ready.extend(own.into_iter().filter_map(answer));
    }
}

/// What a task has read, where there is one that has not panicked. Cancel safe.
async fn read_by<T>(task: &mut Option<AbortOnDropHandle<T>>) -> Option<T> {
    task.as_mut()?.await.ok()
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.unregister(&self.outlet);
    }
}
