//! How far the application has heard each room.

use std::collections::{BTreeMap, HashMap};

use crate::{
    options::Begin,
    wire::{Event, Room},
};

/// How many rooms are named in a hello, so that it stays within one frame. What was missed in others is read by REST.
const MAX_NAMED: usize = 800;

/// What is known of the rooms. One that is not a member's any more keeps its number: who comes back hears first what they
/// missed.
pub(crate) struct Rooms {
    begin: Begin,
    known: HashMap<String, Known>,
}

struct Known {
    /// The number of the last event that the application was told.
    last: u64,
    standing: Standing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// A member, who hears it.
    Member,
    /// A member as far as was told, who could not read what was missed: the end of the membership is on its way.
    Shut,
    /// No member.
    Out,
}

/// What an event is to the application.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The next one of its room.
    Next,
    /// It was told before, or its room is not heard.
    Passed,
    /// Others are missing before it.
    Hole { expected: u64 },
}

/// What has to be read before events of a room can follow: those after `last`, up to this number at least.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) room_id: String,
    pub(crate) up_to: u64,
}

impl Rooms {
    pub(crate) fn new(begin: Begin, positions: HashMap<String, u64>) -> Self {
        let out = |last| Known { last, standing: Standing::Out };
        Self { begin, known: positions.into_iter().map(|(room, last)| (room, out(last))).collect() }
    }

    /// What a hello names: the rooms that are heard, and how far.
    pub(crate) fn named(&self) -> BTreeMap<String, u64> {
        let heard = self.known.iter().filter(|(_, known)| known.standing != Standing::Out);
        heard.take(MAX_NAMED).map(|(room, known)| (room.clone(), known.last)).collect()
    }

    /// One is a member of this room, as it is shown, and its events after `last_seq` follow. Whether that is new, and what
    /// is missing before.
    pub(crate) fn added(&mut self, room: &Room) -> (bool, Option<Missing>) {
        let begin = match self.begin {
            Begin::Live => room.last_seq,
            Begin::FromStart => 0,
        };
        let out = Known { last: begin, standing: Standing::Out };
        let known = self.known.entry(room.room_id.clone()).or_insert(out);
        let is_new = known.standing == Standing::Out;
        known.standing = Standing::Member;
        (is_new, self.missing(&room.room_id, room.last_seq))
    }

    /// The room is heard on from where the application is.
    pub(crate) fn resumed(&mut self, room_id: &str) {
        if let Some(known) = self.known.get_mut(room_id) {
            known.standing = Standing::Member;
        }
    }

    /// One is no member of this room; whether one was.
    pub(crate) fn removed(&mut self, room_id: &str) -> bool {
        let known = self.known.get_mut(room_id);
        known.is_some_and(|known| std::mem::replace(&mut known.standing, Standing::Out) != Standing::Out)
    }

    /// The rooms that are heard, but for these.
    pub(crate) fn others(&self, rooms: &[Room]) -> Vec<String> {
        let heard = self.known.iter().filter(|(_, known)| known.standing != Standing::Out);
        let others = heard.filter(|(id, _)| rooms.iter().all(|room| room.room_id != **id));
        others.map(|(id, _)| id.clone()).collect()
    }

    /// The log of a room could not be read: what still comes of it comes after a hole.
    pub(crate) fn shut(&mut self, room_id: &str) {
        if let Some(known) = self.known.get_mut(room_id) {
            known.standing = Standing::Shut;
        }
    }

    pub(crate) fn last(&self, room_id: &str) -> Option<u64> {
        self.known.get(room_id).map(|known| known.last)
    }

    /// What is missing up to this number.
    pub(crate) fn missing(&self, room_id: &str, up_to: u64) -> Option<Missing> {
        (self.last(room_id)? < up_to).then(|| Missing { room_id: room_id.to_owned(), up_to })
    }

    /// The log is shorter than what was told: the number after which the room begins anew, `None` where it is not.
    pub(crate) fn replaced(&mut self, room_id: &str, last_seq: u64) -> Option<u64> {
        let after = match self.begin {
            Begin::Live => last_seq,
            Begin::FromStart => 0,
        };
        let known = self.known.get_mut(room_id).filter(|known| last_seq < known.last)?;
        known.last = after;
        Some(after)
    }

    /// Whether an event is the next one to be told; then it counts as told.
    pub(crate) fn take(&mut self, event: &Event) -> Place {
        let known = self.known.get_mut(&event.room_id).filter(|known| known.standing == Standing::Member);
        match known {
            Some(known) if known.last + 1 == event.seq => {
                known.last = event.seq;
                Place::Next
            }
            Some(known) if known.last < event.seq => Place::Hole { expected: known.last + 1 },
            _ => Place::Passed,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn room(last_seq: u64) -> Room {
        serde_json::from_value(
            json!({"roomId": "r", "name": "Tea", "ownerId": "alice", "capacity": 6, "memberCount": 2,
            "lastSeq": last_seq, "createdAt": "", "me": {"role": "member", "readSeq": 0, "unread": 0}}),
        )
        .unwrap()
    }

    fn event(seq: u64) -> Event {
        serde_json::from_value(json!({"roomId": "r", "seq": seq, "senderId": "a", "createdAt": "", "kind": "joined"}))
            .unwrap()
    }

    fn missing(up_to: u64) -> Option<Missing> {
        Some(Missing { room_id: "r".to_owned(), up_to })
    }

    #[test]
    fn each_event_is_taken_once_and_a_hole_is_noticed() {
        let mut rooms = Rooms::new(Begin::Live, HashMap::new());
        assert_eq!(rooms.take(&event(8)), Place::Passed, "a room that is not heard");
        assert_eq!(rooms.added(&room(7)), (true, None));
        assert_eq!(
            [7, 8, 8, 7, 9].map(|seq| rooms.take(&event(seq))),
            [Place::Passed, Place::Next, Place::Passed, Place::Passed, Place::Next]
        );
        assert_eq!(rooms.take(&event(11)), Place::Hole { expected: 10 });
        assert_eq!(rooms.take(&event(10)), Place::Next, "a hole takes nothing");
    }

    #[test]
    fn who_comes_back_hears_first_what_was_missed() {
        let mut rooms = Rooms::new(Begin::Live, HashMap::new());
        rooms.added(&room(7));
        assert!(rooms.removed("r") && !rooms.removed("r"));
        assert_eq!(rooms.take(&event(8)), Place::Passed, "after one has left");
        assert!(rooms.named().is_empty());
        assert_eq!(rooms.added(&room(12)), (true, missing(12)));
        assert_eq!(rooms.take(&event(8)), Place::Next);
    }

    #[test]
    fn a_room_begins_where_the_application_says() {
        assert_eq!(Rooms::new(Begin::FromStart, HashMap::new()).added(&room(7)), (true, missing(7)));
        let mut kept = Rooms::new(Begin::Live, HashMap::from([("r".to_owned(), 3)]));
        assert_eq!(kept.added(&room(7)), (true, missing(7)));
        assert_eq!((kept.last("r"), kept.named()["r"]), (Some(3), 3));
    }

    #[test]
    fn a_log_that_is_shorter_than_what_was_told_begins_anew() {
        let mut rooms = Rooms::new(Begin::Live, HashMap::new());
        rooms.added(&room(7));
        assert_eq!((rooms.replaced("r", 7), rooms.replaced("r", 9), rooms.replaced("r", 5)), (None, None, Some(5)));
        assert_eq!(rooms.take(&event(6)), Place::Next);
    }

    #[test]
    fn what_comes_after_a_log_that_could_not_be_read_is_not_told() {
        let mut rooms = Rooms::new(Begin::Live, HashMap::new());
        rooms.added(&room(7));
        rooms.shut("r");
        assert_eq!(rooms.take(&event(8)), Place::Passed);
        assert!(rooms.removed("r"), "the end of the membership is still to be told");
    }
}
