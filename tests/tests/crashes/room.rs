//! One room as the API shows it, and what must hold of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::command::{OWNER, What, body_of};
use crate::party::Party;
use crate::person::{Person, Seat};

/// What the API tells of a room, and what follows from its log.
pub(crate) struct Room {
    pub(crate) id: String,
    pub(crate) log: Vec<Value>,
    pub(crate) seats: BTreeMap<String, Seat>,
    pub(crate) invites: Vec<Value>,
    pub(crate) has_seat: bool,
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field}: {value}"))
}

impl Room {
    /// Reads a room, its log from after what was checked before, and checks that it is in one piece.
    pub(crate) async fn read(party: &Party, id: &str) -> Self {
        let owner = party.clients.of(OWNER);
        let mut log = party.logs.get(id).cloned().unwrap_or_default();
        log.extend(owner.log_after(id, log.len()).await);
        let room = owner.room(id).await;
        let members = owner.get(&format!("/api/chatrooms/{id}/members")).await.is(200);
        let invites = owner.get(&format!("/api/chatrooms/{id}/invites")).await.is(200);
        let capacity = usize::try_from(room["capacity"].as_i64().expect("a number")).expect("positive");
        let seats = seats(&log, capacity);
        for (seq, event) in (1_i64..).zip(&log) {
            assert_eq!((text(event, "roomId"), &event["seq"]), (id, &seq.into()), "the log is without a hole");
        }
        let members: BTreeSet<&str> =
            members["members"].as_array().expect("a list").iter().map(|member| text(member, "userId")).collect();
        let seated: BTreeSet<&str> =
            seats.iter().filter(|(_, seat)| seat.is_taken()).map(|(name, _)| name.as_str()).collect();
        assert_eq!(members, seated, "who is a member is who the log says: {room}");
        assert_eq!((&room["memberCount"], &room["lastSeq"]), (&seated.len().into(), &log.len().into()), "{room}");
        let has_seat = seated.len() < capacity;
        let invites = invites["invites"].as_array().expect("a list").clone();
        Self { id: id.to_owned(), log, seats, invites, has_seat }
    }

    pub(crate) fn seat(&self, name: &str) -> Seat {
        self.seats.get(name).copied().unwrap_or_default()
    }

    /// What somebody was told is what is kept.
    pub(crate) fn keeps(&self, event: &Value) {
        let seq = usize::try_from(event["seq"].as_u64().expect("a number")).expect("few");
        assert_eq!(self.log.get(seq - 1), Some(event), "told, and not kept");
    }

    /// The log has every message that was acknowledged, at its place, perhaps those in doubt, and no other.
    pub(crate) fn check_messages(&self, people: &[Person]) {
        let mut logged = BTreeMap::new();
        for event in self.log.iter().filter(|event| event["kind"] == "message") {
            let key = (text(event, "senderId"), text(event, "clientId"));
            assert_eq!(logged.insert(key, event), None, "one message under one clientId");
        }
        for person in people {
            let mut last = 0;
            let mut missing = None;
            for sent in person.sent.get(&self.id).into_iter().flatten() {
                let found = logged.remove(&(person.name.as_str(), sent.client_id.as_str()));
                match &sent.event {
                    Some(event) => assert_eq!(found, Some(event), "{} was acknowledged", sent.client_id),
                    None if found.is_none() => missing = missing.or(Some(&sent.client_id)),
                    None => {}
                }
                let Some(found) = found else { continue };
                assert_eq!(found["body"], body_of(&sent.client_id), "{found}");
                // Who wrote one after another into a connection that broke has the first of them in the log.
                assert!(!person.lost || sent.event.is_some() || missing.is_none(), "{found} came, and {missing:?} not");
                let seq = found["seq"].as_u64().expect("a number");
                assert!(sent.late || last < seq, "{found} in the order in which it was sent");
                last = if sent.late { last } else { seq };
            }
        }
        assert!(logged.is_empty(), "nobody asked for, or was told that it was not done: {logged:?}");
    }

    /// Who joined and left, as often as they were told, and once more where they do not know.
    pub(crate) fn check_seats(&self, people: &[Person]) {
        for person in people {
            let (told, seat) = (person.seat(&self.id), self.seat(&person.name));
            let joins = person.doubts_that(|doubt| matches!(doubt, What::Join { room, .. } if *room == self.id));
            let leaves = person.doubts_that(|doubt| matches!(doubt, What::Leave { room } if *room == self.id));
            let may_be = |told: usize, doubt: bool, is: usize| is == told || (doubt && is == told + 1);
            let fits = may_be(told.joined, joins, seat.joined) && may_be(told.left, leaves, seat.left);
            assert!(
                fits,
                "{} was told {told:?}, in doubt {:?}, and {seat:?} in {}",
                person.name, person.doubts, self.id
            );
        }
    }

    /// Every invite that was told is there, and is used when it was used.
    pub(crate) fn check_invites(&self, people: &[Person]) {
        for person in people {
            let listed: BTreeMap<&str, bool> = self
                .invites
                .iter()
                .filter(|invite| invite["userId"] == person.name)
                .map(|invite| (text(invite, "inviteId"), invite.get("usedAt").is_some()))
                .collect();
            let told = person.invites.get(&self.id).map_or(&[][..], Vec::as_slice);
            let is_made = |doubt: &What| matches!(doubt, What::Invite { room, .. } if *room == self.id);
            let most = told.len() + usize::from(person.doubts_that(is_made));
            assert!(listed.len() <= most, "{} has {listed:?}, was told {told:?}", person.name);
            for (invite, used) in told {
                let is_used = listed.get(invite.id.as_str()).unwrap_or_else(|| panic!("{invite:?} is lost"));
                let join = |doubt: &What| matches!(doubt, What::Join { invite: Some(by), .. } if by == invite);
                let has_joined = self.seat(&person.name).joined > person.seat(&self.id).joined;
                let expected = *used || (person.doubts_that(join) && has_joined);
                assert_eq!(*is_used, expected, "{invite:?} of {}: used exactly when it let them in", person.name);
            }
        }
    }
}

/// Who sits in a room by its log, which never seats anybody twice, nor more than fit.
fn seats(log: &[Value], capacity: usize) -> BTreeMap<String, Seat> {
    let mut seats: BTreeMap<String, Seat> = BTreeMap::new();
    let mut taken = 0;
    for event in log {
        let seat = seats.entry(text(event, "senderId").to_owned()).or_default();
        match text(event, "kind") {
            "joined" => {
                assert!(!seat.is_taken(), "joined twice: {event}");
                seat.joined += 1;
                taken += 1;
                assert!(taken <= capacity, "more than {capacity} seats: {event}");
            }
            "left" => {
                assert!(seat.is_taken(), "left without a seat: {event}");
                seat.left += 1;
                taken -= 1;
            }
            "message" => assert!(seat.is_taken(), "a message of one who is no member: {event}"),
            other => panic!("nobody asked for {other}: {event}"),
        }
    }
    seats
}
