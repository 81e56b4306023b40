//! A proxy between the server and its database, which counts packets, and cuts a connection around its commit. It
//! reads the packets of MySQL's protocol: three bytes of length, one of sequence, and the payload.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use chat_tests::PATIENCE;
use chat_tests::proxy::{self, Passage};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::progress::Progress;

/// On which side of a commit a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The command that holds the commit never reaches the database.
    Before,
    /// It was carried out, and its answer never reaches the server.
    After,
}

/// A cut that is still to be made.
struct Planned {
    cut: Cut,
    /// How many commits pass before.
    commits: u32,
    made: oneshot::Sender<()>,
}

struct Shared {
    progress: Arc<Progress>,
    planned: Mutex<Option<Planned>>,
}

pub(crate) struct Proxy {
    url: String,
    shared: Arc<Shared>,
    /// Ends with this.
    _passing: proxy::Proxy,
}

impl Proxy {
    /// A proxy before the database at this URL.
    pub(crate) async fn before(url: &str, progress: &Arc<Progress>) -> Self {
        let target = address(url);
        let shared = Arc::new(Shared { progress: Arc::clone(progress), planned: Mutex::new(None) });
        let serving = Arc::clone(&shared);
        let passing = proxy::Proxy::before(target, move |passage| serve(passage, Arc::clone(&serving))).await;
        // Without TLS, so that the proxy can read along.
        let url = format!("{}?ssl-mode=DISABLED", url.replace(target, passing.address()));
        Self { url, shared, _passing: passing }
    }

    /// The database's URL through this proxy.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Cuts the connection of the commit that comes after so many others, and waits until that is done.
    pub(crate) async fn cut(&self, cut: Cut, commits: u32) {
        let (made, done) = oneshot::channel();
        *self.shared.planned.lock().expect("nobody panics with it") = Some(Planned { cut, commits, made });
        let done = timeout(PATIENCE, done).await;
        assert!(matches!(done, Ok(Ok(()))), "{cut:?} of {commits} commits was not made");
    }
}

/// `host:port` of a URL.
fn address(url: &str) -> &str {
    let rest = url.split_once('@').map_or(url, |(_, rest)| rest);
    rest.split('/').next().expect("the first of a split")
}

async fn serve(passage: Passage, shared: Arc<Shared>) {
    // A database that is away refuses; so does the proxy then, by hanging up.
    let Some(server) = passage.dial().await else { return };
    let client = passage.client;
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let swallows = AtomicBool::new(false);
    let made = Mutex::new(None);
    // Whichever ends first ends both, and with them the connections.
    tokio::select! {
        () = up(from_client, to_server, &shared, &swallows, &made) => {}
        () = down(from_server, to_client, &shared, &swallows) => {}
    }
    if let Some(made) = made.into_inner().expect("nobody panics with it") {
        let _: Result<(), ()> = oneshot::Sender::send(made, ());
    }
}

async fn up(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    shared: &Shared,
    swallows: &AtomicBool,
    made: &Mutex<Option<oneshot::Sender<()>>>,
) {
    while let Ok(packet) = read_packet(&mut from).await {
        shared.progress.packet();
        if holds_commit(&packet)
            && let Some(planned) = shared.due()
        {
            *made.lock().expect("nobody panics with it") = Some(planned.made);
            match planned.cut {
                Cut::Before => return,
                Cut::After => swallows.store(true, Ordering::SeqCst),
            }
        }
        if to.write_all(&packet).await.is_err() {
            return;
        }
    }
}

async fn down(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, shared: &Shared, swallows: &AtomicBool) {
    while let Ok(packet) = read_packet(&mut from).await {
        shared.progress.packet();
        if swallows.load(Ordering::SeqCst) {
            // A database whose client is gone may stop between two statements: all of them are to be carried out.
            if is_last(&packet[4..]) {
                return;
            }
        } else if to.write_all(&packet).await.is_err() {
            return;
        }
    }
}

impl Shared {
    /// The cut that is to be made at this commit; it counts the commits.
    fn due(&self) -> Option<Planned> {
        let mut planned = self.planned.lock().expect("nobody panics with it");
        match planned.as_mut()? {
            Planned { commits: 0, .. } => planned.take(),
            Planned { commits, .. } => {
                *commits -= 1;
                None
            }
        }
    }
}

/// Whether this is a command whose text holds a commit. All that users say is hexadecimal in it.
fn holds_commit(packet: &[u8]) -> bool {
    const FIRST: u8 = 0;
    const COM_QUERY: u8 = 3;
    let holds = |word: &[u8]| packet.windows(word.len()).any(|window| window == word);
    packet[3] == FIRST && packet.get(4) == Some(&COM_QUERY) && holds(b"COMMIT") && !holds(b"READ COMMITTED")
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

async fn read_packet(from: &mut OwnedReadHalf) -> std::io::Result<Vec<u8>> {
    let mut packet = vec![0; 4];
    from.read_exact(&mut packet).await?;
    let length = usize::from(packet[0]) | usize::from(packet[1]) << 8 | usize::from(packet[2]) << 16;
    packet.resize(4 + length, 0);
    from.read_exact(&mut packet[4..]).await?;
    Ok(packet)
}
