//! How entries of the outbox get to their consumers. Each consumer has a worker of its own on each node: what one of them
//! does to its worker is felt by no other, and by no call.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use super::retry::{Retry, random_below};
use crate::{
    model::{
        event::Seq,
        outbox::{ConsumerName, DeadLetter, OutboxEntry, Subject},
    },
    ports::{
        clock::Clock,
        outbox::{Consumer, ConsumerError, Delivery},
        store::{Claim, ClaimId, ClaimedLane, EventRange, Settlement, Stop, Store, StoreError},
    },
};

/// How many entries of a lane are delivered before that is noted.
const PAGE: usize = 64;

/// Who is told, and the workers that tell them.
pub(crate) struct Outbox {
    consumers: Vec<ConsumerName>,
    wakes: Vec<Arc<Notify>>,
    workers: TaskTracker,
    stop: CancellationToken,
    /// Ends the workers with the chat.
    _with_the_chat: DropGuard,
}

impl Outbox {
    /// Starts a worker for each consumer.
    pub(super) fn start(
        consumers: Vec<(ConsumerName, Arc<dyn Consumer>)>,
        store: &Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
    ) -> Arc<Self> {
        let (stop, workers) = (CancellationToken::new(), TaskTracker::new());
        let (mut names, mut wakes) = (Vec::new(), Vec::new());
        for (name, consumer) in consumers {
            let wake = Arc::new(Notify::new());
            let worker = Worker {
                name: name.clone(),
                delivery: consumer.delivery(),
                consumer,
                store: Arc::clone(store),
                clock: Arc::clone(clock),
                wake: Arc::clone(&wake),
                stop: stop.clone(),
            };
            workers.spawn(Arc::new(worker).run());
            names.push(name);
            wakes.push(wake);
        }
        let with_the_chat = stop.clone().drop_guard();
        Arc::new(Self { consumers: names, wakes, workers, stop, _with_the_chat: with_the_chat })
    }

    /// For whom entries are written.
    pub(crate) fn consumers(&self) -> &[ConsumerName] {
        &self.consumers
    }

    /// Something was committed that consumers are to be told of.
    pub(crate) fn wake(&self) {
        for wake in &self.wakes {
            wake.notify_one();
        }
    }

    /// Ends the workers, and waits until what they are delivering has come to its end and is noted.
    pub(super) async fn stop(&self) {
        self.stop.cancel();
        self.workers.close();
        self.workers.wait().await;
    }
}

struct Worker {
    name: ConsumerName,
    consumer: Arc<dyn Consumer>,
    delivery: Delivery,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    wake: Arc<Notify>,
    stop: CancellationToken,
}

impl Worker {
    async fn run(self: Arc<Self>) {
        let mut running = JoinSet::new();
        while !self.stop.is_cancelled() {
            let free = self.delivery.parallel.max(1).saturating_sub(running.len());
            if free != 0 {
                for lane in self.claim(free).await {
                    running.spawn(Arc::clone(&self).deliver(lane, Instant::now()));
                }
            }
            tokio::select! {
                Some(ended) = running.join_next() => self.settle(ended, &mut running).await,
                () = self.wake.notified() => {}
                () = sleep(self.delivery.poll) => {}
                () = self.stop.cancelled() => {}
            }
        }
        while let Some(ended) = running.join_next().await {
            self.settle(ended, &mut running).await;
        }
    }

    /// A claim outlasts whatever is done under it: see [`deliver`](Self::deliver).
    async fn claim(&self, lanes: usize) -> Vec<ClaimedLane> {
        let at = self.clock.now();
        let claim = Claim {
            id: ClaimId::new(),
            consumer: self.name.clone(),
            at,
            until: at.after(self.delivery.attempt_limit.saturating_mul(4)),
            lanes,
            entries: PAGE,
        };
        match self.store.claim(&claim).await {
            Ok(lanes) => lanes,
            // The database gave it up for others: the next look finds the same.
            Err(StoreError::Transient(_)) => Vec::new(),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(consumer = %self.name, error, "what waits in the outbox could not be read");
                Vec::new()
            }
        }
    }

    /// Delivers a lane in its order until something stops it. No attempt begins in the second half of the claim, and so
    /// none ends after three quarters of it.
    async fn deliver(self: Arc<Self>, claimed: ClaimedLane, begun: Instant) -> Settlement {
        let ClaimedLane { claim, lane, mut entries } = claimed;
        let (mut delivered, mut failed) = (Vec::new(), None);
        if self.delivery.event_kinds
            && let Err(error) = self.look_up_kinds(&mut entries).await
        {
            let cause = &error as &dyn std::error::Error;
            tracing::warn!(consumer = %self.name, cause, "what is to be delivered could not be looked up");
            // What cannot be read will be so no sooner: the consumer is told of it without its kind.
            if !matches!(error, StoreError::Corrupt(_)) {
                let due = self.clock.now().after(with_jitter(self.delivery.pause(1)));
                return Settlement { claim, lane, delivered, stop: None, due };
            }
        }
        for entry in entries {
            if self.stop.is_cancelled() || self.delivery.attempt_limit.saturating_mul(2) <= begun.elapsed() {
                break;
            }
            match self.attempt(&entry).await {
                Ok(()) => delivered.push(entry),
                Err(error) => {
                    failed = Some((entry, error));
                    break;
                }
            }
        }
        let now = self.clock.now();
        let Some((mut entry, error)) = failed else {
            return Settlement { claim, lane, delivered, stop: None, due: now };
        };
        entry.attempts = entry.attempts.saturating_add(1);
        let is_last = matches!(error, ConsumerError::Refused(_)) || self.delivery.attempts <= entry.attempts;
        let (id, attempts) = (entry.id, entry.attempts);
        tracing::warn!(consumer = %self.name, entry = %id, attempts, is_last, %error, "a delivery failed");
        if is_last {
            let error = error.to_string().chars().take(DeadLetter::MAX_ERROR).collect();
            let stop = Some(Stop::Dead(DeadLetter { entry, error, died_at: now }));
            return Settlement { claim, lane, delivered, stop, due: now };
        }
        let due = now.after(with_jitter(self.delivery.pause(attempts)));
        Settlement { claim, lane, delivered, stop: Some(Stop::Failed(entry)), due }
    }

    /// Which kinds of events these are. A lane is of one room, and its numbers mostly follow each other: one read finds
    /// them all, and another those after a gap.
    async fn look_up_kinds(&self, entries: &mut [OutboxEntry]) -> Result<(), StoreError> {
        let mut known = BTreeMap::new();
        for entry in entries {
            let Subject::Logged { room, seq } = &entry.subject else { continue };
            if !known.contains_key(seq) {
                let before = Seq::new(seq.get().saturating_sub(1));
                let events = self.store.events(*room, EventRange::After(before), PAGE).await?;
                known.extend(events.into_iter().map(|event| (event.seq, event.kind.as_str())));
            }
            entry.event_kind = known.get(seq).copied();
        }
        Ok(())
    }

    /// In a task of its own, so that a panic is the consumer's alone.
    async fn attempt(&self, entry: &OutboxEntry) -> Result<(), ConsumerError> {
        let (consumer, entry) = (Arc::clone(&self.consumer), entry.clone());
        let mut attempt = tokio::spawn(async move { consumer.after_event(&entry).await });
        match timeout(self.delivery.attempt_limit, &mut attempt).await {
            Ok(Ok(answer)) => answer,
            // The panic itself was reported by its hook.
            Ok(Err(_)) => Err(ConsumerError::Failed("the consumer panicked".to_owned())),
            Err(_) => {
                attempt.abort();
                Err(ConsumerError::Failed(format!("no answer within {:?}", self.delivery.attempt_limit)))
            }
        }
    }

    /// Notes what has ended by now. What cannot be noted comes again once its claim lapses.
    async fn settle(&self, ended: Ended, running: &mut JoinSet<Settlement>) {
        let mut settlements = Vec::new();
        let mut next = Some(ended);
        while let Some(ended) = next {
            match ended {
                Ok(settlement) => settlements.push(settlement),
                Err(error) => tracing::error!(consumer = %self.name, %error, "a delivery ended unnoted"),
            }
            next = running.try_join_next();
        }
        let mut retry = Retry::new();
        let settled = loop {
            match self.store.settle(&self.name, &settlements).await {
                Err(StoreError::Transient(source)) => {
                    if let Err(error) = retry.pause(source).await {
                        break Err(error);
                    }
                }
                done => break done,
            }
        };
        if let Err(error) = settled {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(consumer = %self.name, error, "what was delivered could not be noted, and comes again");
        }
    }
}

type Ended = Result<Settlement, tokio::task::JoinError>;

/// Up to a half of it is left to chance, so that what failed together does not come back together.
fn with_jitter(pause: Duration) -> Duration {
    pause.saturating_sub(random_below(pause / 2))
}
