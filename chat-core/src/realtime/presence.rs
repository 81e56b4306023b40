//! Who is online, as one node knows it: without clock, store or network, so that a test can move all three.
//!
//! A user is online while they are connected to any node. Whose last connection has ended is so still, for a grace.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    time::Duration,
};

use super::sign::{NodeId, Sign};
use crate::model::{time::Timestamp, user::UserId};

/// How often a node gives a sign of life.
pub(super) const BEAT: Duration = Duration::from_secs(5);
/// For how long a node counts that gives none: three are missed.
const SILENCE: Duration = Duration::from_secs(16);

/// Invariant: whoever is connected here or elsewhere is in `people`, unless they were put offline since their first
/// connection; who is there without being connected is in `due`.
pub(super) struct Presence {
    node: NodeId,
    grace: Duration,
    /// How many connections each user has here.
    here: HashMap<UserId, usize>,
    /// How many changes of who is here were told to other nodes.
    number: u64,
    elsewhere: BTreeMap<NodeId, Elsewhere>,
    people: HashMap<UserId, Whereabouts>,
    due: BTreeSet<(Timestamp, UserId)>,
    /// Whose being online has changed, to be told.
    changed: BTreeMap<UserId, Change>,
    /// The number of what there was to be told last.
    last_serial: u64,
    /// What other nodes have not been told; nothing is kept where there can be none.
    untold: Option<Untold>,
}

/// That somebody is online, or no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// When they were last seen who are online no more.
    pub(super) last_seen: Option<Timestamp>,
    /// Its place among all that is told: who has looked around after it has seen it.
    pub(super) serial: u64,
}

/// What is known of another node.
struct Elsewhere {
    /// When it last gave a sign of life.
    heard: Timestamp,
    /// Up to which change of it `users` is true; none where they were never told.
    number: Option<u64>,
    users: HashSet<UserId>,
}

enum Whereabouts {
    Online,
    /// Offline when that is due, unless they come back.
    Leaving {
        since: Timestamp,
        due: Timestamp,
    },
}

/// What other nodes are told next.
#[derive(Default)]
struct Untold {
    /// Who came, or when they went.
    moved: BTreeMap<UserId, Option<Timestamp>>,
    /// Nodes that are asked who is there; none of them: each.
    ask: BTreeSet<Option<NodeId>>,
    here: bool,
    alive: bool,
}

impl Presence {
    /// Nobody is online. `others`: there may be other nodes, which are asked at once.
    pub(super) fn new(node: NodeId, grace: Duration, others: bool) -> Self {
        let asking = Untold { ask: BTreeSet::from([None]), here: true, ..Untold::default() };
        Self {
            node,
            grace,
            here: HashMap::new(),
            number: 0,
            elsewhere: BTreeMap::new(),
            people: HashMap::new(),
            due: BTreeSet::new(),
            changed: BTreeMap::new(),
            last_serial: 0,
            untold: others.then_some(asking),
        }
    }

    /// There may be other nodes.
    pub(super) const fn has_others(&self) -> bool {
        self.untold.is_some()
    }

    pub(super) fn is_online(&self, user: &UserId) -> bool {
        self.people.contains_key(user)
    }

    /// A connection of the user has begun here.
    pub(super) fn connected(&mut self, user: &UserId) {
        let connections = self.here.entry(user.clone()).or_default();
        *connections += 1;
        if *connections == 1 {
            self.moved(user, None);
        }
        self.came(user);
    }

    /// A connection of the user has ended here.
    pub(super) fn disconnected(&mut self, user: &UserId, now: Timestamp) {
        let Some(connections) = self.here.get_mut(user) else { return };
        *connections -= 1;
        if *connections == 0 {
            self.here.remove(user);
            self.moved(user, Some(now));
            self.went(user, now, now);
        }
    }

    /// The user is offline at once, whoever is still connected.
    pub(super) fn put_offline(&mut self, user: &UserId, now: Timestamp) {
        if let Some(whereabouts) = self.people.remove(user) {
            if let Whereabouts::Leaving { due, .. } = whereabouts {
                self.due.remove(&(due, user.clone()));
            }
            self.change(user, Some(now));
        }
    }

    fn change(&mut self, user: &UserId, last_seen: Option<Timestamp>) {
        let serial = self.next_serial();
        self.changed.insert(user.clone(), Change { last_seen, serial });
    }

    /// The number of something more to be told.
    pub(super) fn next_serial(&mut self) -> u64 {
        self.last_serial += 1;
        self.last_serial
    }

    /// The number of what there was to be told last.
    pub(super) const fn last_serial(&self) -> u64 {
        self.last_serial
    }

    fn moved(&mut self, user: &UserId, at: Option<Timestamp>) {
        if let Some(untold) = &mut self.untold {
            untold.moved.insert(user.clone(), at);
        }
    }

    fn came(&mut self, user: &UserId) {
        match self.people.insert(user.clone(), Whereabouts::Online) {
            Some(Whereabouts::Online) => {}
            Some(Whereabouts::Leaving { due, .. }) => drop(self.due.remove(&(due, user.clone()))),
            None => self.change(user, None),
        }
    }

    /// The user, last seen `at`, is connected to one node less since `since`, by the clock of this one.
    fn went(&mut self, user: &UserId, at: Timestamp, since: Timestamp) {
        let is_connected =
            self.here.contains_key(user) || self.elsewhere.values().any(|node| node.users.contains(user));
        if is_connected {
            return;
        }
        if let Some(whereabouts @ Whereabouts::Online) = self.people.get_mut(user) {
            let due = since.after(self.grace);
            *whereabouts = Whereabouts::Leaving { since: at, due };
            self.due.insert((due, user.clone()));
        }
    }

    /// When somebody is offline next, if nobody comes back.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.due.first().map(|(due, _)| *due)
    }

    /// Puts those offline whose grace is over.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        while let Some((due, user)) = self.due.pop_first() {
            if now < due {
                self.due.insert((due, user));
                break;
            }
            if let Some(Whereabouts::Leaving { since, .. }) = self.people.remove(&user) {
                self.change(&user, Some(since));
            }
        }
    }

    /// The next user whose being online has changed.
    pub(super) fn take_changed(&mut self) -> Option<(UserId, Change)> {
        self.changed.pop_first()
    }

    /// What was taken could not be told. What has changed since stands.
    pub(super) fn give_back(&mut self, user: UserId, change: Change) {
        self.changed.entry(user).or_insert(change);
    }

    /// A sign of life is due: other nodes that gave none for long are forgotten.
    pub(super) fn beat(&mut self, now: Timestamp) {
        let Some(untold) = &mut self.untold else { return };
        untold.alive = true;
        let silent: Vec<NodeId> =
            self.elsewhere.iter().filter(|(_, other)| SILENCE <= now.since(other.heard)).map(|(id, _)| *id).collect();
        for node in silent {
            let Some(gone) = self.elsewhere.remove(&node) else { continue };
            tracing::warn!(%node, users = gone.users.len(), "a node gives no sign of life any more");
            for user in gone.users {
                self.went(&user, gone.heard, gone.heard);
            }
        }
    }

    /// What other nodes are to be told, in this order.
    pub(super) fn take_signs(&mut self) -> Vec<Sign> {
        let Some(untold) = self.untold.as_mut().map(std::mem::take) else { return Vec::new() };
        let mut signs: Vec<Sign> = untold.ask.into_iter().map(|of| Sign::Ask { of }).collect();
        for (user, at) in untold.moved {
            self.number += 1;
            let number = self.number;
            signs.push(match at {
                None => Sign::Came { number, user },
                Some(at) => Sign::Went { number, user, at },
            });
        }
        if untold.here {
            signs.push(Sign::Here { number: self.number, users: self.here.keys().cloned().collect() });
        } else if untold.alive {
            signs.push(Sign::Alive { number: self.number });
        }
        signs
    }

    /// Hears a sign of a node, this one perhaps. It may come late, twice, or after others were lost.
    pub(super) fn hear(&mut self, node: NodeId, sign: &Sign, now: Timestamp) {
        if node == self.node {
            return;
        }
        let Some(untold) = &mut self.untold else { return };
        let unknown = Elsewhere { heard: now, number: None, users: HashSet::new() };
        let other = self.elsewhere.entry(node).or_insert(unknown);
        other.heard = now;
        let known = other.number;
        let is_next = |number: u64| known.is_some_and(|known| known + 1 == number);
        let is_ahead = |number: u64| known.is_none_or(|known| known < number);
        match sign {
            Sign::Ask { of } => untold.here |= of.is_none_or(|of| of == self.node),
            Sign::Came { number, user } if is_next(*number) => {
                other.number = Some(*number);
                other.users.insert(user.clone());
                self.came(user);
            }
            Sign::Went { number, user, at } if is_next(*number) => {
                other.number = Some(*number);
                other.users.remove(user);
                self.went(user, *at, now);
            }
            Sign::Here { number, users } if is_ahead(*number) => {
                other.number = Some(*number);
                let users: HashSet<UserId> = users.iter().cloned().collect();
                let before = std::mem::replace(&mut other.users, users.clone());
                users.difference(&before).for_each(|user| self.came(user));
                before.difference(&users).for_each(|user| self.went(user, now, now));
            }
            Sign::Came { number, .. } | Sign::Went { number, .. } | Sign::Alive { number } if is_ahead(*number) => {
                untold.ask.insert(Some(node));
            }
            Sign::Came { .. } | Sign::Went { .. } | Sign::Here { .. } | Sign::Alive { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests;
