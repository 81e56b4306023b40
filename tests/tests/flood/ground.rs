//! A server, and people on it who are served whatever others do.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use chat_tests::{Client, PASSWORD, PATIENCE, Server, Socket};
use serde_json::json;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};

const MIB: u64 = 1_024;
/// What a flood may cost, far below what it would send or ask for.
pub(crate) const MEMORY: u64 = 96 * MIB;
/// What an open connection may cost, in KiB, in a build that is not optimized.
const OF_A_CONNECTION: u64 = 24;
/// How often the others are looked at: below what a user may send for two minutes.
const PACE: Duration = Duration::from_millis(100);
/// From where they come: none of the addresses of [`addresses`].
const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
/// What the process has open beside the sockets of a flood.
const BESIDE: u64 = 500;

/// Alice and Bob share a room on a server of their own.
pub(crate) struct Ground {
    pub(crate) server: Server,
    pub(crate) alice: Client,
    pub(crate) room: String,
    before: u64,
}

/// What those who are not part of the flood have got done.
pub(crate) struct Served(watch::Receiver<usize>);

impl Served {
    /// Waits until they have begun and done that much more: each time to read, to write and to be heard.
    ///
    /// # Panics
    /// When they are not served.
    pub(crate) async fn rounds(&mut self, more: usize) {
        // One may have begun before.
        let until = *self.0.borrow() + more + 1;
        let waiting = timeout(2 * PATIENCE, self.0.wait_for(|done| until <= *done));
        let done = waiting.await.expect("others are served in time");
        drop(done.expect("others are served"));
    }
}

impl Ground {
    pub(crate) async fn with(flags: &[&str]) -> Self {
        Self::on(Server::with(flags).await).await
    }

    pub(crate) async fn on(server: Server) -> Self {
        let alice = server.prime("alice").await.from_address(ELSEWHERE);
        let room = alice.create_room("Tea").await;
        let before = server.memory_kib();
        Self { server, alice, room, before }
    }

    /// Somebody comes on a connection of their own, signs in and looks.
    pub(crate) async fn newcomer(&self) {
        let nobody = self.server.nobody().from_address(ELSEWHERE);
        let login = json!({"userId": "alice", "deviceId": "another", "password": PASSWORD});
        nobody.signed_in(&nobody.post("/api/login", login).await.is(200)).me().await;
    }

    /// What the flood comes to. While it lasts, Alice reads and writes, and Bob hears her; and again when it is over. None
    /// of it may have cost more memory than that at any time, nor been answered as an error of the server's.
    pub(crate) async fn under<T>(&self, memory: u64, flood: impl AsyncFnOnce(&mut Served) -> T) -> T {
        let bob = self.server.register("bob").await;
        bob.join(&self.room).await;
        let mut socket = Socket::open(&self.server, &bob).await;
        let (tell, told) = watch::channel(0);
        let (alice, room) = (self.alice.clone(), self.room.clone());
        let others = tokio::spawn(async move {
            let mut pace = interval(PACE);
            pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for round in 1.. {
                pace.tick().await;
                let body = format!("round {round}");
                alice.me().await;
                alice.write(&room, &body).await;
                socket.message(&room, &body).await;
                if tell.send(round).is_err() {
                    return round;
                }
            }
            unreachable!("the flood ends before numbers do")
        });
        let mut served = Served(told);
        let outcome = flood(&mut served).await;
        let meanwhile = *served.0.borrow();
        drop(served);
        let rounds = others.await.expect("others are served");
        assert!(0 < meanwhile && meanwhile < rounds, "others were served {meanwhile} times meanwhile, {rounds} in all");
        let peak = self.server.peak_memory_kib();
        println!("{} KiB before, {peak} KiB at most; others were served {meanwhile} times meanwhile", self.before);
        assert!(peak < self.before + memory, "{} KiB before, {peak} KiB at most", self.before);
        let log = self.server.log();
        assert!(!log.contains("ERROR") && !log.contains("panicked"), "{log}");
        outcome
    }
}

/// So many addresses of this machine.
pub(crate) fn addresses(count: usize) -> Vec<IpAddr> {
    let address = |number: usize| {
        let [.., high, low] = u32::try_from(number).expect("few").to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(127, 1, high, low))
    };
    (1..=count).map(address).collect()
}

/// What so many open connections may cost.
pub(crate) fn memory_of(connections: usize) -> u64 {
    MEMORY / 3 + OF_A_CONNECTION * connections as u64
}

/// As many of these sockets as this process, and a server that it starts, may have open.
///
/// # Panics
/// When that is next to nothing.
pub(crate) fn at_once(sockets: usize) -> usize {
    let wanted = sockets as u64 + BESIDE;
    let allowed = rlimit::increase_nofile_limit(wanted).expect("a limit of open files");
    let sockets = usize::try_from(wanted.min(allowed) - BESIDE).expect("few");
    assert!(1_000 <= sockets, "this machine allows no more than {allowed} open files");
    if allowed < wanted {
        println!("this machine allows {allowed} open files: {sockets} sockets");
    }
    sockets
}
