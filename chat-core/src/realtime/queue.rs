//! What waits for one reader: bounded by how many things it is and by how much their text takes.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// How much something in a queue takes of its room.
pub(super) trait Weighed {
    /// Its text, in bytes.
    fn weight(&self) -> usize;
    /// Whether it may be dropped: it tells what is so now, and a client that never hears of it has missed nothing.
    fn is_ephemeral(&self) -> bool;
}

/// A queue into which nobody waits to put something.
pub(super) struct Queue<T> {
    waiting: Mutex<Waiting<T>>,
    /// For the one reader.
    added: Notify,
}

struct Waiting<T> {
    things: VecDeque<T>,
    bytes: usize,
    ephemeral: usize,
    closed: bool,
}

/// How many things may wait for a reader before it is taken for too slow.
const MAX_THINGS: usize = 1_024;
/// How many bytes of text may wait for a reader before it is taken for too slow: what one costs at most.
const MAX_BYTES: usize = 1024 * 1024;
/// How much room a queue that has become empty keeps: most connections are idle most of the time.
const KEPT: usize = 16;

/// There is no room left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl<T: Weighed> Queue<T> {
    pub(super) fn new() -> Self {
        let waiting = Waiting { things: VecDeque::new(), bytes: 0, ephemeral: 0, closed: false };
        Self { waiting: Mutex::new(waiting), added: Notify::new() }
    }

    /// Nothing that could panic leaves it half changed.
    fn waiting(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a thing at the end. What is ephemeral is dropped where the queue is half full, and gives way to what counts.
    pub(super) fn offer(&self, thing: T) -> Result<(), Full> {
        {
            let mut waiting = self.waiting();
            if waiting.closed || (thing.is_ephemeral() && waiting.is_half_full()) {
                return Ok(());
            }
            if !waiting.has_room_for(&thing) {
                waiting.drop_ephemeral();
            }
            if !waiting.has_room_for(&thing) {
                return Err(Full);
            }
            waiting.push(thing);
        }
        self.added.notify_one();
        Ok(())
    }

    /// The first thing; waits for one. For one reader at a time. Cancel safe.
    pub(super) async fn take(&self) -> T {
        loop {
            if let Some(thing) = self.waiting().pop() {
                return thing;
            }
            // What was added since the look has left its permit here.
            self.added.notified().await;
        }
    }

    /// Drops what waits, and whatever is offered from now on.
    pub(super) fn close(&self) {
        let mut waiting = self.waiting();
        *waiting = Waiting { things: VecDeque::new(), bytes: 0, ephemeral: 0, closed: true };
    }
}

impl<T: Weighed> Waiting<T> {
    fn is_half_full(&self) -> bool {
        MAX_THINGS / 2 <= self.things.len() || MAX_BYTES / 2 <= self.bytes
    }

    fn has_room_for(&self, thing: &T) -> bool {
        self.things.len() < MAX_THINGS && self.bytes + thing.weight() <= MAX_BYTES
    }

    fn drop_ephemeral(&mut self) {
        if self.ephemeral != 0 {
            self.things.retain(|thing| !thing.is_ephemeral());
            self.ephemeral = 0;
            self.bytes = self.things.iter().map(Weighed::weight).sum();
        }
    }

    fn push(&mut self, thing: T) {
        self.bytes += thing.weight();
        self.ephemeral += usize::from(thing.is_ephemeral());
        self.things.push_back(thing);
    }

    fn pop(&mut self) -> Option<T> {
        let thing = self.things.pop_front()?;
        self.bytes -= thing.weight();
        self.ephemeral -= usize::from(thing.is_ephemeral());
        if self.things.is_empty() {
            self.things.shrink_to(KEPT);
        }
        Some(thing)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    /// A thing of a name and a weight, which counts or does not.
    #[derive(Debug, PartialEq, Eq)]
    struct Thing(&'static str, usize);

    impl Weighed for Thing {
        fn weight(&self) -> usize {
            self.1
        }
        fn is_ephemeral(&self) -> bool {
            self.0 == "typing"
        }
    }

    fn fill(queue: &Queue<Thing>, name: &'static str, weight: usize, times: usize) {
        for time in 0..times {
            assert_eq!(queue.offer(Thing(name, weight)), Ok(()), "{name} {time}");
        }
    }

    fn names(queue: &Queue<Thing>) -> Vec<&'static str> {
        std::iter::from_fn(|| queue.take().now_or_never()).map(|Thing(name, _)| name).collect()
    }

    #[test]
    fn r_msg_08_so_many_things_may_wait_and_then_it_is_full() {
        let queue = Queue::new();
        fill(&queue, "event", 1, MAX_THINGS);
        assert_eq!(queue.offer(Thing("event", 1)), Err(Full));
        assert_eq!(queue.take().now_or_never(), Some(Thing("event", 1)));
        fill(&queue, "event", 1, 1);
        assert_eq!(queue.offer(Thing("event", 1)), Err(Full));
    }

    #[test]
    fn r_msg_08_so_much_text_may_wait_and_then_it_is_full() {
        let queue = Queue::new();
        fill(&queue, "event", MAX_BYTES / 4, 4);
        assert_eq!(queue.offer(Thing("event", 1)), Err(Full));
        fill(&queue, "without text", 0, 1);
        assert_eq!(queue.take().now_or_never(), Some(Thing("event", MAX_BYTES / 4)));
        fill(&queue, "event", MAX_BYTES / 4, 1);
        assert_eq!(queue.offer(Thing("event", 1)), Err(Full));
    }

    #[test]
    fn r_msg_08_what_is_ephemeral_is_dropped_once_half_of_the_room_is_taken() {
        for (weight, times) in [(1, MAX_THINGS / 2), (MAX_BYTES / 4, 2)] {
            let queue = Queue::new();
            fill(&queue, "typing", 1, 1);
            fill(&queue, "event", weight, times);
            fill(&queue, "typing", 1, 1);
            assert_eq!(queue.take().now_or_never(), Some(Thing("typing", 1)));
            assert_eq!(names(&queue).len(), times, "the second one was dropped");
            fill(&queue, "typing", 1, 1);
            assert_eq!(names(&queue), ["typing"]);
        }
    }

    #[test]
    fn r_msg_08_what_is_ephemeral_gives_way_to_what_counts() {
        for (weight, times) in [(1, MAX_THINGS), (MAX_BYTES / 4, 4)] {
            let queue = Queue::new();
            fill(&queue, "typing", 1, 2);
            fill(&queue, "event", weight, times);
            assert_eq!(queue.offer(Thing("event", 1)), Err(Full));
            assert_eq!(names(&queue), vec!["event"; times]);
            fill(&queue, "event", weight, times);
        }
    }

    #[test]
    fn what_is_closed_keeps_nothing() {
        let queue = Queue::new();
        fill(&queue, "event", MAX_BYTES, 1);
        queue.close();
        fill(&queue, "event", MAX_BYTES, 2);
        assert_eq!(names(&queue), [""; 0]);
    }

    #[test]
    fn what_is_empty_again_gives_its_room_back() {
        let queue = Queue::new();
        fill(&queue, "event", 1, MAX_THINGS);
        assert_eq!(names(&queue).len(), MAX_THINGS);
        assert!(queue.waiting().things.capacity() <= KEPT);
    }

    #[tokio::test]
    async fn who_waits_is_woken_by_what_comes() {
        let queue = Queue::new();
        let (taken, ()) = tokio::join!(queue.take(), async { fill(&queue, "event", 1, 1) });
        assert_eq!(taken, Thing("event", 1));
    }
}
