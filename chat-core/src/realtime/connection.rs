//! The live half of a signed-in client: what a transport turns into bytes.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use super::{
    appender::{Appender, ReplyTo},
    delivery::{Delivery, EndReason, RoomRemoval},
    hub::Hub,
    notice::{Logged, Origin},
    outlet::{Item, Outlet},
};
use crate::{
    api::{Resume, SendMessage},
    error::ChatError,
    model::{
        event::{Event, EventKind, Seq},
        room::{RoomId, RoomView},
        session::Caller,
    },
    planted::Planted,
    ports::store::{EventRange, Store},
};

/// Which connection of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub(crate) u64);

/// A live connection of a caller. Once it was started it hears all rooms of which they are a member, from joining to
/// leaving; dropping it ends it.
pub struct Connection {
    caller: Caller,
    outlet: Arc<Outlet>,
    hub: Arc<Hub>,
    store: Arc<dyn Store>,
    appender: Appender,
    /// The number of the last event of each room that was delivered, or stood in the room as it was told.
    delivered: HashMap<RoomId, Seq>,
    /// Rooms of which some events were logged before the hub began to route them to this connection.
    behind: VecDeque<Behind>,
    /// Rooms that were left and joined again in what was missed.
    rejoined: VecDeque<RoomId>,
    /// Rooms of which too much was missed, to be looked up again: the membership was read before the subscription, and
    /// a `left` between the two would be skipped with the rest.
    reset: VecDeque<RoomId>,
    /// The item being worked on; kept here so that a reader that stops waiting loses nothing.
    current: Option<Item>,
    ready: VecDeque<Delivery>,
    over: bool,
}

/// A stretch of a room's log to be read from the store. It has a place of its own: reading goes on where the client is
/// told nothing, between their leaving and their coming back.
struct Behind {
    room: RoomId,
    after: Seq,
    up_to: Seq,
}

/// How many events of a room are brought after at most (R-MSG-09).
const MAX_REPLAY: u64 = 500;
/// How many events are read at once of what was missed.
const CATCH_UP_PAGE: usize = 200;

impl Connection {
    pub(crate) fn new(
        caller: Caller,
        outlet: Arc<Outlet>,
        hub: Arc<Hub>,
        store: Arc<dyn Store>,
        appender: Appender,
    ) -> Self {
        Self {
            caller,
            outlet,
            hub,
            store,
            appender,
            delivered: HashMap::new(),
            behind: VecDeque::new(),
            rejoined: VecDeque::new(),
            reset: VecDeque::new(),
            current: None,
            ready: VecDeque::new(),
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
        // The connection is registered: a seat that is taken from here on is heard, what was taken before is read.
        let rooms = self.store.rooms_of(&self.caller.user).await?;
        self.behind.clear();
        self.reset.clear();
        self.ready.clear();
        self.subscribe(&rooms, resume).await?;
        Ok(rooms)
    }

    /// Subscribes to the rooms as they were read, and notes what the client has not heard of them.
    async fn subscribe(&mut self, rooms: &[RoomView], resume: &Resume) -> Result<(), ChatError> {
        let ids: Vec<RoomId> = rooms.iter().map(|view| view.room.id).collect();
        let mut heads = HashMap::with_capacity(ids.len());
        let mut unknown = Vec::new();
        for (room, head) in self.hub.subscribe(&self.outlet, &ids) {
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
        for &room in resume.keys().filter(|room| rooms.iter().all(|view| view.room.id != **room)) {
            self.ready.push_back(Delivery::RoomRemoved { room, reason: RoomRemoval::Left });
        }
        Ok(())
    }

    /// The client has a room's events up to `has`, and was a member at `told`; events after `head` come through the hub
    /// (R-MSG-09).
    fn resume_room(&mut self, room: RoomId, told: Seq, has: Seq, head: Seq) {
        match head.get().checked_sub(has.get()) {
            Some(missed) if missed <= MAX_REPLAY && has <= told => {
                self.delivered.insert(room, has);
                if missed != 0 {
                    let after = if Planted::ResumeOffByOne.is_on() { has.next() } else { has };
                    self.behind.push_back(Behind { room, after, up_to: head });
                }
            }
            _ => self.reset.push_back(room),
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
        let outlet = Arc::clone(&self.outlet);
        self.appender.enqueue(&self.caller, send, ReplyTo::Connection { outlet, command }).await
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
            let outlet = Arc::clone(&self.outlet);
            tokio::select! {
                biased;
                reason = outlet.ended() => return self.end(reason),
                progress = self.advance() => match progress {
                    Ok(progress) => self.take(progress),
                    Err(error) => {
                        tracing::warn!(error = &error as &dyn std::error::Error, "a connection could not be kept whole");
                        return self.end(EndReason::Overloaded);
                    }
                },
            }
        }
    }

    fn end(&mut self, reason: EndReason) -> Delivery {
        self.over = true;
        Delivery::Ended(reason)
    }

    /// One step: a page of what was missed, else the next item. Changes nothing across an await that could be dropped,
    /// but for keeping the item it has received.
    async fn advance(&mut self) -> Result<Progress, ChatError> {
        if let Some(Behind { room, after, up_to }) = self.behind.front_mut() {
            let events = self.store.events(*room, EventRange::After(*after), CATCH_UP_PAGE).await?;
            let missed: Vec<_> = events.into_iter().take_while(|event| event.seq <= *up_to).collect();
            match missed.last() {
                Some(last) if last.seq < *up_to => *after = last.seq,
                _ => drop(self.behind.pop_front()),
            }
            return Ok(Progress::Missed(missed));
        }
        if let Some(&room) = self.reset.front() {
            let view = self.store.room_view(room, &self.caller.user).await?;
            self.reset.pop_front();
            return Ok(Progress::Reset(view.map(|view| view.room.last_seq), room));
        }
        if let Some(&room) = self.rejoined.front() {
            let view = self.store.room_view(room, &self.caller.user).await?;
            self.rejoined.pop_front();
            return Ok(Progress::Added(view.map(Box::new), room));
        }
        let item = match self.current.take() {
            Some(item) => item,
            None => self.outlet.next_item().await,
        };
        if let Item::RoomAdded(room) = item {
            if self.delivered.contains_key(&room) {
                return Ok(Progress::Added(None, room));
            }
            self.current = Some(item);
            let view = self.store.room_view(room, &self.caller.user).await?;
            self.current = None;
            return Ok(Progress::Added(view.map(Box::new), room));
        }
        Ok(Progress::Item(item))
    }

    fn take(&mut self, progress: Progress) {
        match progress {
            Progress::Missed(events) => {
                for event in events {
                    self.take_missed(event);
                }
            }
            Progress::Reset(Some(last_seq), room) => {
                self.delivered.insert(room, last_seq);
                self.ready.push_back(Delivery::Reset { room, last_seq });
            }
            Progress::Reset(None, room) => {
                self.ready.push_back(Delivery::RoomRemoved { room, reason: RoomRemoval::Left });
            }
            Progress::Added(Some(view), room) => {
                self.delivered.insert(room, view.room.last_seq);
                self.ready.push_back(Delivery::RoomAdded(view));
            }
            // Known already, or left again before the client heard of it.
            Progress::Added(None, _) => {}
            Progress::Item(item) => self.take_item(item),
        }
    }

    fn take_item(&mut self, item: Item) {
        let delivery = match item {
            Item::Event(logged) => return self.take_event(logged),
            // Of a room that the client does not know (any more).
            Item::Receipt { room, .. } if !self.delivered.contains_key(&room) => return,
            // Looked up by `advance`, before it comes here.
            Item::RoomAdded(_) => return,
            Item::Receipt { room, user, read_seq } => Delivery::Receipt { room, user, read_seq },
            Item::Answered { command, result } => Delivery::Answered { command, result },
            Item::Friend { change, with, request } => Delivery::Friend { change, with, request },
            Item::Draining => Delivery::Draining,
        };
        self.ready.push_back(delivery);
    }

    fn take_missed(&mut self, event: Event) {
        let known = self.delivered.contains_key(&event.room);
        if !known && matches!(event.kind, EventKind::Joined) && event.sender == self.caller.user {
            self.rejoined.push_back(event.room);
        }
        self.take_event(Arc::new(Logged::new(event)));
    }

    /// Delivers an event if it is the next one of a room the client knows. The hub routes without gap; what is not the
    /// next one stood in the room as it was told.
    fn take_event(&mut self, logged: Arc<Logged>) {
        let (room, seq) = (logged.event.room, logged.event.seq);
        let own_command = match logged.origin {
            Some(Origin { connection, command }) if connection == self.outlet.id => Some(command),
            _ => None,
        };
        let is_next = match self.delivered.get_mut(&room) {
            Some(delivered) if *delivered < seq => {
                *delivered = seq;
                true
            }
            _ => false,
        };
        let left = is_next && matches!(logged.event.kind, EventKind::Left) && logged.event.sender == self.caller.user;
        match own_command {
            // An answer is due in any case.
            Some(command) => self.ready.push_back(Delivery::Sent { command, event: logged }),
            None if is_next => self.ready.push_back(Delivery::Event(logged)),
            None => {}
        }
        if left {
            self.delivered.remove(&room);
            self.ready.push_back(Delivery::RoomRemoved { room, reason: RoomRemoval::Left });
        }
    }
}

/// What one step brought.
enum Progress {
    Missed(Vec<Event>),
    Added(Option<Box<RoomView>>, RoomId),
    Reset(Option<Seq>, RoomId),
    Item(Item),
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.hub.unregister(&self.outlet);
    }
}
