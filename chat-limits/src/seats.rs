use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

/// How many connections each key has open, and how many it may.
///
/// ```
/// use chat_limits::Seats;
///
/// let connections = Seats::new(1);
/// let seat = connections.take(&"alice");
/// assert!(seat.is_some() && connections.take(&"alice").is_none());
/// drop(seat);
/// assert!(connections.take(&"alice").is_some());
/// ```
#[derive(Debug)]
pub struct Seats<K: Hash + Eq> {
    most: u32,
    taken: Mutex<HashMap<K, u32>>,
}

/// One connection of a key's, until it is dropped.
#[derive(Debug)]
pub struct Seat<K: Hash + Eq> {
    key: K,
    seats: Arc<Seats<K>>,
}

impl<K: Hash + Eq + Clone> Seats<K> {
    /// So many for each.
    pub fn new(most: u32) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// How many a key may have.
    pub const fn most(&self) -> u32 {
        self.most
    }

    /// A seat for the key, unless it has all that it may have.
    pub fn take(self: &Arc<Self>, key: &K) -> Option<Seat<K>> {
        if self.most == 0 {
            return None;
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(key) {
            Some(count) if self.most <= *count => return None,
            Some(count) => *count += 1,
            None => drop(taken.insert(key.clone(), 1)),
        }
        Some(Seat { key: key.clone(), seats: Arc::clone(self) })
    }
}

impl<K: Hash + Eq> Drop for Seat<K> {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.key) {
            Some(count) if 1 < *count => *count -= 1,
            _ => drop(taken.remove(&self.key)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_so_many_seats_and_gets_back_what_it_gives_up() {
        let seats = Seats::new(2);
        let (first, second) = (seats.take(&"dora"), seats.take(&"dora"));
        assert!(first.is_some() && second.is_some() && seats.take(&"dora").is_none());
        assert!(seats.take(&"emil").is_some());
        drop(first);
        assert!(seats.take(&"dora").is_some());
    }

    #[test]
    fn who_has_no_seat_costs_no_memory() {
        let seats = Seats::new(2);
        drop((seats.take(&"dora"), seats.take(&"dora"), seats.take(&"emil")));
        assert!(seats.taken.lock().unwrap().is_empty());
    }

    #[test]
    fn none_may_be_all() {
        assert!(Seats::new(0).take(&"dora").is_none());
    }
}
