//! What one connection may hear of the rooms' logs: each event once, in order, without a gap.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

/// The rooms that a connection hears, and how far it is in each.
#[derive(Debug, Default)]
pub struct RoomOrder {
    rooms: HashMap<String, Heard>,
}

#[derive(Debug)]
struct Heard {
    /// The last number that was known before the first event: what came earlier was not sent here.
    start: i64,
    events: Vec<Value>,
    /// Numbers that an `ok` told which may have been outside the order: then the event comes, too.
    may_come_again: HashSet<i64>,
}

impl Heard {
    fn last(&self) -> i64 {
        self.start + i64::try_from(self.events.len()).expect("a test hears fewer events")
    }
}

impl RoomOrder {
    /// A room is heard from after `last_seq` on: by `welcome`, or by `room_added`.
    ///
    /// # Panics
    /// When it was heard already.
    #[track_caller]
    pub fn begin(&mut self, room: &str, last_seq: i64) {
        let heard = Heard { start: last_seq, events: Vec::new(), may_come_again: HashSet::new() };
        assert!(self.rooms.insert(room.to_owned(), heard).is_none(), "room {room} was added twice");
    }

    /// A room that is heard starts anew after `last_seq`: by `reset`.
    ///
    /// # Panics
    /// When it was not heard.
    #[track_caller]
    pub fn restart(&mut self, room: &str, last_seq: i64) {
        let heard = Heard { start: last_seq, events: Vec::new(), may_come_again: HashSet::new() };
        assert!(self.rooms.insert(room.to_owned(), heard).is_some(), "room {room} starts anew that was not heard");
    }

    /// A room is heard no more: by `room_removed`.
    pub fn end(&mut self, room: &str) {
        self.rooms.remove(room);
    }

    /// An event, or an `ok` that stands in the place of one.
    ///
    /// # Panics
    /// When it is not the next one of a room that is heard.
    #[track_caller]
    pub fn next(&mut self, event: &Value) {
        let (room, seq) = place(event);
        let heard = self.rooms.get_mut(room).unwrap_or_else(|| panic!("an event of a room that is not heard: {event}"));
        if seq == heard.last() && heard.may_come_again.remove(&seq) {
            assert_eq!(heard.events.last(), Some(event), "the same as its `ok` told");
            return;
        }
        assert_eq!(seq, heard.last() + 1, "events without gap or repetition: {event} after {:?}", heard.events.last());
        heard.events.push(event.clone());
    }

    /// An `ok` for a send. With a `clientId` that was seen before it is outside the order, and then names
    /// a message that this connection has heard, or one from before it was there.
    ///
    /// # Panics
    /// When it is neither the next event nor such a repetition.
    #[track_caller]
    pub fn answered(&mut self, event: &Value, client_id: Option<&str>) {
        let (room, seq) = place(event);
        let known = self.rooms.get(room).is_some_and(|heard| {
            let index = usize::try_from(seq - heard.start - 1);
            seq <= heard.start || index.is_ok_and(|index| heard.events.get(index).is_some_and(|told| same(told, event)))
        });
        let repeated = client_id.is_some() && event["clientId"].as_str() == client_id && known;
        if !repeated {
            self.next(event);
        }
    }

    /// An `ok` for a send that was tried before with an unknown outcome. Nobody could tell then whether it
    /// was logged, so it may be a repetition, whose event is still to come: a repetition's `ok` is outside the order.
    ///
    /// # Panics
    /// When the room is not heard.
    #[track_caller]
    pub fn answered_after_doubt(&mut self, event: &Value) {
        let (room, seq) = place(event);
        let heard = self.rooms.get_mut(room).unwrap_or_else(|| panic!("an `ok` of a room that is not heard: {event}"));
        if seq == heard.last() + 1 {
            heard.events.push(event.clone());
            heard.may_come_again.insert(seq);
        }
    }

    /// How far this connection has heard a room, `None` for one that it does not hear.
    pub fn last(&self, room: &str) -> Option<i64> {
        self.rooms.get(room).map(Heard::last)
    }

    /// The events of a room that came while it was heard, in order.
    pub fn events(&self, room: &str) -> &[Value] {
        self.rooms.get(room).map_or(&[], |heard| &heard.events)
    }
}

fn same(told: &Value, event: &Value) -> bool {
    told["seq"] == event["seq"] && told["clientId"] == event["clientId"]
}

#[track_caller]
fn place(event: &Value) -> (&str, i64) {
    let place = (event["roomId"].as_str(), event["seq"].as_i64());
    let (Some(room), Some(seq)) = place else { panic!("an event without roomId and seq: {event}") };
    (room, seq)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn event(seq: i64) -> Value {
        json!({"roomId": "r", "seq": seq, "clientId": format!("c{seq}")})
    }

    fn order(last_seq: i64, heard: &[i64]) -> RoomOrder {
        let mut order = RoomOrder::default();
        order.begin("r", last_seq);
        for seq in heard {
            order.next(&event(*seq));
        }
        order
    }

    fn takes(order: &mut RoomOrder, seq: i64) -> bool {
        catch_unwind(AssertUnwindSafe(|| order.next(&event(seq)))).is_ok()
    }

    #[test]
    fn events_come_one_after_another() {
        assert!(takes(&mut order(3, &[4, 5]), 6));
    }

    #[test]
    fn a_gap_a_repetition_and_an_older_event_are_noticed() {
        for wrong in [7, 5, 3] {
            assert!(!takes(&mut order(3, &[4, 5]), wrong), "{wrong}");
        }
    }

    #[test]
    fn a_room_that_was_never_added_or_is_gone_is_noticed() {
        let mut order = order(0, &[1]);
        order.end("r");
        assert!(!takes(&mut order, 2));
    }

    #[test]
    fn a_room_that_starts_anew_goes_on_after_its_number() {
        let mut order = order(3, &[4]);
        order.restart("r", 900);
        assert!(!takes(&mut order, 5) && takes(&mut order, 901));
        assert!(catch_unwind(AssertUnwindSafe(|| order.restart("q", 1))).is_err());
    }

    #[test]
    fn an_ok_for_a_repeated_client_id_is_outside_the_order() {
        let mut order = order(3, &[4, 5]);
        order.answered(&event(4), Some("c4"));
        assert_eq!(order.last("r"), Some(5));
        order.answered(&event(6), Some("c6"));
        assert_eq!(order.last("r"), Some(6));
    }

    #[test]
    fn after_doubt_an_ok_stands_for_its_event_or_beside_it() {
        let mut order = order(3, &[4]);
        order.answered_after_doubt(&event(6));
        assert!(takes(&mut order, 5) && takes(&mut order, 6), "outside the order");
        order.answered_after_doubt(&event(7));
        assert!(takes(&mut order, 7), "it was outside, too");
        assert!(!takes(&mut order, 7), "and came");
        order.answered_after_doubt(&event(8));
        assert!(takes(&mut order, 9), "or stood in the place of its event");
    }

    #[test]
    fn an_ok_for_an_old_number_under_a_new_client_id_is_noticed() {
        let mut order = order(3, &[4, 5]);
        assert!(catch_unwind(AssertUnwindSafe(|| order.answered(&event(4), Some("new")))).is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| order.answered(&event(4), None))).is_err());
    }
}
