//! Which users of the host's are known without asking the store.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::model::user::UserId;

/// Users who were seen in good standing. What a read brings that began before somebody was forgotten is not kept, so
/// that a user who is suspended meanwhile does not come back by it.
#[derive(Default)]
pub(super) struct UserCache {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    users: HashSet<UserId>,
    /// How often somebody was forgotten.
    forgotten: u64,
}

/// How many users are kept. All are forgotten when there would be more, and read again when they call next.
const CAPACITY: usize = 100_000;

/// A moment, so that what is read after it can be told from what has happened since.
#[derive(Clone, Copy)]
pub(super) struct Moment(u64);

impl UserCache {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing where the user is known to be in good standing, else the moment to give with what the store says.
    pub(super) fn unknown(&self, user: &UserId) -> Option<Moment> {
        let state = self.state();
        (!state.users.contains(user)).then_some(Moment(state.forgotten))
    }

    /// Notes that the store, asked after `moment`, had the user in good standing.
    pub(super) fn seen(&self, user: &UserId, moment: Moment) {
        let mut state = self.state();
        if state.forgotten != moment.0 {
            return;
        }
        if CAPACITY <= state.users.len() {
            state.users.clear();
        }
        state.users.insert(user.clone());
    }

    /// Knows nothing of a user any more, whose standing has changed: whatever tells of that ends here, above all the
    /// notice of it ([`Node::deliver`](super::chat::Node)).
    pub(super) fn forget(&self, user: &UserId) {
        let mut state = self.state();
        state.users.remove(user);
        state.forgotten += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: usize) -> UserId {
        UserId::parse(&format!("user-{number}")).unwrap()
    }

    fn see(cache: &UserCache, user: &UserId) {
        cache.seen(user, cache.unknown(user).unwrap());
    }

    #[test]
    fn who_was_seen_is_known_until_they_are_forgotten() {
        let cache = UserCache::default();
        see(&cache, &user(1));
        assert!(cache.unknown(&user(1)).is_none() && cache.unknown(&user(2)).is_some());
        cache.forget(&user(1));
        assert!(cache.unknown(&user(1)).is_some());
    }

    #[test]
    fn who_is_forgotten_during_the_read_does_not_come_back_by_it() {
        let (cache, user) = (UserCache::default(), user(1));
        let moment = cache.unknown(&user).unwrap();
        cache.forget(&user);
        cache.seen(&user, moment);
        assert!(cache.unknown(&user).is_some());
    }

    #[test]
    fn no_more_are_kept_than_there_is_room_for() {
        let cache = UserCache::default();
        (0..CAPACITY).for_each(|number| see(&cache, &user(number)));
        assert!(cache.unknown(&user(0)).is_none());
        see(&cache, &user(CAPACITY));
        assert!(cache.unknown(&user(0)).is_some() && cache.unknown(&user(CAPACITY)).is_none());
    }
}
