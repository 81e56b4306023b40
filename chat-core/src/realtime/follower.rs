//! A connection that reads a room's log from the store, at the pace of its reader, until it has caught up with it.

use std::{collections::BTreeMap, sync::Arc};

use super::{delivery::RoomRemoval, notice::Logged, outlet::Outlet};
use crate::model::{event::Seq, user::UserId};

/// What the hub keeps of it. No event is queued: all that it needs is how far the log has come, and what no log says.
pub(super) struct Follower {
    pub(super) outlet: Arc<Outlet>,
    seat: Seat,
    /// The events that commands of this connection have caused.
    own: Vec<Arc<Logged>>,
    /// How far members have read, as far as that was told.
    receipts: BTreeMap<UserId, Seq>,
}

/// Whether the user has a seat in the room, as far as its events were routed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seat {
    Held,
    Lost(RoomRemoval),
    /// It was lost, and taken again.
    HeldAgain,
}

/// What the hub knows of a seat that the store knows nothing of.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoSeat {
    /// It was lost, and taken again since.
    TakenAgain,
    /// It was lost.
    Lost(RoomRemoval),
    /// Its end was not routed yet.
    EndToCome,
}

impl Follower {
    pub(super) fn new(outlet: Arc<Outlet>) -> Self {
        Self { outlet, seat: Seat::Held, own: Vec::new(), receipts: BTreeMap::new() }
    }

    /// An event of the room was routed, or passed.
    pub(super) fn route(&mut self, logged: &Arc<Logged>) {
        if logged.origin.is_some_and(|origin| origin.connection == self.outlet.id) {
            self.own.push(Arc::clone(logged));
        }
    }

    /// A member has read on.
    pub(super) fn receive(&mut self, user: &UserId, read_seq: Seq) {
        let known = self.receipts.entry(user.clone()).or_insert(read_seq);
        *known = read_seq.max(*known);
    }

    /// The user took a seat. They need not be told by an item: their reader comes to it, or was told of it.
    pub(super) fn seat(&mut self) {
        if let Seat::Lost(_) = self.seat {
            self.seat = Seat::HeldAgain;
        }
    }

    /// The user has lost the seat.
    pub(super) fn unseat(&mut self, reason: RoomRemoval) {
        self.seat = Seat::Lost(reason);
    }

    /// The reader has come to the end of a seat in the log: to one that was routed, or was logged before it followed.
    /// Answers why the seat is lost, unless it may have been taken again.
    pub(super) fn came_to_an_end(&mut self) -> Option<RoomRemoval> {
        match self.seat {
            Seat::Lost(reason) => Some(reason),
            Seat::Held | Seat::HeldAgain => {
                self.seat = Seat::Held;
                None
            }
        }
    }

    /// The store has said that the user has no seat.
    pub(super) fn has_no_seat(&mut self) -> NoSeat {
        match self.seat {
            Seat::Held => NoSeat::EndToCome,
            Seat::Lost(reason) => NoSeat::Lost(reason),
            Seat::HeldAgain => {
                self.seat = Seat::Held;
                NoSeat::TakenAgain
            }
        }
    }

    /// The events that commands of this connection have caused since the last time.
    pub(super) fn take_own(&mut self) -> Vec<Arc<Logged>> {
        std::mem::take(&mut self.own)
    }

    /// Who has read how far, as far as that was told since the last time.
    pub(super) fn take_receipts(&mut self) -> BTreeMap<UserId, Seq> {
        std::mem::take(&mut self.receipts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{
            event::{Event, EventKind},
            room::RoomId,
            time::Timestamp,
        },
        realtime::{connection::ConnectionId, notice::Origin},
    };

    fn follower() -> Follower {
        Follower::new(Arc::new(Outlet::new(ConnectionId(1), UserId::parse("bob").unwrap(), None)))
    }

    #[test]
    fn r_msg_09_a_seat_that_was_lost_and_taken_again_is_looked_up_once() {
        let mut follower = follower();
        follower.unseat(RoomRemoval::Left);
        follower.seat();
        assert_eq!((follower.came_to_an_end(), follower.has_no_seat()), (None, NoSeat::EndToCome));
        follower.unseat(RoomRemoval::Left);
        follower.seat();
        assert_eq!((follower.has_no_seat(), follower.has_no_seat()), (NoSeat::TakenAgain, NoSeat::EndToCome));
        follower.unseat(RoomRemoval::Left);
        assert_eq!(follower.came_to_an_end(), Some(RoomRemoval::Left));
        assert_eq!(follower.has_no_seat(), NoSeat::Lost(RoomRemoval::Left));
    }

    #[test]
    fn r_msg_09_an_end_in_the_log_that_was_before_it_followed_is_not_that_of_its_seat() {
        let mut follower = follower();
        follower.seat();
        assert_eq!(follower.came_to_an_end(), None);
    }

    #[test]
    fn what_no_log_says_is_kept_for_it() {
        let mut follower = follower();
        let (carol, dora) = (UserId::parse("carol").unwrap(), UserId::parse("dora").unwrap());
        for (user, seq) in [(&carol, 3), (&dora, 5), (&carol, 7), (&carol, 4)] {
            follower.receive(user, Seq::new(seq));
        }
        for (seq, connection) in [(8, Some(1)), (9, Some(2)), (10, None)] {
            let (room, sender, kind) = (RoomId::from_bytes([1; 16]), carol.clone(), EventKind::Joined);
            let event = Event { room, seq: Seq::new(seq), sender, at: Timestamp::from_millis(0), kind };
            let origin = connection.map(|connection| Origin { connection: ConnectionId(connection), command: 1 });
            follower.route(&Arc::new(Logged::caused_by(event, origin)));
        }
        assert_eq!(follower.take_own().iter().map(|logged| logged.event.seq.get()).collect::<Vec<_>>(), [8]);
        assert_eq!(follower.take_receipts(), BTreeMap::from([(carol, Seq::new(7)), (dora, Seq::new(5))]));
        assert!(follower.take_own().is_empty() && follower.take_receipts().is_empty());
    }
}
