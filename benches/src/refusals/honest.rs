//! People who keep to their limits.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use chat_tests::Server;
use serde_json::json;
use tokio::time::{Instant, interval};

use super::http::{Connection, request};
use crate::{Failure, load::Load};

/// How many they are: each does little enough not to be limited.
const PEOPLE: u8 = 5;
/// How often one of them sends, one reads and one comes anew.
const PACE: Duration = Duration::from_millis(10);

/// Some people, each in a room and at an address of their own.
pub(super) struct Honest {
    server: SocketAddr,
    people: Vec<Person>,
}

struct Person {
    from: IpAddr,
    send: Vec<u8>,
    read: Vec<u8>,
}

/// How long they had to wait.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) send: Load,
    pub(super) read: Load,
    pub(super) newcomer: Load,
}

impl Times {
    pub(super) const NAMES: [&str; 3] = ["a send", "a read", "a read on a new connection"];

    /// All of them, in the order of [`NAMES`](Self::NAMES).
    pub(super) fn each(self) -> [(&'static str, Load); 3] {
        let [send, read, newcomer] = Self::NAMES;
        [(send, self.send), (read, self.read), (newcomer, self.newcomer)]
    }
}

impl Honest {
    pub(super) async fn on(server: &Server) -> Result<Self, Failure> {
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            let user = server.prime(&format!("honest-{number}")).await;
            let room = user.create_room("Tea").await;
            let body = json!({"roomId": room, "body": "x".repeat(120)}).to_string();
            people.push(Person {
                from: IpAddr::V4(Ipv4Addr::new(127, 0, 1, number + 1)),
                send: request("POST", "/api/messages", user.token(), &body),
                read: request("GET", &format!("/api/chatrooms/{room}/messages?limit=50"), user.token(), ""),
            });
        }
        Ok(Self { server: address(server)?, people })
    }

    /// Sends, reads and comes anew at an even pace for that long.
    pub(super) async fn measure(&self, span: Duration) -> Result<Times, Failure> {
        let (mut senders, mut readers) = (Vec::new(), Vec::new());
        for person in &self.people {
            senders.push(Connection::open(self.server, person.from).await?);
            readers.push(Connection::open(self.server, person.from).await?);
        }
        let mut senders = self.people.iter().zip(&mut senders).collect::<Vec<_>>();
        let mut readers = self.people.iter().zip(&mut readers).collect::<Vec<_>>();
        let send = paced(span, async |turn| {
            let count = senders.len();
            let (person, connection) = senders.get_mut(turn % count).ok_or("nobody is there")?;
            answered(connection.ask(&person.send).await?, 201)
        });
        let read = paced(span, async |turn| {
            let count = readers.len();
            let (person, connection) = readers.get_mut(turn % count).ok_or("nobody is there")?;
            answered(connection.ask(&person.read).await?, 200)
        });
        let newcomer = paced(span, async |turn| {
            let person = self.people.get(turn % self.people.len()).ok_or("nobody is there")?;
            answered(Connection::open(self.server, person.from).await?.ask(&person.read).await?, 200)
        });
        let (send, read, newcomer) = tokio::join!(send, read, newcomer);
        Ok(Times { send: send?, read: read?, newcomer: newcomer? })
    }
}

fn answered(status: u16, expected: u16) -> Result<(), Failure> {
    if status == expected { Ok(()) } else { Err(format!("who keeps to the limits was answered {status}").into()) }
}

/// Does something at an even pace for that long. Each time counts from when it was due, so that what waits behind one
/// that takes long counts, too.
async fn paced(span: Duration, mut step: impl AsyncFnMut(usize) -> Result<(), Failure>) -> Result<Load, Failure> {
    let (mut pace, mut steps, begun) = (interval(PACE), Vec::new(), Instant::now());
    while begun.elapsed() < span {
        let due = pace.tick().await;
        step(steps.len()).await?;
        steps.push(due.elapsed());
    }
    Ok(Load::of(steps.len(), begun.elapsed(), steps))
}

/// Where the server listens.
pub(super) fn address(server: &Server) -> Result<SocketAddr, Failure> {
    Ok(server.base().trim_start_matches("http://").parse()?)
}
