//! One user: follows the plan, and keeps what came of it.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use chat_client::{Client, Draft, Error, EventKind};
use chat_tests::{PATIENCE, ROOM_PASSWORD};
use futures_util::FutureExt;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::plan::Act;
use crate::witness::{Known, Seats};

/// How long anybody waits for what takes many connections.
pub(crate) const LONG: Duration = Duration::from_secs(10 * PATIENCE.as_secs());

/// A message, in the order in which its sender sent them.
pub(crate) struct Sent {
    pub(crate) room: String,
    pub(crate) client_id: String,
    pub(crate) body: String,
    pub(crate) outcome: Outcome,
}

/// What its sender knows of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was acknowledged under this number.
    Acknowledged(u64),
    /// It is not in the log.
    Refused,
    /// It may be.
    Unknown,
}

pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) client: Client,
    pub(crate) known: watch::Receiver<Known>,
    pub(crate) seats: Seats,
    /// The rooms in which this user comes and goes.
    pub(crate) haunts: Vec<String>,
    /// The room that is this user's, who stays in it.
    pub(crate) own_room: Option<String>,
    pub(crate) sent: Vec<Sent>,
    /// How many messages were acknowledged to anybody.
    pub(crate) acknowledged: watch::Sender<u32>,
}

impl Person {
    pub(crate) async fn follow(&mut self, plan: Vec<Act>) {
        for act in plan {
            self.perform(act).await;
        }
    }

    async fn perform(&mut self, act: Act) {
        match act {
            Act::Write { room, count } => {
                if let Some(room) = self.seated(room).await {
                    self.write(&room, count).await;
                }
            }
            Act::WriteAndGo { room } => {
                if let Some(room) = self.seated(room).await {
                    self.write_and_go(&room).await;
                }
            }
            Act::Edit { message } => {
                if let Some((room, seq)) = self.own_message(message) {
                    accept(self.client.edit(&room, seq, &format!("better words, the {message}th")).await, &CHANGING);
                }
            }
            Act::Delete { message } => {
                if let Some((room, seq)) = self.own_message(message) {
                    accept(self.client.delete(&room, seq).await, &CHANGING);
                }
            }
            Act::React { room, message, emoji, remove } => {
                if let Some((room, seq)) = self.any_message(room, message) {
                    let done = match remove {
                        false => self.client.react(&room, seq, emoji).await,
                        true => self.client.unreact(&room, seq, emoji).await,
                    };
                    accept(done, &CHANGING);
                }
            }
            Act::Read { room } => {
                if let Some(room) = self.inside(room) {
                    let last = self.known.borrow().last(&room);
                    accept(self.client.mark_read(&room, last).await, &CHANGING);
                }
            }
            Act::Type { room } => {
                if let Some(room) = self.inside(room) {
                    accept(self.client.typing(&room).await, &CHANGING);
                }
            }
            Act::Join { room } => drop(self.join(room).await),
            Act::Leave { room } => self.leave(room).await,
            Act::Remove { member } => self.remove(member).await,
        }
    }

    /// One of the rooms in which one sits.
    fn inside(&self, any: usize) -> Option<String> {
        let inside = self.known.borrow().inside();
        inside.get(any % inside.len().max(1)).cloned()
    }

    /// The same; who was removed from all of them takes a seat first, where there is one.
    async fn seated(&mut self, any: usize) -> Option<String> {
        for haunt in 0..self.haunts.len() {
            if let Some(room) = self.inside(any) {
                return Some(room);
            }
            if self.join(haunt).await {
                let room = &self.haunts[haunt];
                let told = self.known.wait_for(|known| known.rooms.get(room).is_some_and(|heard| heard.is_inside));
                // Who was removed at once is not told of a seat any more.
                let _ = timeout(PATIENCE, told).await;
            }
        }
        self.inside(any)
    }

    fn draft(&self, room: &str) -> (Draft, Sent) {
        let body = format!("words of {} as the {}th, with an é and a 🦀", self.name, self.sent.len());
        let client_id = format!("{}-{}", self.name, self.sent.len());
        let draft = Draft::new(room, &body).client_id(&client_id);
        (draft, Sent { room: room.to_owned(), client_id, body, outcome: Outcome::Unknown })
    }

    async fn write(&mut self, room: &str, count: u32) {
        let first = self.sent.len();
        let mut calls = Vec::new();
        for _ in 0..count {
            let (draft, sent) = self.draft(room);
            self.sent.push(sent);
            let client = self.client.clone();
            calls.push(async move { client.send_draft(draft).await });
        }
        let answers = timeout(LONG, join_all(calls)).await.expect("answers in time");
        for (sent, answer) in self.sent[first..].iter_mut().zip(answers) {
            sent.outcome = match answer {
                Ok(event) => {
                    let EventKind::Message(message) = event.kind else { panic!("no message: {event:?}") };
                    assert_eq!(message.body.as_ref(), Some(&sent.body), "acknowledged as it was sent");
                    Outcome::Acknowledged(event.seq)
                }
                Err(Error::Problem(problem)) if problem.code == "not_a_member" => Outcome::Refused,
                Err(error) => {
                    accept(Err::<(), _>(error), &["not_a_member"]);
                    Outcome::Unknown
                }
            };
        }
        self.acknowledged.send_modify(|all| *all += count);
    }

    /// Sends a message and drops the call as soon as it has taken its place.
    async fn write_and_go(&mut self, room: &str) {
        let (draft, sent) = self.draft(room);
        self.sent.push(sent);
        let mut call = Box::pin(self.client.send_draft(draft));
        poll_fn(|cx| {
            assert!(call.poll_unpin(cx).is_pending(), "not answered within its first look");
            Poll::Ready(())
        })
        .await;
    }

    /// A message of one's own in a room in which one sits.
    fn own_message(&self, any: usize) -> Option<(String, u64)> {
        let known = self.known.borrow();
        let inside = known.inside();
        let own = self.sent.iter().filter_map(|sent| match &sent.outcome {
            Outcome::Acknowledged(seq) if inside.contains(&sent.room) => Some((sent.room.clone(), *seq)),
            _ => None,
        });
        let own: Vec<_> = own.collect();
        own.get(any % own.len().max(1)).cloned()
    }

    /// Anybody's message in a room in which one sits.
    fn any_message(&self, room: usize, any: usize) -> Option<(String, u64)> {
        let room = self.inside(room)?;
        let known = self.known.borrow();
        let replica = &known.rooms.get(&room)?.replica;
        let count = replica.messages().count();
        let (seq, _) = replica.messages().nth(any % count.max(1))?;
        Some((room, seq))
    }

    /// Whether there was a seat.
    async fn join(&mut self, any: usize) -> bool {
        let room = self.haunts[any % self.haunts.len()].clone();
        loop {
            // Each try may take a seat of its own: who was removed between two of them takes two.
            self.seats.ask(&room);
            match self.client.api().join(&room, ROOM_PASSWORD).await {
                Err(Error::Network(_)) => self.connected().await,
                Ok(joined) => {
                    if joined.already_member {
                        self.seats.take_back(&room);
                    }
                    return true;
                }
                refused => {
                    if refused.as_ref().is_err_and(|error| error.code() == Some("room_full")) {
                        self.seats.take_back(&room);
                    }
                    accept(refused, &["room_full"]);
                    return false;
                }
            }
        }
    }

    async fn leave(&mut self, any: usize) {
        let mut rooms = self.known.borrow().inside();
        if rooms.len() == 1 {
            return;
        }
        rooms.retain(|room| Some(room) != self.own_room.as_ref());
        let Some(room) = rooms.get(any % rooms.len().max(1)) else { return };
        loop {
            match self.client.api().leave(room).await {
                Err(Error::Network(_)) => self.connected().await,
                // Removed, or left by a call whose answer was lost.
                outcome => return accept(outcome, &["not_a_member"]),
            }
        }
    }

    async fn remove(&mut self, any: usize) {
        let Some(room) = self.own_room.clone() else { return };
        let member = {
            let known = self.known.borrow();
            let Some(heard) = known.rooms.get(&room) else { return };
            let others = heard.replica.members().map(|(user, _)| user).filter(|user| *user != self.name);
            let others: Vec<&str> = others.collect();
            let Some(member) = others.get(any % others.len().max(1)) else { return };
            (*member).to_owned()
        };
        loop {
            match self.client.api().remove_member(&room, &member).await {
                Err(Error::Network(_)) => self.connected().await,
                outcome => return accept(outcome, &["user_not_found"]),
            }
        }
    }

    /// Waits until there is a connection, as far as the application was told.
    async fn connected(&mut self) {
        let connected = timeout(LONG, self.known.wait_for(|known| known.is_connected)).await;
        assert!(connected.is_ok_and(|known| known.is_ok()), "{} does not come back", self.name);
    }

    /// The last words in each room: what was sent before over the connection is logged by then.
    pub(crate) async fn finish(&mut self) {
        let rooms = self.known.borrow().inside();
        for room in rooms {
            self.write(&room, 1).await;
        }
    }
}

/// What may be refused of what is done in a room: who does it was removed, or the message was deleted meanwhile.
const CHANGING: [&str; 2] = ["not_a_member", "message_not_found"];

/// Nothing but these refusals, and what a killed server leaves in doubt.
#[track_caller]
fn accept<T>(outcome: Result<T, Error>, refusals: &[&str]) {
    if let Err(error) = outcome {
        let code = error.code().unwrap_or_default();
        let is_expected = refusals.contains(&code) || ["store_unavailable", "overloaded"].contains(&code);
        assert!(is_expected, "{error:?}");
    }
}
