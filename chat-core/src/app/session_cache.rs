//! What is known of sessions without asking the store.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::{
    session::{Session, SessionId},
    user::{Standing, UserId},
};

/// What is known of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionState {
    /// It is good.
    Lives,
    /// Its user is suspended.
    Suspended,
    /// It is over.
    Ended,
}

/// Sessions that were seen, and what became of them. What the bus brings is never overwritten by a read of the store
/// that began before it.
#[derive(Default)]
pub(super) struct SessionCache {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<SessionId, (UserId, SessionState)>,
    /// How often something was forgotten that a read under way may not know.
    forgotten: u64,
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

    /// What is known of this session of the user's: `None` where it is another user's. Where nothing is, the moment to give
    /// with what the store says.
    pub(super) fn look_up(&self, session: SessionId, user: &UserId) -> Result<Option<SessionState>, Moment> {
        let state = self.state();
        let (whose, known) = state.sessions.get(&session).ok_or(Moment(state.forgotten))?;
        Ok((whose == user).then_some(*known))
    }

    /// Notes what the store, asked after `moment`, says of a session. Answers what is known of it now.
    pub(super) fn seen(&self, session: &Session, standing: Standing, moment: Moment) -> SessionState {
        let read = match standing {
            _ if session.revoked_at.is_some() => SessionState::Ended,
            Standing::Active => SessionState::Lives,
            Standing::Suspended => SessionState::Suspended,
            Standing::Erased => SessionState::Ended,
        };
        let mut state = self.state();
        if state.forgotten != moment.0 {
            // Something may have happened meanwhile: true at the time of the read, but not to be kept.
            return read;
        }
        if let Some((_, known)) = state.sessions.get(&session.id) {
            return *known;
        }
        state.make_room();
        state.sessions.insert(session.id, (session.user.clone(), read));
        read
    }

    /// Notes that a session has ended.
    pub(super) fn ended(&self, user: &UserId, session: SessionId) {
        let mut state = self.state();
        state.make_room();
        state.sessions.insert(session, (user.clone(), SessionState::Ended));
    }

    /// Notes that a user was suspended, or that this was lifted: their sessions are read anew.
    pub(super) fn standing_changed(&self, user: &UserId) {
        let mut state = self.state();
        state.sessions.retain(|_, (whose, known)| whose != user || *known == SessionState::Ended);
        state.forgotten += 1;
    }
}

impl State {
    fn make_room(&mut self) {
        if CAPACITY <= self.sessions.len() {
            self.sessions.clear();
            self.forgotten += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{session::DeviceId, time::Timestamp};

    fn session() -> Session {
        Session {
            id: SessionId::new(),
            user: UserId::parse("alice").unwrap(),
            device: DeviceId::parse("phone").unwrap(),
            generation: 0,
            created_at: Timestamp::from_millis(0),
            rotated_at: Timestamp::from_millis(0),
            revoked_at: None,
        }
    }

    fn moment(cache: &SessionCache, session: &Session) -> Moment {
        cache.look_up(session.id, &session.user).err().unwrap()
    }

    #[test]
    fn an_end_during_the_read_is_not_overwritten_by_it() {
        let (cache, session) = (SessionCache::default(), session());
        let moment = moment(&cache, &session);
        cache.ended(&session.user, session.id);
        assert_eq!(cache.seen(&session, Standing::Active, moment), SessionState::Ended);
        assert_eq!(cache.look_up(session.id, &session.user).ok(), Some(Some(SessionState::Ended)));
    }

    #[test]
    fn an_end_that_fills_the_cache_is_not_forgotten_by_the_read_before_it() {
        let (cache, session) = (SessionCache::default(), session());
        (1..CAPACITY).for_each(|_| cache.ended(&session.user, SessionId::new()));
        let moment = moment(&cache, &session);
        cache.ended(&session.user, session.id);
        assert_eq!(cache.seen(&session, Standing::Active, moment), SessionState::Ended);
    }

    #[test]
    fn a_read_that_began_before_something_was_forgotten_is_not_kept() {
        let (cache, session) = (SessionCache::default(), session());
        let moment = moment(&cache, &session);
        cache.ended(&session.user, session.id);
        (0..CAPACITY).for_each(|_| cache.ended(&session.user, SessionId::new()));
        assert_eq!(cache.seen(&session, Standing::Active, moment), SessionState::Lives, "as it was when it was read");
        assert!(cache.look_up(session.id, &session.user).is_err(), "that it has ended may be among what was forgotten");
    }

    #[test]
    fn what_was_seen_is_known_until_there_is_too_much() {
        let (cache, session) = (SessionCache::default(), session());
        let moment = moment(&cache, &session);
        assert_eq!(cache.seen(&session, Standing::Active, moment), SessionState::Lives);
        assert_eq!(cache.look_up(session.id, &session.user).ok(), Some(Some(SessionState::Lives)));
        (0..CAPACITY).for_each(|_| cache.ended(&session.user, SessionId::new()));
        assert!(cache.look_up(session.id, &session.user).is_err());
    }

    #[test]
    fn a_session_is_nobody_elses_whether_it_lives_or_has_ended() {
        let (cache, session, stranger) = (SessionCache::default(), session(), UserId::parse("bob").unwrap());
        cache.seen(&session, Standing::Active, moment(&cache, &session));
        assert_eq!(cache.look_up(session.id, &stranger).ok(), Some(None));
        cache.ended(&session.user, session.id);
        assert_eq!(cache.look_up(session.id, &stranger).ok(), Some(None));
    }

    #[test]
    fn r_acc_06_a_suspension_during_the_read_is_not_hidden_by_it() {
        let (cache, session) = (SessionCache::default(), session());
        let moment = moment(&cache, &session);
        cache.standing_changed(&session.user);
        assert_eq!(cache.seen(&session, Standing::Active, moment), SessionState::Lives, "as it was when it was read");
        assert!(cache.look_up(session.id, &session.user).is_err(), "and not kept");
    }

    #[test]
    fn r_acc_06_a_changed_standing_is_read_anew_and_an_ended_session_stays_so() {
        let (cache, one, other) = (SessionCache::default(), session(), session());
        cache.seen(&one, Standing::Active, moment(&cache, &one));
        cache.ended(&other.user, other.id);
        cache.standing_changed(&one.user);
        assert_eq!(cache.look_up(other.id, &other.user).ok(), Some(Some(SessionState::Ended)));
        let read = moment(&cache, &one);
        assert_eq!(cache.seen(&one, Standing::Suspended, read), SessionState::Suspended);
        assert_eq!(cache.look_up(one.id, &one.user).ok(), Some(Some(SessionState::Suspended)));
        let stranger = UserId::parse("bob").unwrap();
        cache.standing_changed(&stranger);
        assert_eq!(cache.look_up(one.id, &one.user).ok(), Some(Some(SessionState::Suspended)));
    }

    #[test]
    fn who_is_erased_or_has_signed_out_has_no_session() {
        let (cache, erased, mut ended) = (SessionCache::default(), session(), session());
        ended.revoked_at = Some(Timestamp::from_millis(1));
        assert_eq!(cache.seen(&erased, Standing::Erased, moment(&cache, &erased)), SessionState::Ended);
        assert_eq!(cache.seen(&ended, Standing::Suspended, moment(&cache, &ended)), SessionState::Ended);
    }
}
