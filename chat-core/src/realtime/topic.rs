//! One room's events on their way to the connections of this process, in the order of their numbers.

use std::{collections::BTreeMap, sync::Arc};

use super::{connection::ConnectionId, follower::Follower, notice::Logged, outlet::Outlet};
use crate::model::event::Seq;

/// Invariant: every event up to `head` was routed, or was in the log before the first subscriber came; `held` has only
/// events above `head`, and not the one that follows it directly.
#[derive(Default)]
pub(super) struct Topic {
    /// The last number that was routed; unknown until the first subscriber has read where the log stands.
    head: Option<Seq>,
    held: BTreeMap<Seq, Arc<Logged>>,
    /// Commits of this process that may log here and are not published yet: a gap may be theirs.
    announced: usize,
    filling: bool,
    /// Events above `head` may have been published before there was this topic, or not at all: the store is read.
    unsure: bool,
    /// Who hears each event as it is routed.
    pub(super) subscribers: Vec<Arc<Outlet>>,
    /// Who reads them from the store, and is no subscriber yet.
    pub(super) followers: Vec<Follower>,
}

/// How many events may wait for one that is missing.
const MAX_HELD: usize = 4_096;

/// What there is to do about a gap.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// There is none, or it closes by itself.
    None,
    /// What follows `after` must be read from the store, up to the first that is held. Told once, until
    /// [`Topic::filled`].
    Fill { after: Seq, before: Option<Seq> },
    /// Too much is waiting behind it.
    TooWide,
}

impl Topic {
    /// A topic that begins after `head`.
    pub(super) fn starting_after(head: Seq) -> Self {
        Self { head: Some(head), unsure: true, ..Self::default() }
    }

    pub(super) const fn head(&self) -> Option<Seq> {
        self.head
    }

    /// Says where the log stood when it was read, unless that is known already. Answers what came meanwhile and is
    /// passed by that.
    pub(super) fn start_after(&mut self, head: Seq) -> Vec<Arc<Logged>> {
        if self.head.is_some() {
            return Vec::new();
        }
        self.head = Some(head);
        let ahead = self.held.split_off(&head.next());
        std::mem::replace(&mut self.held, ahead).into_values().collect()
    }

    /// Takes an event, whichever comes next; gives one back that is passed already.
    pub(super) fn take(&mut self, logged: Arc<Logged>) -> Option<Arc<Logged>> {
        let seq = logged.event.seq;
        if self.head.is_some_and(|head| seq <= head) {
            return Some(logged);
        }
        // Of two the one stays that knows the command that caused it, which one read from the store does not.
        let held = self.held.entry(seq).or_insert_with(|| Arc::clone(&logged));
        if held.origin.is_none() {
            *held = logged;
        }
        None
    }

    /// The next event in the order of numbers, if it is there. Routing it is the caller's duty.
    pub(super) fn next(&mut self) -> Option<Arc<Logged>> {
        let head = self.head?;
        let first = self.held.first_entry()?;
        if *first.key() != head.next() {
            return None;
        }
        self.head = Some(head.next());
        Some(first.remove())
    }

    /// What there is to do about a gap, once [`next`](Self::next) has no more.
    pub(super) fn gap(&mut self) -> Gap {
        if MAX_HELD < self.held.len() {
            return Gap::TooWide;
        }
        match self.head {
            Some(after) if (self.unsure || !self.held.is_empty()) && self.announced == 0 && !self.filling => {
                self.filling = true;
                // Beyond the first that is held may be commits of ours that are not published yet.
                Gap::Fill { after, before: self.held.keys().next().copied() }
            }
            _ => Gap::None,
        }
    }

    /// The store was read, or could not be.
    pub(super) fn filled(&mut self, read: bool) {
        self.filling = false;
        self.unsure &= !read;
    }

    /// Something may have been committed of which no notice comes.
    pub(super) fn doubt(&mut self) {
        self.unsure = true;
    }

    pub(super) fn announce(&mut self) {
        self.announced += 1;
    }

    pub(super) fn settle(&mut self) {
        self.announced = self.announced.saturating_sub(1);
    }

    /// Makes a connection a follower; answers whether the topic did not know it.
    pub(super) fn follow(&mut self, outlet: &Arc<Outlet>) -> bool {
        if self.follower(outlet.id).is_some() {
            return false;
        }
        self.followers.push(Follower::new(Arc::clone(outlet)));
        let before = self.subscribers.len();
        self.subscribers.retain(|subscriber| subscriber.id != outlet.id);
        self.subscribers.len() == before
    }

    pub(super) fn follower(&mut self, connection: ConnectionId) -> Option<&mut Follower> {
        self.followers.iter_mut().find(|follower| follower.outlet.id == connection)
    }

    /// Makes a follower a subscriber.
    pub(super) fn go_live(&mut self, connection: ConnectionId) {
        if let Some(at) = self.followers.iter().position(|follower| follower.outlet.id == connection) {
            self.subscribers.push(self.followers.swap_remove(at).outlet);
        }
    }

    pub(super) fn is_live(&self, connection: ConnectionId) -> bool {
        self.subscribers.iter().any(|subscriber| subscriber.id == connection)
    }

    pub(super) fn unsubscribe(&mut self, connection: ConnectionId) {
        self.subscribers.retain(|subscriber| subscriber.id != connection);
        self.followers.retain(|follower| follower.outlet.id != connection);
    }

    /// All who hear of the room, one way or the other.
    pub(super) fn outlets(&self) -> impl Iterator<Item = &Arc<Outlet>> {
        self.subscribers.iter().chain(self.followers.iter().map(|follower| &follower.outlet))
    }

    /// Nobody here listens, and nothing of ours is under way: forgetting it loses nothing.
    pub(super) fn is_idle(&self) -> bool {
        self.outlets().next().is_none() && self.held.is_empty() && self.announced == 0 && !self.filling
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        event::{Event, EventKind},
        room::RoomId,
        time::Timestamp,
        user::UserId,
    };

    fn logged(seq: u64) -> Arc<Logged> {
        Arc::new(Logged::new(Event {
            room: RoomId::from_bytes([1; 16]),
            seq: Seq::new(seq),
            sender: UserId::parse("alice").unwrap(),
            at: Timestamp::from_millis(0),
            kind: EventKind::Joined,
        }))
    }

    fn drain(topic: &mut Topic) -> Vec<u64> {
        std::iter::from_fn(|| topic.next()).map(|logged| logged.event.seq.get()).collect()
    }

    #[test]
    fn r_msg_08_events_leave_in_order_without_gap_or_repetition() {
        let mut topic = Topic::starting_after(Seq::new(3));
        for seq in [6, 5, 3, 2] {
            let passed = topic.take(logged(seq)).is_some();
            assert_eq!(passed, seq <= 3, "{seq}");
        }
        assert!(drain(&mut topic).is_empty());
        assert!(topic.take(logged(4)).is_none());
        assert!(topic.take(logged(4)).is_none());
        assert_eq!(drain(&mut topic), [4, 5, 6]);
        assert!(topic.take(logged(5)).is_some());
        assert!(drain(&mut topic).is_empty());
        topic.filled(true);
        assert_eq!(topic.gap(), Gap::None);
    }

    #[test]
    fn until_the_log_was_read_everything_is_held() {
        let mut topic = Topic::default();
        for seq in [7, 8, 9] {
            assert!(topic.take(logged(seq)).is_none());
        }
        assert_eq!((drain(&mut topic), topic.gap()), (vec![], Gap::None));
        let passed = topic.start_after(Seq::new(8)).iter().map(|logged| logged.event.seq.get()).collect::<Vec<_>>();
        assert_eq!(passed, [7, 8]);
        assert!(topic.start_after(Seq::new(2)).is_empty());
        assert_eq!(drain(&mut topic), [9]);
    }

    #[test]
    fn a_gap_is_filled_from_the_store_only_when_no_commit_of_ours_can_be_in_it() {
        let mut topic = Topic::starting_after(Seq::new(1));
        topic.announce();
        assert!(topic.take(logged(3)).is_none());
        assert_eq!(topic.gap(), Gap::None);
        topic.settle();
        assert_eq!(topic.gap(), Gap::Fill { after: Seq::new(1), before: Some(Seq::new(3)) });
        assert_eq!(topic.gap(), Gap::None, "told once");
        topic.filled(true);
        assert_eq!(topic.gap(), Gap::Fill { after: Seq::new(1), before: Some(Seq::new(3)) });
    }

    #[test]
    fn what_waits_behind_a_gap_is_bounded() {
        let mut topic = Topic::starting_after(Seq::ZERO);
        (2..).take(MAX_HELD + 1).for_each(|seq| drop(topic.take(logged(seq))));
        assert_eq!(topic.gap(), Gap::TooWide);
    }
}
