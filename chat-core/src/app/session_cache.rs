//! What is known of sessions without asking the store.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::session::SessionId;

/// Sessions that were seen, and whether they have ended. An end that the bus brings is never overwritten by a read of
/// the store that began before it.
#[derive(Default)]
pub(super) struct SessionCache {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<SessionId, bool>,
    /// How often `sessions` was emptied: with it goes what is known of ends.
    emptied: u64,
}

/// How many sessions are kept. All are forgotten when there would be more, and read again when they call next.
const CAPACITY: usize = 100_000;

/// A moment, so that what is read after it can be told from what has happened since.
#[derive(Clone, Copy)]
pub(super) struct Moment(u64);

impl SessionCache {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the session lives; where that is not known, the moment to give with what the store says.
    pub(super) fn lives(&self, session: SessionId) -> Result<bool, Moment> {
        let state = self.state();
        state.sessions.get(&session).copied().ok_or(Moment(state.emptied))
    }

    /// Notes that the store, asked after `moment`, had the session alive. Answers whether it still is.
    pub(super) fn seen_alive(&self, session: SessionId, moment: Moment) -> bool {
        let mut state = self.state();
        if state.emptied != moment.0 {
            // An end may have been forgotten meanwhile: true at the time of the read, but not to be kept.
            return true;
        }
        if let Some(lives) = state.sessions.get(&session) {
            return *lives;
        }
        state.make_room();
        state.sessions.insert(session, true);
        true
    }

    /// Notes that a session has ended.
    pub(super) fn ended(&self, session: SessionId) {
        let mut state = self.state();
        state.make_room();
        state.sessions.insert(session, false);
    }
}

impl State {
    fn make_room(&mut self) {
        if CAPACITY <= self.sessions.len() {
            self.sessions.clear();
            self.emptied += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_during_the_read_is_not_overwritten_by_it() {
        let (cache, session) = (SessionCache::default(), SessionId::new());
        let Err(moment) = cache.lives(session) else { panic!("nothing is known yet") };
        cache.ended(session);
        assert!(!cache.seen_alive(session, moment));
        assert_eq!(cache.lives(session).ok(), Some(false));
    }

    #[test]
    fn an_end_that_fills_the_cache_is_not_forgotten_by_the_read_before_it() {
        let (cache, session) = (SessionCache::default(), SessionId::new());
        (1..CAPACITY).for_each(|_| cache.ended(SessionId::new()));
        let Err(moment) = cache.lives(session) else { panic!("nothing is known yet") };
        cache.ended(session);
        assert!(!cache.seen_alive(session, moment));
        assert_eq!(cache.lives(session).ok(), Some(false));
    }

    #[test]
    fn a_read_that_began_before_something_was_forgotten_is_not_kept() {
        let (cache, session) = (SessionCache::default(), SessionId::new());
        let Err(moment) = cache.lives(session) else { panic!("nothing is known yet") };
        cache.ended(session);
        (0..CAPACITY).for_each(|_| cache.ended(SessionId::new()));
        assert!(cache.seen_alive(session, moment), "as it was when it was read");
        assert!(cache.lives(session).is_err(), "that it has ended may be among what was forgotten");
    }

    #[test]
    fn what_was_seen_is_known_until_there_is_too_much() {
        let (cache, session) = (SessionCache::default(), SessionId::new());
        let Err(moment) = cache.lives(session) else { panic!("nothing is known yet") };
        assert!(cache.seen_alive(session, moment));
        assert_eq!(cache.lives(session).ok(), Some(true));
        (0..CAPACITY).for_each(|_| cache.ended(SessionId::new()));
        assert!(cache.lives(session).is_err());
    }
}
