//! What the hub brings to connections and nobody keeps: who types, who is online.

use super::{
    hub::{Hub, State},
    outlet::{Item, Outlet},
    presence::Change,
};
use crate::{
    model::{room::RoomId, time::Timestamp, user::UserId},
    rules::typing::LIFE,
};

impl Hub {
    /// A connection has said hello: from now on its user is online, and it hears who else is.
    pub(super) fn greet(&self, outlet: &Outlet) {
        if !outlet.greet() {
            self.presence.connected(&outlet.user);
        }
    }

    /// Whether anybody but this user is connected here.
    pub(super) fn has_others_than(&self, user: &UserId) -> bool {
        self.state().users.keys().any(|other| other != user)
    }

    /// Tells these users that another one is online, or no more, unless they have seen that when they looked around.
    pub(super) fn tell_presence(&self, to: &[UserId], user: &UserId, change: Change) {
        let state = self.state();
        for outlet in to.iter().filter_map(|to| state.users.get(to)).flatten() {
            if outlet.hears(change.serial) {
                outlet.offer(Item::Presence { user: user.clone(), last_seen: change.last_seen });
            }
        }
    }

    /// Whether it still counts that somebody began to type then.
    pub(super) fn still_types(&self, since: Timestamp) -> bool {
        self.presence.now().since(since) <= LIFE
    }
}

impl State {
    /// Tells these members of a room that another one types there.
    pub(super) fn tell_typing(&self, room: RoomId, user: &UserId, to: &[UserId], since: Timestamp) {
        for subscriber in self.topics.get(&room).iter().flat_map(|topic| &topic.subscribers) {
            if to.contains(&subscriber.user) {
                subscriber.offer(Item::Typing { room, user: user.clone(), since });
            }
        }
    }
}
