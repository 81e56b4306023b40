//! The people and rooms of one test, which live on over its cycles.

use std::collections::BTreeMap;
use std::sync::Arc;

use chat_tests::{Server, Socket};
use futures_util::future::join_all;
use http::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::command::{Clients, Invite, OPERATOR, OWNER, What};
use crate::load::Load;
use crate::person::{Friendship, Person};
use crate::progress::Progress;
use chat_tests::chance::Chance;

/// Who write by WebSocket, beside the owner.
const WRITERS: [&str; 3] = ["walter", "wanda", "wilma"];
/// Who become friends, or not.
pub(crate) const FRIENDS: [&str; 2] = ["fay", "fred"];
const GUESTS: [&str; 4] = ["gail", "gary", "gina", "gus"];
const PRIME_GUESTS: [&str; 2] = ["pam", "paul"];

/// Enough for a room a cycle.
const COINS: i64 = 1_000_000;
/// How many rooms guests come and go through; an older one is left as it is.
const DOORS: usize = 4;
/// So few that guests find a room full.
const SEATS: i64 = 4;

pub(crate) struct Party {
    pub(crate) clients: Arc<Clients>,
    pub(crate) people: Vec<Person>,
    /// In which the owner, the writers and the friends sit all the time.
    pub(crate) hall: String,
    pub(crate) doors: Vec<String>,
    /// The events of each room that were checked.
    pub(crate) logs: BTreeMap<String, Vec<Value>>,
    /// What connections were told in the cycle.
    pub(crate) told: Vec<Value>,
}

/// A load that goes on.
pub(crate) struct Running {
    writers: Vec<JoinHandle<(Person, Vec<Value>)>>,
    others: Vec<JoinHandle<Person>>,
}

impl Party {
    pub(crate) async fn gather(server: &Server) -> Self {
        let mut clients = BTreeMap::from([(OPERATOR.to_owned(), server.admin())]);
        let mut people = Vec::new();
        for name in [OWNER].into_iter().chain(WRITERS).chain(FRIENDS).chain(GUESTS).chain(PRIME_GUESTS) {
            let is_prime = name == OWNER || PRIME_GUESTS.contains(&name);
            let client = server.register_with_coins(name, COINS).await;
            if is_prime {
                server.make_prime(name, true).await;
            }
            clients.insert(name.to_owned(), client);
            people.push(Person::new(name, is_prime));
        }
        let hall = clients[OWNER].create_room("Hall").await;
        for person in &mut people {
            let is_here = WRITERS.iter().chain(&FRIENDS).any(|name| *name == person.name);
            if is_here {
                clients[&person.name].join(&hall).await;
            }
            if is_here || person.name == OWNER {
                person.seats.entry(hall.clone()).or_default().joined += 1;
            }
        }
        let clients = Arc::new(Clients(clients));
        Self { clients, people, hall, doors: Vec::new(), logs: BTreeMap::new(), told: Vec::new() }
    }

    /// The rooms in which something happens.
    pub(crate) fn rooms(&self) -> Vec<String> {
        [&self.hall].into_iter().chain(self.open_doors()).cloned().collect()
    }

    fn open_doors(&self) -> &[String] {
        &self.doors[self.doors.len().saturating_sub(DOORS)..]
    }

    pub(crate) fn person(&self, name: &str) -> &Person {
        self.people.iter().find(|person| person.name == name).expect("one of the people")
    }

    /// One more room, in which nobody but its owner has been.
    pub(crate) async fn open_a_door(&mut self) {
        let body = json!({"name": "Door", "password": chat_tests::ROOM_PASSWORD, "capacity": SEATS});
        let room = self.clients.of(OWNER).post("/api/chatrooms", body).await.is(201);
        let room = room["roomId"].as_str().expect("a room has an id").to_owned();
        let owner = self.people.iter_mut().find(|person| person.name == OWNER).expect("the owner");
        owner.seats.entry(room.clone()).or_default().joined += 1;
        self.doors.push(room);
    }

    /// Everybody begins.
    pub(crate) async fn begin(&mut self, server: &Server, progress: &Arc<Progress>, chance: &mut Chance) -> Running {
        progress.begin();
        let doors = self.open_doors().to_vec();
        let (mut writers, mut others) = (Vec::new(), Vec::new());
        let mut sockets = BTreeMap::new();
        for name in [OWNER].into_iter().chain(WRITERS) {
            sockets.insert(name.to_owned(), Socket::open(server, self.clients.of(name)).await);
        }
        for person in std::mem::take(&mut self.people) {
            let load =
                Load { clients: Arc::clone(&self.clients), progress: Arc::clone(progress), chance: chance.fork() };
            if let Some(socket) = sockets.remove(&person.name) {
                let mut rooms = vec![self.hall.clone()];
                if person.name == OWNER {
                    rooms.extend(doors.iter().cloned());
                }
                writers.push(tokio::spawn(load.write(person, socket, rooms)));
            } else if person.name == FRIENDS[0] {
                others.push(tokio::spawn(load.befriend(person, FRIENDS[1].to_owned())));
            } else if person.name == FRIENDS[1] {
                self.people.push(person);
            } else {
                others.push(tokio::spawn(load.visit(person, doors.clone())));
            }
        }
        Running { writers, others }
    }

    /// Waits until everybody has come to an end.
    pub(crate) async fn end(&mut self, running: Running) {
        self.told.clear();
        for ended in join_all(running.writers).await {
            let (person, told) = ended.expect("a writer does not panic");
            self.people.push(person);
            self.told.extend(told);
        }
        for ended in join_all(running.others).await {
            self.people.push(ended.expect("nobody panics"));
        }
    }

    /// Repeats what was left in doubt, now that all is well; whether there was any.
    pub(crate) async fn settle(&mut self) -> bool {
        let mut any = false;
        for person in &mut self.people {
            person.lost = false;
            for command in std::mem::take(&mut person.doubts) {
                any = true;
                if let What::Invite { room, user } = &command.what {
                    // An invite has no key. Whether it was made, its room's list says; its token nobody knows.
                    for id in invites_for(&self.clients, room, user).await {
                        let known = person.invites.entry(room.clone()).or_default();
                        if known.iter().all(|(invite, _)| invite.id != id) {
                            known.push((Invite { id, token: None }, false));
                        }
                    }
                    continue;
                }
                let answer = self.clients.of(&command.by).send(command.request(&self.clients)).await;
                person.learn_repeated(&command, answer.status, &answer.json);
            }
            // The id of a request whose first answer was lost came with the repetition.
            assert_ne!(person.friendship, Friendship::Requested(None));
        }
        any
    }
}

async fn invites_for(clients: &Clients, room: &str, user: &str) -> Vec<String> {
    let path = format!("/api/chatrooms/{room}/invites");
    let owner = clients.of(OWNER);
    let list = owner.send(owner.request(Method::GET, &path)).await.is(200);
    let list = list["invites"].as_array().expect("a list").iter().filter(|invite| invite["userId"] == user);
    list.map(|invite| invite["inviteId"].as_str().expect("an id").to_owned()).collect()
}
