//! How a connection comes to hear a room, and ceases to. It begins as a follower, which reads the log from the store, and
//! hears the room live from the moment at which it has caught up.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    connection::ConnectionId,
    delivery::RoomRemoval,
    follower::{Follower, NoSeat},
    hub::{Hub, State},
    notice::Logged,
    outlet::{Item, Outlet},
};
use crate::model::{event::Seq, room::RoomId, user::UserId};

/// How a follower goes on.
#[derive(Debug)]
pub(crate) enum Reach {
    /// It has caught up: whatever follows comes through the hub. Meanwhile these have read so far.
    Live(BTreeMap<UserId, Seq>),
    /// The log has come to here, and all of it is committed: it is read from the store, and asked again.
    UpTo(Seq),
}

/// What is to be done about a room in which a seat has ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// Look the room up again: the seat may have been taken anew.
    LookAgain,
    /// Nothing follows of it, until a seat is taken.
    Gone(RoomRemoval),
}

/// The events of a room that commands of the connection have caused, of which it has heard nothing yet.
pub(crate) type Own = Vec<Arc<Logged>>;

impl Hub {
    /// Makes a connection a follower of rooms. Answers where their topics are; where that is not known, the caller reads
    /// where the log stands and says so by [`start_topics`](Self::start_topics).
    pub(crate) fn follow(&self, outlet: &Arc<Outlet>, rooms: &[RoomId]) -> Vec<(RoomId, Option<Seq>)> {
        let mut state = self.state();
        rooms.iter().map(|&room| (room, state.follow(room, outlet))).collect()
    }

    /// Says where the logs of these rooms stood when they were read; answers where their topics are now.
    pub(crate) fn start_topics(self: &Arc<Self>, read: &[(RoomId, Seq)]) -> Vec<(RoomId, Seq)> {
        let mut state = self.state();
        let mut heads = Vec::with_capacity(read.len());
        for &(room, last_seq) in read {
            if let Some(topic) = state.topics.get_mut(&room) {
                let passed = topic.start_after(last_seq);
                heads.push((room, topic.head().unwrap_or(last_seq)));
                passed.iter().for_each(|logged| state.pass(logged));
                self.advance(&mut state, room);
            }
        }
        heads
    }

    /// A follower has a room's events up to `after`: where none follows that was routed, it hears the room live from
    /// here on, and nothing comes in between. `None`: it follows the room no more.
    pub(crate) fn catch_up(&self, outlet: &Outlet, room: RoomId, after: Seq) -> Option<(Reach, Own)> {
        let mut state = self.state();
        let topic = state.topics.get_mut(&room)?;
        let head = topic.head()?;
        let follower = topic.follower(outlet.id)?;
        let own = follower.take_own();
        if after < head {
            return Some((Reach::UpTo(head), own));
        }
        let receipts = follower.take_receipts();
        topic.go_live(outlet.id);
        Some((Reach::Live(receipts), own))
    }

    /// A follower has come to the end of a seat in the log.
    pub(crate) fn came_to_an_end(&self, outlet: &Outlet, room: RoomId) -> (Ended, Own) {
        let mut state = self.state();
        match state.follower(room, outlet.id).map(Follower::came_to_an_end) {
            Some(None) => (Ended::LookAgain, Own::new()),
            Some(Some(reason)) => state.forget(outlet, room, reason),
            None => (Ended::Gone(RoomRemoval::Left), Own::new()),
        }
    }

    /// The store has said that a follower's user has no seat in the room.
    pub(crate) fn has_no_seat(&self, outlet: &Outlet, room: RoomId) -> (Ended, Own) {
        let mut state = self.state();
        match state.follower(room, outlet.id).map(Follower::has_no_seat) {
            Some(NoSeat::TakenAgain) => (Ended::LookAgain, Own::new()),
            Some(NoSeat::Lost(reason)) => state.forget(outlet, room, reason),
            Some(NoSeat::EndToCome) => {
                // So are the answers to what was sent before it.
                let own = state.follower(room, outlet.id).map(Follower::take_own).unwrap_or_default();
                if let Some(topic) = state.topics.get_mut(&room) {
                    topic.go_live(outlet.id);
                }
                (Ended::Gone(RoomRemoval::Left), own)
            }
            None => (Ended::Gone(RoomRemoval::Left), Own::new()),
        }
    }

    /// Begins anew: the connection hears no room.
    pub(crate) fn unsubscribe_all(&self, outlet: &Outlet) {
        let mut state = self.state();
        let rooms = state.subscriptions.get_mut(&outlet.id).map(std::mem::take).unwrap_or_default();
        for room in rooms {
            state.unsubscribe(room, outlet.id);
        }
    }
}

impl State {
    fn follow(&mut self, room: RoomId, outlet: &Arc<Outlet>) -> Option<Seq> {
        let topic = self.topics.entry(room).or_default();
        if topic.follow(outlet)
            && let Some(rooms) = self.subscriptions.get_mut(&outlet.id)
        {
            rooms.push(room);
        }
        topic.head()
    }

    pub(super) fn unsubscribe(&mut self, room: RoomId, connection: ConnectionId) {
        if let Some(topic) = self.topics.get_mut(&room) {
            topic.unsubscribe(connection);
            if topic.is_idle() {
                self.topics.remove(&room);
            }
        }
    }

    /// A connection hears a room no more.
    fn leave(&mut self, outlet: &Outlet, room: RoomId) {
        self.unsubscribe(room, outlet.id);
        if let Some(rooms) = self.subscriptions.get_mut(&outlet.id) {
            rooms.retain(|other| *other != room);
        }
    }

    fn forget(&mut self, outlet: &Outlet, room: RoomId, reason: RoomRemoval) -> (Ended, Own) {
        let own = self.follower(room, outlet.id).map(Follower::take_own).unwrap_or_default();
        self.leave(outlet, room);
        (Ended::Gone(reason), own)
    }

    pub(super) fn follower(&mut self, room: RoomId, connection: ConnectionId) -> Option<&mut Follower> {
        self.topics.get_mut(&room)?.follower(connection)
    }

    /// The user has taken a seat: their connections hear the room from here on. A follower comes to it by itself.
    pub(super) fn seat(&mut self, room: RoomId, user: &UserId) {
        for outlet in self.users.get(user).cloned().unwrap_or_default() {
            if let Some(follower) = self.follower(room, outlet.id) {
                follower.seat();
                continue;
            }
            if !self.topics.get(&room).is_some_and(|topic| topic.is_live(outlet.id)) {
                self.follow(room, &outlet);
            }
            outlet.offer(Item::RoomAdded(room));
        }
    }

    /// The user has lost their seat. A follower stays one until its reader has come to that.
    pub(super) fn unseat(&mut self, room: RoomId, user: &UserId, reason: RoomRemoval) {
        for outlet in self.users.get(user).cloned().unwrap_or_default() {
            match self.follower(room, outlet.id) {
                Some(follower) => follower.unseat(reason),
                None => self.leave(&outlet, room),
            }
        }
    }
}
