//! What happens to connections on their way to the server: each has its fate by its number, which the seed decides.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chat_tests::chance::Chance;
use chat_tests::proxy::Passage;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::timeout;

/// How long a connection is held at most that lets others go first: there may be none.
const HELD: Duration = Duration::from_millis(100);

/// What becomes of one connection.
#[derive(Clone, Debug, PartialEq)]
struct Fate {
    /// How many later ones are let through first.
    behind: u64,
    /// How long each piece of it is on its way, where that is long.
    delay: Option<Duration>,
    end: End,
    /// After how many bytes, in both directions.
    after: u64,
    /// In which direction, where it matters.
    upwards: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// By itself.
    Own,
    /// Between two pieces.
    Cut,
    /// Within a piece.
    Torn,
    /// One direction is closed, the other goes on.
    Halved,
}

impl Fate {
    fn of(chance: &mut Chance) -> Self {
        let behind = if chance.within(0..4) == 0 { u64::from(chance.within(1..4)) } else { 0 };
        let delay = (chance.within(0..4) == 0).then(|| Duration::from_millis(u64::from(chance.within(1..6))));
        let end = [End::Own, End::Cut, End::Cut, End::Torn, End::Torn, End::Halved][chance.within(0..6) as usize];
        // From within the handshake on; most come as far as talking.
        let most = [2_000, 20_000, 80_000][chance.within(0..3) as usize];
        Self { behind, delay, end, after: u64::from(chance.within(100..most)), upwards: chance.within(0..2) == 0 }
    }
}

/// How many connections met what.
#[derive(Default)]
struct Met {
    overtaken: AtomicU64,
    delayed: AtomicU64,
    cut: AtomicU64,
    torn: AtomicU64,
    halved: AtomicU64,
}

pub(crate) struct Chaos {
    chance: Chance,
    is_wild: watch::Sender<bool>,
    let_through: watch::Sender<u64>,
    met: Met,
}

impl Chaos {
    /// One that passes everything on until it is let loose.
    pub(crate) fn asleep(chance: Chance) -> Arc<Self> {
        let (is_wild, let_through) = (watch::Sender::new(false), watch::Sender::new(0));
        Arc::new(Self { chance, is_wild, let_through, met: Met::default() })
    }

    pub(crate) fn let_loose(&self) {
        self.is_wild.send_replace(true);
    }

    /// What is there goes on, and what comes is let through.
    pub(crate) fn calm(&self) {
        self.is_wild.send_replace(false);
    }

    fn is_wild(&self) -> bool {
        *self.is_wild.borrow()
    }

    /// What it has done.
    pub(crate) fn told(&self) -> String {
        let count = |met: &AtomicU64| met.load(Ordering::Relaxed);
        let Met { overtaken, delayed, cut, torn, halved } = &self.met;
        format!(
            "{} connections cut, {} torn within a piece, {} halved, {} delayed, {} overtaken",
            count(cut),
            count(torn),
            count(halved),
            count(delayed),
            count(overtaken)
        )
    }

    pub(crate) async fn serve(self: Arc<Self>, passage: Passage) {
        let fate = Fate::of(&mut self.chance.numbered(passage.number));
        if self.is_wild() {
            if fate.behind != 0 {
                self.wait_for_others(fate.behind).await;
            }
            if fate.delay.is_some() {
                self.met.delayed.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.let_through.send_modify(|count| *count += 1);
        let Some(server) = passage.dial().await else { return };
        let (from_client, to_client) = passage.client.into_split();
        let (from_server, to_server) = server.into_split();
        let passed = AtomicU64::new(0);
        // Whichever ends first ends both, and with them the connections.
        tokio::select! {
            () = self.pump(from_client, to_server, &fate, fate.upwards, &passed) => {}
            () = self.pump(from_server, to_client, &fate, !fate.upwards, &passed) => {}
        }
    }

    async fn wait_for_others(&self, behind: u64) {
        let mut let_through = self.let_through.subscribe();
        let enough = *let_through.borrow_and_update() + behind;
        if timeout(HELD, let_through.wait_for(|count| enough <= *count)).await.is_ok() {
            self.met.overtaken.fetch_add(1, Ordering::Relaxed);
        }
    }

    async fn pump(
        &self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        fate: &Fate,
        is_halved: bool,
        passed: &AtomicU64,
    ) {
        let mut piece = vec![0; 16 * 1024];
        loop {
            let length = match from.read(&mut piece).await {
                Ok(0) | Err(_) => return,
                Ok(length) => length,
            };
            if self.is_wild() {
                if let Some(delay) = fate.delay {
                    // On its way for so long; who is cut meanwhile waits no longer.
                    let _ = timeout(delay, std::future::pending::<()>()).await;
                }
                let passed = passed.fetch_add(length as u64, Ordering::Relaxed) + length as u64;
                let is_due = fate.after <= passed;
                match fate.end {
                    End::Cut if is_due => {
                        self.met.cut.fetch_add(1, Ordering::Relaxed);
                        return;
                    }
                    End::Torn if is_due => {
                        self.met.torn.fetch_add(1, Ordering::Relaxed);
                        // Gone already, or gone now.
                        let _ = to.write_all(&piece[..length / 2]).await;
                        return;
                    }
                    End::Halved if is_due && is_halved => {
                        self.met.halved.fetch_add(1, Ordering::Relaxed);
                        let _ = to.shutdown().await;
                        // The other direction goes on, and ends both.
                        return std::future::pending().await;
                    }
                    _ => {}
                }
            }
            if to.write_all(&piece[..length]).await.is_err() {
                return;
            }
        }
    }
}

#[test]
fn a_connection_meets_the_same_by_its_number_whenever_it_comes() {
    let chance = Chance::seeded();
    let fate = |number| Fate::of(&mut chance.numbered(number));
    let fates: Vec<Fate> = (0..500).map(fate).collect();
    assert_eq!(fates, (0..500).map(fate).collect::<Vec<_>>());
    for end in [End::Own, End::Cut, End::Torn, End::Halved] {
        assert!(fates.iter().any(|fate| fate.end == end), "{end:?}");
    }
    assert!(fates.iter().any(|fate| fate.behind != 0) && fates.iter().any(|fate| fate.delay.is_some()));
}
