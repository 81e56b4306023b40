//! What one user was told, and what they cannot know.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::command::{Command, GRANT, Invite, Outcome, What};

/// The price of a room.
pub(crate) const PRICE: i64 = 150;

/// A message that was acknowledged, or that may have been logged.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) client_id: String,
    pub(crate) event: Option<Value>,
    /// It was not there when the load was over, and was logged when it was repeated, out of its order.
    pub(crate) late: bool,
}

/// How often a user has entered and left a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seat {
    pub(crate) joined: usize,
    pub(crate) left: usize,
}

impl Seat {
    pub(crate) fn is_taken(self) -> bool {
        self.left < self.joined
    }
}

/// How two users stand to each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Friendship {
    #[default]
    None,
    /// The request, where its answer came.
    Requested(Option<String>),
    Friends,
    /// The user blocks their friend, of whom there is nothing then.
    Blocked,
}

/// A user, with all that they were told over all cycles.
#[derive(Debug, Default)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) is_prime: bool,
    pub(crate) sent: BTreeMap<String, Vec<Sent>>,
    pub(crate) seats: BTreeMap<String, Seat>,
    /// The rooms for which an answer said that they paid.
    pub(crate) paid: BTreeSet<String>,
    pub(crate) grants: BTreeSet<String>,
    /// By room: the invites for this user, and whether they have used them.
    pub(crate) invites: BTreeMap<String, Vec<(Invite, bool)>>,
    /// With the one friend that they have or not.
    pub(crate) friendship: Friendship,
    /// Commands that were done or not, in the order in which they were asked.
    pub(crate) doubts: Vec<Command>,
    /// Whether a connection broke, rather than that the server said that it does not know.
    pub(crate) lost: bool,
    asked: usize,
}

impl Person {
    pub(crate) fn new(name: &str, is_prime: bool) -> Self {
        Self { name: name.to_owned(), is_prime, ..Self::default() }
    }

    /// A `clientId` or key that was never used.
    pub(crate) fn fresh_key(&mut self) -> String {
        self.asked += 1;
        format!("{}-{}", self.name, self.asked)
    }

    pub(crate) fn seat(&self, room: &str) -> Seat {
        self.seats.get(room).copied().unwrap_or_default()
    }

    /// Whether this is among what may have been done.
    pub(crate) fn doubts_that(&self, is_it: impl Fn(&What) -> bool) -> bool {
        self.doubts.iter().any(|doubt| is_it(&doubt.what))
    }

    /// Remembers what became of a command that was asked for the first time.
    pub(crate) fn learn(&mut self, command: Command, outcome: Outcome) {
        match outcome {
            Outcome::Done(answer) => {
                if let What::Send { room, client_id } = &command.what {
                    self.sent(room, client_id, None);
                }
                self.acknowledged(&command, &answer, false);
            }
            Outcome::Unknown | Outcome::Lost => {
                self.lost |= matches!(outcome, Outcome::Lost);
                if let What::Send { room, client_id } = &command.what {
                    self.sent(room, client_id, None);
                }
                self.doubts.push(command);
            }
            Outcome::NotDone => {}
            Outcome::Refused(code) => {
                let is_full = matches!(command.what, What::Join { .. }) && code == "room_full";
                assert!(is_full, "{command:?} was refused: {code}");
            }
        }
    }

    /// Remembers what became of a doubtful command that was repeated when all was well again.
    pub(crate) fn learn_repeated(&mut self, command: &Command, status: u16, answer: &Value) {
        let refused = answer["code"].as_str().filter(|_| 400 <= status);
        match (&command.what, refused) {
            (What::Send { room, client_id }, None) => {
                let sent = self.sent.get_mut(room).expect("it was asked before").iter_mut();
                let sent = sent.rev().find(|sent| sent.client_id == *client_id).expect("it was asked before");
                sent.late = status == 201;
                self.acknowledged(command, answer, true);
            }
            (_, None) => self.acknowledged(command, answer, true),
            // It was done the first time, and cannot be done again.
            (What::Leave { .. }, Some("not_a_member"))
            | (What::Befriend { .. }, Some("already_friends"))
            | (What::Withdraw { .. }, Some("request_not_found")) => self.acknowledged(command, &Value::Null, true),
            // It was not done, and others took the seats.
            (What::Join { .. }, Some("room_full")) => {}
            (_, Some(code)) => panic!("{command:?} was refused when it was repeated: {code}"),
        }
    }

    fn sent(&mut self, room: &str, client_id: &str, event: Option<Value>) {
        let sent = Sent { client_id: client_id.to_owned(), event, late: false };
        self.sent.entry(room.to_owned()).or_default().push(sent);
    }

    fn acknowledged(&mut self, command: &Command, answer: &Value, again: bool) {
        match &command.what {
            What::Send { room, client_id } => {
                let sent = self.sent.get_mut(room).expect("it was noted").iter_mut();
                let sent = sent.rev().find(|sent| sent.client_id == *client_id).expect("it was noted");
                sent.event = Some(answer.clone());
            }
            What::Join { room, invite } => self.joined(room, invite.as_ref(), answer, again),
            What::Leave { room } => self.seats.entry(room.clone()).or_default().left += 1,
            What::Grant { key, .. } => {
                assert_eq!((&answer["amount"], &answer["reason"]), (&GRANT.into(), &key.as_str().into()), "{answer}");
                assert!(self.grants.insert(key.clone()), "{key} is fresh");
            }
            What::Invite { room, .. } => {
                let text = |field: &str| answer[field].as_str().expect("an invite has it").to_owned();
                let invite = Invite { id: text("inviteId"), token: Some(text("inviteToken")) };
                self.invites.entry(room.clone()).or_default().push((invite, false));
            }
            What::Befriend { .. } => {
                self.friendship = match (&self.friendship, answer["state"].as_str()) {
                    (Friendship::None, Some("open")) => {
                        Friendship::Requested(answer["requestId"].as_str().map(str::to_owned))
                    }
                    (Friendship::Requested(_), Some("accepted")) => Friendship::Friends,
                    (Friendship::Requested(_), None) => Friendship::Friends,
                    (before, _) => panic!("befriended from {before:?}: {answer}"),
                }
            }
            What::Accept { .. } => {
                assert_eq!(answer["state"], "accepted", "{answer}");
                self.friendship = Friendship::Friends;
            }
            What::Withdraw { .. } | What::Unfriend { .. } | What::Unblock { .. } => self.friendship = Friendship::None,
            What::Block { .. } => self.friendship = Friendship::Blocked,
        }
    }

    fn joined(&mut self, room: &str, invite: Option<&Invite>, answer: &Value, again: bool) {
        assert_eq!(answer["roomId"], room, "{answer}");
        let already = answer["alreadyMember"].as_bool().expect("a join says it");
        assert!(again || !already, "{} was a member before the join: {answer}", self.name);
        let charged = answer["charged"].as_i64().expect("a join says it");
        let was_admitted = self.seat(room).joined > 0;
        match charged {
            0 => {}
            PRICE if !self.is_prime && !was_admitted && !already => {
                assert!(self.paid.insert(room.to_owned()), "{} pays {room} again", self.name);
            }
            _ => panic!("{} was charged wrongly: {answer}", self.name),
        }
        self.seats.entry(room.to_owned()).or_default().joined += 1;
        if let Some(invite) = invite {
            let known = self.invites.get_mut(room).expect("the invite was told").iter_mut();
            let (_, used) = known.into_iter().find(|(known, _)| known == invite).expect("the invite was told");
            *used = true;
        }
    }
}
