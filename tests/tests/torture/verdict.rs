//! The log of a room as the server reads it in the end, and what must hold of all who heard and wrote it.

use std::collections::{BTreeMap, BTreeSet};

use chat_client::{Event, EventKind, Message, Replica};

use crate::person::{Outcome, Person, Sent};
use crate::witness::name;

pub(crate) struct Log {
    pub(crate) room: String,
    pub(crate) members: BTreeSet<String>,
    log: Vec<Event>,
    replica: Replica,
}

impl Log {
    pub(crate) fn new(room: &str, log: Vec<Event>, members: BTreeSet<String>) -> Self {
        let mut replica = Replica::new(room);
        for (event, seq) in log.iter().zip(1..) {
            assert_eq!((event.seq, event.room_id.as_str()), (seq, room), "the log is without a hole");
            replica.fold(event);
        }
        let seated: BTreeSet<String> = replica.members().map(|(user, _)| user.to_owned()).collect();
        assert_eq!(seated, members, "who is a member is who the log says");
        Self { room: room.to_owned(), members, log, replica }
    }

    pub(crate) fn last(&self) -> u64 {
        self.log.len() as u64
    }

    pub(crate) fn messages(&self) -> usize {
        self.replica.messages().count()
    }

    pub(crate) fn check(&self, people: &[Person]) {
        for person in people {
            self.check_heard(person);
        }
        self.check_written(people);
    }

    /// Who is a member knows the room as it is; who was one has heard the log as far as they were in, and no further.
    fn check_heard(&self, person: &Person) {
        let known = person.known.borrow();
        let Some(heard) = known.rooms.get(&self.room) else {
            assert!(!self.members.contains(&person.name), "{} was never told of {}", person.name, self.room);
            return;
        };
        let what = format!("what {} was told of {}", person.name, self.room);
        assert_eq!(heard.is_inside, self.members.contains(&person.name), "{what}: whether they are a member");
        let log: Vec<_> = self.log.iter().map(|event| (event.sender_id.as_str(), name(&event.kind))).collect();
        let told: Vec<_> = heard.told.iter().map(|(sender, kind)| (sender.as_str(), *kind)).collect();
        if heard.is_inside {
            assert!(told == log, "{what}: {} events are not the {} of the log", told.len(), log.len());
            assert!(heard.replica == self.replica, "{what}: {:#?} is not {:#?}", heard.replica, self.replica);
        } else {
            assert!(told == log[..told.len()], "{what}: not how the log begins");
        }
    }

    /// Each message that was acknowledged is there once, as it was told, and in the order in which its sender sent them;
    /// none is there that nobody sent, or that was refused.
    fn check_written(&self, people: &[Person]) {
        let mut logged: BTreeMap<(&str, &str), (&Event, &Message)> = BTreeMap::new();
        for event in &self.log {
            if let EventKind::Message(message) = &event.kind {
                let key = (event.sender_id.as_str(), message.client_id.as_deref().expect("all have one"));
                assert!(logged.insert(key, (event, message)).is_none(), "twice in the log: {event:?}");
            }
        }
        for person in people {
            let mut last = 0;
            for sent in person.sent.iter().filter(|sent| sent.room == self.room) {
                let found = logged.remove(&(person.name.as_str(), sent.client_id.as_str()));
                let Some((event, message)) = found else {
                    assert!(!matches!(sent.outcome, Outcome::Acknowledged(_)), "{} is lost", sent.client_id);
                    continue;
                };
                self.check_message(sent, event, message);
                assert!(last < event.seq, "{} is not in the order in which it was sent", sent.client_id);
                last = event.seq;
            }
        }
        assert!(logged.is_empty(), "nobody sent {logged:?}");
    }

    fn check_message(&self, sent: &Sent, event: &Event, message: &Message) {
        match &sent.outcome {
            Outcome::Acknowledged(seq) => {
                assert_eq!(*seq, event.seq, "{} was acknowledged elsewhere", sent.client_id)
            }
            Outcome::Refused => panic!("{} was refused, and is logged: {event:?}", sent.client_id),
            Outcome::Unknown => {}
        }
        if message.deleted_at.is_none() && message.edited_at.is_none() {
            assert_eq!(message.body.as_ref(), Some(&sent.body), "{}", sent.client_id);
        }
    }
}
