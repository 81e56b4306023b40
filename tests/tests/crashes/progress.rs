//! How far a load has come, which is what decides when it is cut.

use tokio::sync::watch;
use tokio::time::timeout;

use chat_tests::PATIENCE;

use chat_tests::chance::Chance;

/// A moment of a load.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Moment {
    /// So many commands were begun: the last one is on its way.
    Asked(u32),
    /// So many commands were answered: the answer of the last one has just arrived.
    Answered(u32),
    /// So many packets have passed between the server and its database, in both directions.
    Packets(u32),
}

impl Moment {
    /// Any moment of the load. Packets pass only where there is a proxy.
    pub(crate) fn any(chance: &mut Chance, has_proxy: bool) -> Self {
        match chance.within(0..if has_proxy { 4 } else { 2 }) {
            0 => Self::Asked(chance.within(20..120)),
            1 => Self::Answered(chance.within(20..120)),
            _ => Self::Packets(chance.within(50..600)),
        }
    }
}

#[derive(Default)]
struct Counts {
    asked: u32,
    answered: u32,
    packets: u32,
    stopped: bool,
}

/// Counts what was asked, answered and passed on since the last beginning.
pub(crate) struct Progress(watch::Sender<Counts>);

impl Progress {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Counts::default()))
    }

    pub(crate) fn begin(&self) {
        self.0.send_replace(Counts::default());
    }

    pub(crate) fn asked(&self) {
        self.0.send_modify(|counts| counts.asked += 1);
    }

    pub(crate) fn answered(&self) {
        self.0.send_modify(|counts| counts.answered += 1);
    }

    pub(crate) fn packet(&self) {
        self.0.send_modify(|counts| counts.packets += 1);
    }

    /// Nothing more is to be asked.
    pub(crate) fn stop(&self) {
        self.0.send_modify(|counts| counts.stopped = true);
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.0.borrow().stopped
    }

    /// How many commands were answered by now.
    pub(crate) fn answers(&self) -> u32 {
        self.0.borrow().answered
    }

    /// Waits for a moment.
    pub(crate) async fn reached(&self, moment: Moment) {
        let mut counts = self.0.subscribe();
        let waiting = counts.wait_for(|counts| match moment {
            Moment::Asked(number) => number <= counts.asked,
            Moment::Answered(number) => number <= counts.answered,
            Moment::Packets(number) => number <= counts.packets,
        });
        assert!(timeout(PATIENCE, waiting).await.is_ok(), "the load does not come to {moment:?}");
    }
}
