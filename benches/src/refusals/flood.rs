//! The floods.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chat_tests::{PASSWORD, Server};
use serde_json::json;
use tokio::{
    sync::Barrier,
    task::JoinSet,
    time::{Instant, interval, sleep},
};

use super::{
    honest::address,
    http::{Connection, request},
};
use crate::{Failure, load::Load, options::Scale};

/// What some do who do not keep to the limits, or keep connections for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flood {
    /// 200 connections that send a byte of a head each second.
    Slow,
    /// Connections that sent part of a handshake.
    HalfOpen,
    /// Logins of one address, a thousand at once in each second.
    LoginsOfOne,
    /// The same from ten addresses, which may sign in so often.
    LoginsOfTen,
    /// Sends of a user who is over their limit, on eight connections.
    Sends,
}

const SLOW: usize = 200;
const SENDERS: usize = 8;
const PART_OF_A_HANDSHAKE: &[u8] =
    b"GET /api/ws HTTP/1.1\r\nHost: chat\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13";

impl Flood {
    pub(super) const ALL: [Self; 5] = [Self::Slow, Self::HalfOpen, Self::LoginsOfOne, Self::LoginsOfTen, Self::Sends];

    /// Whether it is answered by refusals.
    pub(super) const fn is_refused(self) -> bool {
        matches!(self, Self::LoginsOfOne | Self::LoginsOfTen | Self::Sends)
    }
}

impl fmt::Display for Flood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Slow => "200 slow connections",
            Self::HalfOpen => "half-open handshakes",
            Self::LoginsOfOne => "logins of one address",
            Self::LoginsOfTen => "logins of ten addresses",
            Self::Sends => "sends of a limited user",
        })
    }
}

/// One that goes on until it is ended.
pub(super) struct Running {
    begun: Instant,
    tasks: JoinSet<Result<(), Failure>>,
    held: Vec<Connection>,
    refused: Refused,
}

/// How long each refusal took.
#[derive(Clone, Default)]
struct Refused(Arc<Mutex<Vec<Duration>>>);

impl Refused {
    fn is_empty(&self) -> bool {
        self.taken().is_empty()
    }

    fn taken(&self) -> MutexGuard<'_, Vec<Duration>> {
        // Whatever a panic left is what was taken.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of an answer. None of a flood may be a 500.
    fn note(&self, status: u16, taken: Duration) -> Result<(), Failure> {
        match status {
            200 | 201 => Ok(()),
            429 | 503 => {
                self.taken().push(taken);
                Ok(())
            }
            other => Err(format!("a flood was answered {other}").into()),
        }
    }
}

impl Running {
    /// Begins it; it is at its full size then.
    pub(super) async fn begin(flood: Flood, server: &Server, scale: Scale) -> Result<Self, Failure> {
        let (connections, logins) = scale.flood();
        let to = address(server)?;
        let (tasks, held, refused) = (JoinSet::new(), Vec::new(), Refused::default());
        let mut running = Self { begun: Instant::now(), tasks, held, refused };
        match flood {
            Flood::Slow => running.slow(to).await?,
            Flood::HalfOpen => running.half_open(to, connections).await?,
            Flood::LoginsOfOne => running.logins(server, to, logins, 1).await?,
            Flood::LoginsOfTen => running.logins(server, to, logins, 10).await?,
            Flood::Sends => running.sends(server, to).await?,
        }
        running.begun = Instant::now();
        Ok(running)
    }

    /// Ends it. What it was refused is counted from when it had begun.
    pub(super) async fn end(mut self) -> Result<Option<Load>, Failure> {
        let within = self.begun.elapsed();
        // One that has ended by itself has failed.
        if let Some(ended) = self.tasks.try_join_next() {
            return Err(ended?.err().unwrap_or_else(|| "a flood has run dry".into()));
        }
        self.tasks.shutdown().await;
        drop(self.held);
        let steps = std::mem::take(&mut *self.refused.taken());
        Ok((!steps.is_empty()).then(|| Load::of(steps.len(), within, steps)))
    }

    async fn slow(&mut self, to: SocketAddr) -> Result<(), Failure> {
        for _ in 0..SLOW {
            let mut connection = begin_slowly(to).await?;
            self.tasks.spawn(async move {
                loop {
                    sleep(Duration::from_secs(1)).await;
                    if connection.say(b"x").await.is_err() {
                        connection = begin_slowly(to).await?;
                    }
                }
            });
        }
        Ok(())
    }

    async fn half_open(&mut self, to: SocketAddr, connections: usize) -> Result<(), Failure> {
        for number in 0..connections {
            let mut connection = Connection::open(to, from(number / 100)).await?;
            connection.say(PART_OF_A_HANDSHAKE).await?;
            self.held.push(connection);
        }
        // Who comes now is answered once those before have been taken.
        match Connection::open(to, from(connections)).await?.ask(&request("GET", "/healthz", "", "")).await? {
            200 => Ok(()),
            other => Err(format!("who comes after a flood was answered {other}").into()),
        }
    }

    async fn logins(
        &mut self,
        server: &Server,
        to: SocketAddr,
        logins: usize,
        addresses: usize,
    ) -> Result<(), Failure> {
        server.register("target").await;
        let refused = self.refused.clone();
        self.tasks.spawn(async move {
            let (mut second, mut logged_in) = (interval(Duration::from_secs(1)), JoinSet::new());
            loop {
                second.tick().await;
                wave(to, logins, addresses, &refused, &mut logged_in).await?;
                while let Some(done) = logged_in.try_join_next() {
                    done??;
                }
            }
        });
        while self.refused.is_empty() {
            sleep(Duration::from_millis(1)).await;
        }
        Ok(())
    }

    async fn sends(&mut self, server: &Server, to: SocketAddr) -> Result<(), Failure> {
        let dora = server.prime("dora").await;
        let body = json!({"roomId": dora.create_room("Tea").await, "body": "x".repeat(120)}).to_string();
        let send = request("POST", "/api/messages", dora.token(), &body);
        let mut connection = Connection::open(to, from(0)).await?;
        while connection.ask(&send).await? != 429 {}
        for _ in 0..SENDERS {
            let (mut connection, send) = (Connection::open(to, from(0)).await?, send.clone());
            let refused = self.refused.clone();
            self.tasks.spawn(async move {
                loop {
                    let begun = Instant::now();
                    refused.note(connection.ask(&send).await?, begun.elapsed())?;
                }
            });
        }
        Ok(())
    }
}

async fn begin_slowly(to: SocketAddr) -> Result<Connection, Failure> {
    let mut connection = Connection::open(to, from(0)).await?;
    connection.say(b"GET /healthz HTTP/1.1\r\nHost: chat\r\nX-Slow: ").await?;
    Ok(connection)
}

/// So many who connect, and then all log in at the same moment, each on a device of their own.
async fn wave(
    to: SocketAddr,
    logins: usize,
    addresses: usize,
    refused: &Refused,
    logged_in: &mut JoinSet<Result<(), Failure>>,
) -> Result<(), Failure> {
    let start = Arc::new(Barrier::new(logins));
    for number in 0..logins {
        let mut connection = Connection::open(to, from(number % addresses)).await?;
        let body =
            json!({"userId": "target", "deviceId": format!("device-{number}"), "password": PASSWORD}).to_string();
        let login = request("POST", "/api/login", "", &body);
        let (start, refused) = (Arc::clone(&start), refused.clone());
        logged_in.spawn(async move {
            start.wait().await;
            let begun = Instant::now();
            // Who was refused at once has an answer, and cannot be written to any more.
            let _ = connection.say(&login).await;
            refused.note(connection.status().await?, begun.elapsed())
        });
    }
    Ok(())
}

/// Addresses of this machine of which nobody else makes use.
fn from(number: usize) -> IpAddr {
    let [.., high, low] = number.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(127, 1, high, low))
}
