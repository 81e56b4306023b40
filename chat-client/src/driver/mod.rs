//! The task behind a client: it connects, talks, and comes back.

mod connect;
mod pending;
mod rooms;
mod talk;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{
    sync::mpsc,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

pub(crate) use self::pending::Call;
use self::{connect::Opened, pending::Pending, rooms::Rooms, talk::Talk};
use crate::{
    api::Api,
    backoff::Backoff,
    error::{End, Error},
    options::Options,
    update::{Cause, Update},
    wire::Problem,
};

pub(crate) struct Driver {
    api: Api,
    handshake: Duration,
    calls: mpsc::Receiver<Call>,
    updates: mpsc::Sender<Update>,
    closing: CancellationToken,
    end: Arc<OnceLock<End>>,
    backoff: Backoff,
    rooms: Rooms,
    pending: Pending,
    /// An access token that the server takes no more.
    stale: Option<String>,
}

/// Why there is no connection any more, or none came about.
enum Failure {
    /// It comes back, and not before this wait.
    Lost { cause: Cause, at_least: Duration },
    /// It does not.
    End(End),
}

impl Failure {
    fn lost(cause: Cause) -> Self {
        Self::Lost { cause, at_least: Duration::ZERO }
    }

    /// A call by REST that the connection needs was not answered.
    fn of(error: Error) -> Self {
        match error {
            Error::Problem(problem) | Error::InDoubt(problem) => Self::refused(problem),
            Error::Ended(end) => Self::End(end),
            other => Self::lost(Cause::Network(other.to_string())),
        }
    }

    /// The server refused what the connection needs: for now, or for good.
    fn refused(problem: Box<Problem>) -> Self {
        let at_least = Duration::from_millis(problem.retry_after_ms.unwrap_or(0));
        match (problem.status, problem.code.as_str()) {
            (408 | 429 | 500.., _) => Self::Lost { cause: Cause::Refused(problem), at_least },
            (_, "session_revoked") => Self::End(End::SessionEnded),
            (_, "suspended") => Self::End(End::Suspended),
            (401 | 403, _) => Self::End(End::SignInRefused(problem)),
            _ => Self::End(End::Protocol(problem.to_string())),
        }
    }
}

impl Driver {
    pub(crate) fn new(
        api: Api,
        options: Options,
        calls: mpsc::Receiver<Call>,
        updates: mpsc::Sender<Update>,
        closing: CancellationToken,
        end: Arc<OnceLock<End>>,
    ) -> Self {
        let Options { begin, positions, backoff, handshake, .. } = options;
        Self {
            api,
            handshake,
            calls,
            updates,
            closing,
            end,
            backoff: Backoff::new(backoff),
            rooms: Rooms::new(begin, positions),
            pending: Pending::default(),
            stale: None,
        }
    }

    /// Goes on until the end, for which `last` is kept.
    pub(crate) async fn run(mut self, last: mpsc::OwnedPermit<Update>) {
        let closing = self.closing.clone();
        let end = tokio::select! {
            biased;
            () = closing.cancelled() => End::Closed,
            end = self.until_end() => end,
        };
        // Before the calls are let go of, which look for it.
        let _ = self.end.set(end.clone());
        self.calls.close();
        self.pending = Pending::default();
        while self.calls.recv().await.is_some() {}
        last.send(Update::Ended(end));
    }

    /// Connects again and again.
    async fn until_end(&mut self) -> End {
        loop {
            let (cause, at_least) = match self.once().await {
                Failure::End(end) => return end,
                Failure::Lost { cause, at_least } => (cause, at_least),
            };
            self.pending.lost();
            if self.calls.is_closed() && self.updates.is_closed() {
                return End::Closed;
            }
            let wait = self.backoff.next().max(at_least);
            tell(&self.updates, Update::Reconnecting { cause, wait }).await;
            sleep(wait).await;
        }
    }

    /// One connection, from its handshake to its end.
    async fn once(&mut self) -> Failure {
        let Opened { socket, token, welcome } = match self.open().await {
            Ok(opened) => opened,
            Err(failure) => return failure,
        };
        let begun = Instant::now();
        let failure = Talk::new(self, socket, token, welcome.heartbeat).run(welcome).await;
        self.backoff.lived(begun.elapsed());
        failure
    }
}

/// Tells the application, and waits while it has enough to read. Where it does not listen, nobody is told.
async fn tell(updates: &mpsc::Sender<Update>, update: Update) {
    let _ = updates.send(update).await;
}
