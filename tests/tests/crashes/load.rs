//! Those who load the server: each asks one command after another, until the end or until they cannot know what became of
//! one.

use std::collections::VecDeque;
use std::sync::Arc;

use chat_tests::Socket;
use serde_json::{Value, json};

use crate::command::{Clients, Command, Invite, OPERATOR, OWNER, Outcome, What, message};
use crate::person::{Friendship, Person};
use crate::progress::Progress;
use chat_tests::chance::Chance;

/// How many messages one sender has on the way.
const IN_FLIGHT: usize = 4;

/// What everybody needs.
pub(crate) struct Load {
    pub(crate) clients: Arc<Clients>,
    pub(crate) progress: Arc<Progress>,
    pub(crate) chance: Chance,
}

impl Load {
    /// Asks by REST; whether to go on.
    async fn ask(&self, person: &mut Person, by: &str, what: What) -> bool {
        let command = Command::new(by, what);
        self.progress.asked();
        let outcome = command.ask(&self.clients).await;
        let is_definite = outcome.is_definite();
        if is_definite {
            self.progress.answered();
        }
        person.learn(command, outcome);
        is_definite
    }

    /// Writes by WebSocket into these rooms, several messages at once, and answers all that the connection was told.
    pub(crate) async fn write(
        mut self,
        mut person: Person,
        mut socket: Socket,
        rooms: Vec<String>,
    ) -> (Person, Vec<Value>) {
        let mut on_the_way = VecDeque::new();
        let mut goes_on = true;
        loop {
            while goes_on && on_the_way.len() < IN_FLIGHT && !self.progress.is_stopped() {
                let room = self.chance.one_of(&rooms).expect("a writer has a room");
                let client_id = person.fresh_key();
                let mut frame = message(&room, &client_id);
                frame["type"] = json!("send");
                let id = socket.try_begin(frame).await;
                self.progress.asked();
                goes_on &= id.is_some();
                on_the_way.push_back((id, Command::new(&person.name, What::Send { room, client_id })));
            }
            let Some((id, command)) = on_the_way.pop_front() else { break };
            let reply = match id {
                Some(id) => socket.try_reply(id).await,
                None => None,
            };
            let outcome = reply.map_or(Outcome::Lost, |reply| Outcome::of_reply(&reply));
            goes_on &= outcome.is_definite();
            if outcome.is_definite() {
                self.progress.answered();
            }
            person.learn(command, outcome);
        }
        let told = socket.told().cloned().collect();
        (person, told)
    }

    /// Comes and goes, writes and is given coins, by REST.
    pub(crate) async fn visit(mut self, mut person: Person, doors: Vec<String>) -> Person {
        let name = person.name.clone();
        let mut goes_on = true;
        while goes_on && !self.progress.is_stopped() {
            let (inside, outside): (Vec<_>, Vec<_>) =
                doors.iter().cloned().partition(|room| person.seat(room).is_taken());
            let (inside, outside) = (self.chance.one_of(&inside), self.chance.one_of(&outside));
            goes_on = match (self.chance.within(0..10), inside, outside) {
                (0..4, _, Some(room)) if person.is_prime => match unused(&person, &room) {
                    Some(invite) => self.ask(&mut person, &name, What::Join { room, invite: Some(invite) }).await,
                    None => self.ask(&mut person, OWNER, What::Invite { room, user: name.clone() }).await,
                },
                (0..4, _, Some(room)) => self.ask(&mut person, &name, What::Join { room, invite: None }).await,
                (4..6, Some(room), _) => self.ask(&mut person, &name, What::Leave { room }).await,
                (6..8, Some(room), _) => {
                    let client_id = person.fresh_key();
                    self.ask(&mut person, &name, What::Send { room, client_id }).await
                }
                _ => {
                    let key = person.fresh_key();
                    self.ask(&mut person, OPERATOR, What::Grant { user: name.clone(), key }).await
                }
            };
        }
        person
    }

    /// Makes friends with one user, and ends it, also by blocking them, again and again, by REST.
    pub(crate) async fn befriend(mut self, mut person: Person, friend: String) -> Person {
        let name = person.name.clone();
        let mut goes_on = true;
        while goes_on && !self.progress.is_stopped() {
            let choice = self.chance.within(0..4);
            let (by, what) = match (&person.friendship, choice) {
                (Friendship::Blocked, _) => (&name, What::Unblock { user: friend.clone() }),
                (_, 3) => (&name, What::Block { user: friend.clone() }),
                (Friendship::None, _) => (&name, What::Befriend { user: friend.clone() }),
                (Friendship::Requested(_), 0) => (&friend, What::Befriend { user: name.clone() }),
                (Friendship::Requested(request), choice) => {
                    let request = request.clone().expect("no doubts at the beginning");
                    if choice == 1 { (&friend, What::Accept { request }) } else { (&name, What::Withdraw { request }) }
                }
                (Friendship::Friends, 0) => (&friend, What::Unfriend { user: name.clone() }),
                (Friendship::Friends, _) => (&name, What::Unfriend { user: friend.clone() }),
            };
            goes_on = self.ask(&mut person, by, what).await;
        }
        person
    }
}

/// An invite that this user can still use.
fn unused(person: &Person, room: &str) -> Option<Invite> {
    let mut invites = person.invites.get(room)?.iter();
    invites.find(|(invite, used)| !used && invite.token.is_some()).map(|(invite, _)| invite.clone())
}
