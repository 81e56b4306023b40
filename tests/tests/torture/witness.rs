//! What one application is told, held against what it may be told: each event of each room once, in order, without hole,
//! and nothing of a room between leaving it and coming back.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chat_client::{Cause, End, Event, EventKind, Replica, Update, Updates};
use tokio::sync::watch;
use tokio::time::interval;

/// How long a slow reader takes for each thing.
const SLOWLY: Duration = Duration::from_millis(2);

/// How often a user has asked for a seat in each room, but for the times that they were answered that it gave none.
#[derive(Clone, Default)]
pub(crate) struct Seats(Arc<Mutex<BTreeMap<String, u32>>>);

impl Seats {
    pub(crate) fn ask(&self, room: &str) {
        *self.0.lock().expect("nobody panics with it").entry(room.to_owned()).or_default() += 1;
    }

    /// It was refused, or they had one already.
    pub(crate) fn take_back(&self, room: &str) {
        *self.0.lock().expect("nobody panics with it").get_mut(room).expect("it was asked for") -= 1;
    }

    fn asked(&self, room: &str) -> u32 {
        self.0.lock().expect("nobody panics with it").get(room).copied().unwrap_or_default()
    }
}

/// One room, as it was told.
pub(crate) struct Heard {
    pub(crate) replica: Replica,
    /// Who did what, event by event.
    pub(crate) told: Vec<(String, &'static str)>,
    /// Whether the room was added and not removed since.
    pub(crate) is_inside: bool,
    /// How often one came in, by the log.
    came_in: u32,
    /// Whether one has left and not come in since, by the log.
    has_left: bool,
}

/// All that one application knows.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) rooms: BTreeMap<String, Heard>,
    pub(crate) is_connected: bool,
    pub(crate) connections: u32,
}

impl Known {
    /// The rooms of which one is a member, as far as was told.
    pub(crate) fn inside(&self) -> Vec<String> {
        self.rooms
            .iter()
            .filter(|(_, heard)| heard.is_inside && !heard.has_left)
            .map(|(room, _)| room.clone())
            .collect()
    }

    /// How far one has heard a room.
    pub(crate) fn last(&self, room: &str) -> u64 {
        self.rooms.get(room).map_or(0, |heard| heard.replica.last_seq())
    }
}

/// The name of an event's kind.
pub(crate) fn name(kind: &EventKind) -> &'static str {
    match kind {
        EventKind::Message(_) => "message",
        EventKind::Joined => "joined",
        EventKind::Left => "left",
        EventKind::Removed { .. } => "removed",
        EventKind::RoleChanged { .. } => "role_changed",
        EventKind::RoomChanged { .. } => "room_changed",
        EventKind::MessageEdited { .. } => "message_edited",
        EventKind::MessageDeleted { .. } => "message_deleted",
        EventKind::ReactionAdded { .. } => "reaction_added",
        EventKind::ReactionRemoved { .. } => "reaction_removed",
        EventKind::RoomClosed { .. } => "room_closed",
        other => panic!("nobody asked for {other:?}"),
    }
}

/// Reads all that one application is told, until it is over.
pub(crate) async fn watch_over(
    user: String,
    seats: Seats,
    mut updates: Updates,
    is_slow: bool,
    known: watch::Sender<Known>,
) {
    let mut ticks = interval(SLOWLY);
    while let Some(update) = updates.next().await {
        if is_slow {
            ticks.tick().await;
        }
        known.send_modify(|known| known.learn(&user, &seats, update));
    }
}

impl Known {
    fn learn(&mut self, user: &str, seats: &Seats, update: Update) {
        match update {
            Update::Connected { .. } => {
                self.is_connected = true;
                self.connections += 1;
            }
            Update::Reconnecting { cause: Cause::Hole { room_id, expected, came }, .. } => {
                panic!("{user} was told {came} of {room_id} in place of {expected}")
            }
            Update::Reconnecting { .. } => self.is_connected = false,
            Update::RoomAdded(room) => {
                let heard = self.rooms.entry(room.room_id.clone()).or_insert_with(|| Heard::new(&room.room_id));
                assert!(!heard.is_inside, "{user} is in {} already", room.room_id);
                heard.is_inside = true;
            }
            Update::RoomRemoved { room_id, .. } => {
                let heard = self.rooms.get_mut(&room_id).unwrap_or_else(|| panic!("{user} never was in {room_id}"));
                heard.is_inside = false;
            }
            Update::Event(event) => self.hear(user, seats, &event),
            Update::LogReplaced { room_id, .. } => panic!("{user} was told that the log of {room_id} is another"),
            Update::Ended(End::Closed) => {}
            Update::Ended(end) => panic!("{user} is disconnected for good: {end}"),
            _ => {}
        }
    }

    fn hear(&mut self, user: &str, seats: &Seats, event: &Event) {
        let heard = self.rooms.get_mut(&event.room_id);
        let heard = heard.unwrap_or_else(|| panic!("{user} never was in the room of {event:?}"));
        assert!(heard.is_inside, "{user} has left the room of {event:?}");
        assert_eq!(event.seq, heard.replica.last_seq() + 1, "{user} was told {event:?} out of order");
        // Who has left hears the log go on only once they have asked to come back.
        let may_hear = !heard.has_left || heard.came_in < seats.asked(&event.room_id);
        assert!(may_hear, "{user} was told {event:?} after leaving");
        heard.replica.fold(event);
        heard.told.push((event.sender_id.clone(), name(&event.kind)));
        match &event.kind {
            EventKind::Joined if event.sender_id == user => {
                heard.came_in += 1;
                heard.has_left = false;
            }
            EventKind::Left if event.sender_id == user => heard.has_left = true,
            EventKind::Removed { user_id, .. } if user_id == user => heard.has_left = true,
            _ => {}
        }
    }
}

impl Heard {
    fn new(room: &str) -> Self {
        Self { replica: Replica::new(room), told: Vec::new(), is_inside: false, came_in: 0, has_left: false }
    }
}
