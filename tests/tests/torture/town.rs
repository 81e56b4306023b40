//! The users, their rooms, and the server behind its proxy.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chat_client::{Api, Begin, Client, Event, Options};
use chat_tests::chance::Chance;
use chat_tests::proxy::Proxy;
use chat_tests::{PASSWORD, Server, StoreKind};
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::chaos::Chaos;
use crate::person::{LONG, Person};
use crate::plan::{ROOMS, USERS, haunts, plan, rooms_of};
use crate::verdict;
use crate::witness::{Known, Seats, watch_over};

/// Enough for all rooms.
const COINS: i64 = 1_000_000;
/// Tokens end so soon that each client refreshes its own, on living connections and off.
const FLAGS: [&str; 2] = ["--access-ttl", "10s"];
/// Every so many users one reads slowly.
const SLOW: usize = 10;

pub(crate) struct Town {
    server: Server,
    proxy: Proxy,
    chaos: Arc<Chaos>,
    chance: Chance,
    rooms: Vec<String>,
    people: Vec<Person>,
    witnesses: Vec<JoinHandle<()>>,
    acknowledged: watch::Sender<u32>,
}

/// The name of a user.
fn name(user: usize) -> String {
    format!("user{user}")
}

fn host(server: &Server) -> &str {
    server.base().strip_prefix("http://").expect("the scheme that the server names")
}

impl Town {
    /// Everybody is connected and sits in their rooms; `None` where there is no such store.
    pub(crate) async fn gather(kind: StoreKind) -> Option<Self> {
        let mut chance = Chance::seeded();
        let server = Server::logging(kind, "warn", &FLAGS).await?;
        let chaos = Chaos::asleep(chance.fork());
        let serving = Arc::clone(&chaos);
        let proxy = Proxy::before(host(&server), move |passage| Arc::clone(&serving).serve(passage)).await;
        let mut rooms = Vec::new();
        for user in 0..USERS {
            let client = server.register_with_coins(&name(user), COINS).await;
            if user < ROOMS {
                server.make_prime(&name(user), true).await;
                rooms.push(client.create_room(&format!("Room {user}")).await);
            }
        }
        for user in 0..USERS {
            for room in rooms_of(user).into_iter().filter(|room| *room != user) {
                // Each call by itself is quicker than a token ends, however slow the machine is.
                server.login(&name(user), "setup").await.join(&rooms[room]).await;
            }
        }
        let acknowledged = watch::Sender::new(0);
        let mut town = Self { server, proxy, chaos, chance, rooms, people: vec![], witnesses: vec![], acknowledged };
        for user in 0..USERS {
            town.connect(user).await;
        }
        Some(town)
    }

    async fn connect(&mut self, user: usize) {
        let base = format!("http://{}", self.proxy.address());
        let (api, _) = Api::login(&base, &name(user), "bot", PASSWORD).await.expect("a sign-in");
        let is_slow = user.is_multiple_of(SLOW);
        let options = Options::default()
            .begin(Begin::FromStart)
            .backoff(Duration::from_millis(10), Duration::from_millis(150))
            .waiting_updates(if is_slow { 4 } else { 64 });
        let (client, updates) = Client::connect(api, options);
        let (tell, known) = watch::channel(Known::default());
        let seats = Seats::default();
        rooms_of(user).into_iter().for_each(|room| seats.ask(&self.rooms[room]));
        self.witnesses.push(tokio::spawn(watch_over(name(user), seats.clone(), updates, is_slow, tell)));
        self.people.push(Person {
            name: name(user),
            client,
            known,
            seats,
            haunts: haunts(user).map(|room| self.rooms[room].clone()).to_vec(),
            own_room: self.rooms.get(user).cloned(),
            sent: Vec::new(),
            acknowledged: self.acknowledged.clone(),
        });
    }

    /// Everybody follows their plan, while connections and the server meet their fate.
    pub(crate) async fn run(&mut self, messages: u32, kills: u32) {
        let each = messages.div_ceil(u32::try_from(USERS).expect("few"));
        self.chaos.let_loose();
        let plans = self.chance.fork();
        let mut running = Vec::new();
        for (user, mut person) in self.people.drain(..).enumerate() {
            let plan = plan(&mut plans.numbered(user as u64), user, each);
            running.push(tokio::spawn(async move {
                person.follow(plan).await;
                person
            }));
        }
        // Not all messages are waited for.
        let stretch = messages / 10 * 9 / (kills + 1);
        for kill in 1..=kills {
            let at = stretch * kill - self.chance.within(0..stretch / 4 + 1);
            let mut acknowledged = self.acknowledged.subscribe();
            let reached = timeout(LONG, acknowledged.wait_for(|count| at <= *count)).await;
            assert!(reached.is_ok(), "the load does not come to {at} messages");
            self.nobody_complains();
            self.server.kill();
            self.server.restart().await;
            self.proxy.lead_to(host(&self.server));
        }
        for ended in join_all(running).await {
            self.people.push(ended.expect("a user does not panic"));
        }
        self.chaos.calm();
        self.nobody_complains();
    }

    /// A witness ends with the connection, or by a panic that says what was wrong.
    fn nobody_complains(&self) {
        let is_watched = self.witnesses.iter().all(|witness| !witness.is_finished());
        assert!(is_watched, "somebody was told what they may not be, or is disconnected");
    }

    /// The log of a room, as its owner reads it: with a token of its own for each page, since the whole may take longer than
    /// one lasts.
    async fn whole_log(&self, user: usize, room: &str) -> Vec<Event> {
        let mut log: Vec<Event> = Vec::new();
        loop {
            let owner = self.server.login(&name(user), "judge").await;
            let page = owner.page(room, &format!("after={}&limit=200", log.len())).await;
            let events = page["events"].as_array().expect("a page has events");
            log.extend(events.iter().map(|event| serde_json::from_value(event.clone()).expect("an event")));
            if page["hasMore"] == false {
                assert_eq!(page["lastSeq"], log.len(), "the last number is that of the last event");
                return log;
            }
        }
    }

    /// Waits until everybody has heard everything, and holds what each was told against the log.
    pub(crate) async fn judge(mut self) -> String {
        join_all(self.people.iter_mut().map(Person::finish)).await;
        let mut logs = Vec::new();
        for (user, room) in self.rooms.iter().enumerate() {
            let owner = self.server.login(&name(user), "judge").await;
            let members = owner.get(&format!("/api/chatrooms/{room}/members")).await.is(200);
            let members: BTreeSet<String> = members["members"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|member| member["userId"].as_str().expect("an id").to_owned())
                .collect();
            logs.push(verdict::Log::new(room, self.whole_log(user, room).await, members));
        }
        for person in &mut self.people {
            for log in &logs {
                let is_member = log.members.contains(&person.name);
                let has_heard = |known: &Known| match is_member {
                    true => log.last() <= known.last(&log.room),
                    false => known.rooms.get(&log.room).is_none_or(|heard| !heard.is_inside),
                };
                let heard = timeout(LONG, person.known.wait_for(has_heard)).await;
                assert!(heard.is_ok_and(|known| known.is_ok()), "{} does not hear all of {}", person.name, log.room);
            }
        }
        let connections: u32 = self.people.iter().map(|person| person.known.borrow().connections).sum();
        for log in &logs {
            log.check(&self.people);
        }
        let written: usize = logs.iter().map(verdict::Log::messages).sum();
        let events: u64 = logs.iter().map(verdict::Log::last).sum();
        for person in &self.people {
            person.client.close();
        }
        for witness in self.witnesses.drain(..) {
            witness.await.expect("nobody was told what they may not be");
        }
        format!("{written} messages among {events} events, {connections} connections made; {}", self.chaos.told())
    }
}
