//! A TCP proxy before the database, which counts what is asked, and cuts connections at the worst moment. It reads the
//! packets of MySQL's protocol: three bytes of length, one of sequence, and the payload.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use chat_mysql::{MySqlOptions, MySqlStore};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// Where a connection is cut, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The command that holds the commit never reaches the server.
    BeforeCommit,
    /// It was carried out, and the answer never reaches the client.
    AfterCommit,
    /// The command that begins a transaction never reaches the server.
    BeforeBegin,
}

pub(crate) struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    accepting: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    commands: AtomicUsize,
    commits: AtomicUsize,
    cut: Mutex<Option<Cut>>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Proxy {
    pub(crate) async fn before(url: &str) -> Self {
        let target = address(url).to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let accepting = tokio::spawn({
            let shared = Arc::clone(&shared);
            async move {
                loop {
                    let (client, _) = listener.accept().await.unwrap();
                    let server = TcpStream::connect(&target).await.unwrap();
                    tokio::spawn(serve(client, server, Arc::clone(&shared)));
                }
            }
        });
        Self { port, shared, accepting }
    }

    /// A store behind the proxy, unencrypted, so that the proxy can read along. With one connection, none is opened
    /// between two commands.
    pub(crate) async fn store(&self, url: &str, connections: u32) -> MySqlStore {
        let url = url.replace(address(url), &format!("127.0.0.1:{}", self.port));
        let options = MySqlOptions::default().max_connections(connections.try_into().unwrap());
        options.open(&format!("{url}?ssl-mode=DISABLED")).await.unwrap()
    }

    pub(crate) fn cut(&self, cut: Cut) {
        *self.shared.cut.lock().unwrap() = Some(cut);
    }

    /// Whether the cut was made.
    pub(crate) fn has_cut(&self) -> bool {
        self.shared.cut.lock().unwrap().is_none()
    }

    /// How many commands were sent since the last time, and how many of them held a commit.
    pub(crate) fn round_trips(&self) -> (usize, usize) {
        (self.shared.commands.swap(0, Ordering::SeqCst), self.shared.commits.swap(0, Ordering::SeqCst))
    }
}

/// `host:port` of a URL.
fn address(url: &str) -> &str {
    let rest = url.split_once('@').map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap()
}

async fn serve(client: TcpStream, server: TcpStream, shared: Arc<Shared>) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let swallow = Arc::new(AtomicUsize::new(0));
    // Whichever ends first ends both, and with them the connections.
    tokio::select! {
        () = up(from_client, to_server, &shared, &swallow) => {}
        () = down(from_server, to_client, &swallow) => {}
    }
}

async fn up(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: &Shared, swallow: &AtomicUsize) {
    while let Ok((sequence, packet)) = read_packet(&mut from).await {
        const COM_QUERY: u8 = 3;
        if sequence == 0 && packet[4..].first() == Some(&COM_QUERY) {
            let holds = |word: &[u8]| packet.windows(word.len()).any(|window| window == word);
            let is_commit = holds(b"COMMIT") && !holds(b"READ COMMITTED");
            shared.commands.fetch_add(1, Ordering::SeqCst);
            shared.commits.fetch_add(usize::from(is_commit), Ordering::SeqCst);
            let mut cut = shared.cut.lock().unwrap();
            match *cut {
                Some(Cut::BeforeCommit) if is_commit => return *cut = None,
                Some(Cut::BeforeBegin) if holds(b"START TRANSACTION") => return *cut = None,
                Some(Cut::AfterCommit) if is_commit => {
                    *cut = None;
                    swallow.store(1, Ordering::SeqCst);
                }
                _ => {}
            }
        }
        if to.write_all(&packet).await.is_err() {
            return;
        }
    }
}

async fn down(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, swallow: &AtomicUsize) {
    while let Ok((_, packet)) = read_packet(&mut from).await {
        if swallow.load(Ordering::SeqCst) == 1 {
            // A server whose client is gone may stop between two statements: all of them are to be carried out.
            if is_last(&packet[4..]) {
                return;
            }
        } else if to.write_all(&packet).await.is_err() {
            return;
        }
    }
}

/// Whether no reply to another statement of the same command follows this one, which says no more than that it was done.
fn is_last(ok: &[u8]) -> bool {
    const MORE_RESULTS: u8 = 8;
    let [0, rest @ ..] = ok else { return true };
    let mut rest = rest;
    // How many rows, and the last id: numbers of one byte here, or of two, three or eight after a mark.
    for _ in 0..2 {
        let length = match rest[0] {
            0xfc => 3,
            0xfd => 4,
            0xfe => 9,
            _ => 1,
        };
        rest = &rest[length..];
    }
    rest[0] & MORE_RESULTS == 0
}

async fn read_packet(from: &mut OwnedReadHalf) -> std::io::Result<(u8, Vec<u8>)> {
    let mut packet = vec![0; 4];
    from.read_exact(&mut packet).await?;
    let length = usize::from(packet[0]) | usize::from(packet[1]) << 8 | usize::from(packet[2]) << 16;
    packet.resize(4 + length, 0);
    from.read_exact(&mut packet[4..]).await?;
    Ok((packet[3], packet))
}
