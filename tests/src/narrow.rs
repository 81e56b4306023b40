//! A way to the server on which what it says comes at a pace of its own.

use std::{
    fs,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket},
    sync::watch,
    task::JoinHandle,
    time::{MissedTickBehavior, interval},
};

use crate::PATIENCE;

/// It carries one connection.
pub struct Narrow {
    base: String,
    pace: watch::Sender<Option<usize>>,
    /// The server's end, and ours of the connection to it.
    ends: Arc<OnceLock<[SocketAddr; 2]>>,
    carrying: JoinHandle<()>,
}

/// How often a portion is let through.
const TICK: Duration = Duration::from_millis(50);
const TICKS_A_SECOND: usize = 20;
/// What waits on the way at most, beside what the server's own system holds back.
const BUFFER: u32 = 8 * 1024;

impl Narrow {
    /// A way for one connection to the server at `base`, on which so many bytes a second are let through; `None`: as they
    /// come.
    ///
    /// # Panics
    /// When this machine has no port for it.
    pub async fn to(base: &str, pace: Option<usize>) -> Self {
        let server: SocketAddr = base.strip_prefix("http://").expect("a base").parse().expect("an address");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let near = listener.local_addr().expect("an address");
        let (pace, told) = watch::channel(pace);
        let ends = Arc::default();
        let carrying = tokio::spawn(carry(listener, server, told, Arc::clone(&ends)));
        Self { base: format!("http://{near}"), pace, ends, carrying }
    }

    /// Its near end, `http://127.0.0.1:PORT`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Lets so many bytes a second through from here on; `None`: as they come.
    pub fn set(&self, pace: Option<usize>) {
        self.pace.send_replace(pace);
    }

    /// Waits until the server has given the connection up, whatever of it is still on the way.
    ///
    /// # Panics
    /// When it does not.
    pub async fn given_up(&self) {
        let (begun, mut ticks) = (Instant::now(), interval(TICK));
        while self.is_established() {
            assert!(begun.elapsed() < PATIENCE, "the server still holds on to it");
            ticks.tick().await;
        }
    }

    /// Whether the server's end is open (`/proc/net/tcp`: state 01).
    fn is_established(&self) -> bool {
        let port = |end: &SocketAddr| format!("0100007F:{:04X}", end.port());
        let [server, ours] = self.ends.get().expect("it is connected").each_ref().map(port);
        let table = fs::read_to_string("/proc/net/tcp").expect("this system's connections");
        table.lines().any(|line| line.contains(&format!(" {server} {ours} 01 ")))
    }
}

impl Drop for Narrow {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

async fn carry(
    listener: TcpListener,
    server: SocketAddr,
    mut pace: watch::Receiver<Option<usize>>,
    ends: Arc<OnceLock<[SocketAddr; 2]>>,
) {
    let (client, _) = listener.accept().await.expect("a client");
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(BUFFER).expect("a small one");
    let server = socket.connect(server).await.expect("the server");
    let ours = server.local_addr().expect("an address");
    ends.set([server.peer_addr().expect("an address"), ours]).expect("it carries one connection");
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    // Either way ends with the connection, which is what its client is to find.
    let there = async { tokio::io::copy(&mut from_client, &mut to_server).await.map(drop) };
    let back = async {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut portion = vec![0; 64 * 1024];
        loop {
            let now = *pace.borrow_and_update();
            let most = match now {
                None => portion.len(),
                Some(bytes) => {
                    tokio::select! {
                        _ = ticks.tick() => {}
                        _ = pace.changed() => continue,
                    }
                    bytes / TICKS_A_SECOND
                }
            };
            if most != 0 {
                let length = from_server.read(&mut portion[..most]).await?;
                if length == 0 {
                    return to_client.shutdown().await;
                }
                to_client.write_all(&portion[..length]).await?;
            }
        }
    };
    // An end of either is the end: the rest is what the test looks at.
    let _: std::io::Result<()> = tokio::select! {
        done = async { there.await?; std::future::pending().await } => done,
        done = back => done,
    };
}
