//! Where governor keeps its buckets: in bounded memory, however many there are that come and go.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
};

use governor::{nanos::Nanos, state::StateStore};

/// With fewer buckets than this nobody looks for full ones.
const FEW: usize = 1_024;
/// So many buckets that are not full there can be. Before there are more, all are forgotten: the many from whom so many
/// requests come are no longer held back by this, and nobody else is refused for their sake.
const MOST: usize = 65_536;

/// The buckets that are not full, by key: when each will be.
#[derive(Debug)]
pub(crate) struct States<K>(Mutex<Inner<K>>);

#[derive(Debug)]
struct Inner<K> {
    full_at: HashMap<K, Nanos>,
    /// With so many, full ones are looked for: each key pays for looking at two.
    look_at: usize,
}

impl<K> Default for States<K> {
    fn default() -> Self {
        Self(Mutex::new(Inner { full_at: HashMap::new(), look_at: FEW }))
    }
}

impl<K: Hash + Eq + Clone> StateStore for States<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        // Whatever a panic left is a state.
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(full_at) = inner.full_at.get_mut(key) {
            let (outcome, next) = decide(Some(*full_at))?;
            *full_at = next;
            return Ok(outcome);
        }
        let (outcome, next) = decide(None)?;
        if inner.look_at <= inner.full_at.len() {
            inner.forget_what_is_full_before(next);
        }
        inner.full_at.insert(key.clone(), next);
        Ok(outcome)
    }
}

impl<K: Hash + Eq> Inner<K> {
    /// `next` is when a bucket will be full from which the first token is taken now: those that are so before lack less
    /// than a token, and are as good as new.
    fn forget_what_is_full_before(&mut self, next: Nanos) {
        self.full_at.retain(|_, full_at| next <= *full_at);
        if MOST <= self.full_at.len() {
            self.full_at.clear();
        }
        self.full_at.shrink_to(FEW);
        self.look_at = (2 * self.full_at.len()).clamp(FEW, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(states: &States<usize>, key: usize, next: u64) {
        states.measure_and_replace(&key, |_| Ok::<_, ()>(((), Nanos::from(next)))).unwrap();
    }

    fn len(states: &States<usize>) -> usize {
        states.0.lock().unwrap().full_at.len()
    }

    #[test]
    fn buckets_that_are_full_again_are_forgotten() {
        let states = States::default();
        (0..FEW).for_each(|key| ask(&states, key, 10));
        ask(&states, FEW, 11);
        assert_eq!(len(&states), 1);
    }

    #[test]
    fn buckets_that_are_not_full_stay() {
        let states = States::default();
        (0..=2 * FEW).for_each(|key| ask(&states, key, 10));
        assert_eq!(len(&states), 2 * FEW + 1);
    }

    #[test]
    fn there_are_never_more_than_the_most() {
        let states = States::default();
        for key in 0..3 * MOST {
            ask(&states, key, 10);
            assert!(len(&states) <= MOST);
        }
    }

    #[test]
    fn a_refusal_leaves_nothing_behind() {
        let states = States::default();
        assert_eq!(states.measure_and_replace(&1, |_| Err::<((), Nanos), _>("empty")), Err("empty"));
        assert_eq!(len(&states), 0);
    }
}
