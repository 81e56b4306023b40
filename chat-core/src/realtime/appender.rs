//! The way of a message into the log: what has gathered is committed in one transaction while the next gathers. There
//! is no timer: under load batches grow and share the cost of a commit, and alone a message waits for nobody.

use std::{collections::BTreeSet, sync::Arc};

use tokio::sync::{mpsc, oneshot};
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

use super::{
    hub::Hub,
    notice::{Logged, Notice, Origin},
    outlet::{Item, Outlet},
};
use crate::{
    api::{SendMessage, Sent},
    app::{outbox::Outbox, retry::Retry},
    error::ChatError,
    model::{message::ContentMac, session::Caller},
    planted,
    ports::{
        bus::Bus,
        clock::Clock,
        store::{Attempt, AttemptId, Store, StoreError},
    },
    rules::message::{Draft, Planned},
    security::content::ContentKey,
};

/// Who is told what became of a message.
pub(crate) enum ReplyTo {
    /// A caller who waits.
    Caller(oneshot::Sender<Result<Sent, ChatError>>),
    /// A live connection; where the message is logged, its event is the answer.
    Connection { outlet: Arc<Outlet>, command: u64 },
}

/// The queue's near end.
#[derive(Clone)]
pub(crate) struct Appender {
    queue: mpsc::Sender<Queued>,
    content: Arc<ContentKey>,
    tasks: TaskTracker,
}

struct Queued {
    draft: Draft,
    reply_to: ReplyTo,
    /// Held until it is answered: the chat waits for it when it shuts down.
    under_way: TaskTrackerToken,
}

const CLOSED: ChatError = ChatError::Overloaded("the chat is shutting down");
/// How many messages may wait.
const QUEUE: usize = 8_192;
/// How many are committed at once.
const MAX_BATCH: usize = 1_024;

impl Appender {
    /// Starts the appender. It ends when the last near end is dropped and all that waited is committed.
    pub(crate) fn start(
        store: Arc<dyn Store>,
        bus: Arc<dyn Bus>,
        hub: Arc<Hub>,
        clock: Arc<dyn Clock>,
        content: ContentKey,
        outbox: Arc<Outbox>,
        tasks: TaskTracker,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let worker = Worker { store, bus, hub, clock, outbox };
        tokio::spawn(worker.run(waiting));
        Self { queue, content: Arc::new(content), tasks }
    }

    /// The message as its sender means it.
    pub(crate) fn draft(&self, caller: &Caller, send: SendMessage) -> Draft {
        let content: ContentMac = self.content.mac(&send.body, send.reply_to);
        Draft {
            room: send.room,
            sender: caller.user.clone(),
            body: send.body,
            client_id: send.client_id.map(|client_id| (client_id, content)),
            reply_to: send.reply_to,
            refused: None,
        }
    }

    /// Gives a message its place in the order of all. Waits while the queue is full.
    pub(crate) async fn enqueue(&self, draft: Draft, reply_to: ReplyTo) -> Result<(), ChatError> {
        self.queue.send(self.queued(draft, reply_to)).await.map_err(|_| CLOSED)
    }

    /// As [`enqueue`](Self::enqueue), and answers itself where the chat is shutting down.
    pub(super) async fn enqueue_or_answer(&self, draft: Draft, reply_to: ReplyTo) {
        if let Err(mpsc::error::SendError(queued)) = self.queue.send(self.queued(draft, reply_to)).await {
            queued.reply_to.answer(Err(CLOSED));
        }
    }

    fn queued(&self, draft: Draft, reply_to: ReplyTo) -> Queued {
        Queued { draft, reply_to, under_way: self.under_way() }
    }

    /// For what the chat waits for when it shuts down.
    pub(super) fn under_way(&self) -> TaskTrackerToken {
        self.tasks.token()
    }
}

struct Worker {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    hub: Arc<Hub>,
    clock: Arc<dyn Clock>,
    outbox: Arc<Outbox>,
}

impl Worker {
    async fn run(self, mut waiting: mpsc::Receiver<Queued>) {
        let mut batch = Vec::new();
        while waiting.recv_many(&mut batch, MAX_BATCH).await != 0 {
            // Whoever was woken by the last commit gets to add to this batch.
            tokio::task::yield_now().await;
            while batch.len() < MAX_BATCH
                && let Ok(queued) = waiting.try_recv()
            {
                batch.push(queued);
            }
            let mut under_way = Vec::with_capacity(batch.len());
            let (drafts, replies) = batch
                .drain(..)
                .map(|queued| {
                    under_way.push(queued.under_way);
                    (queued.draft, queued.reply_to)
                })
                .unzip();
            self.commit(drafts, replies).await;
            drop(under_way);
        }
    }

    async fn commit(&self, drafts: Vec<Draft>, replies: Vec<ReplyTo>) {
        let rooms: BTreeSet<_> = drafts.iter().map(|draft| draft.room).collect();
        let announced = self.hub.announce(rooms.iter().copied());
        match self.append(drafts).await {
            Ok(planned) => self.publish(planned, replies).await,
            Err(failed) => {
                if failed.leaves_doubt() {
                    self.hub.doubt(rooms);
                }
                refuse_all(&failed, replies);
            }
        }
        drop(announced);
    }

    /// Runs the transaction in a task of its own: a store that panics fails this batch, not the appender.
    async fn append(&self, drafts: Vec<Draft>) -> Result<Vec<Planned>, Failed> {
        let (store, clock, outbox) = (Arc::clone(&self.store), Arc::clone(&self.clock), Arc::clone(&self.outbox));
        let write = async move {
            let mut retry = Retry::new();
            loop {
                let attempt = Attempt { id: AttemptId::new(), at: clock.now() };
                match store.append_telling(&drafts, attempt, outbox.consumers()).await {
                    Err(StoreError::Transient(source)) => retry.pause(source).await?,
                    done => return done,
                }
            }
        };
        match planted::spawn(write, tokio::spawn).await {
            Ok(done) => done.map_err(Failed::Store),
            Err(_) => Err(Failed::Panicked),
        }
    }

    /// Publishes first: who is answered may count on it that the others are being told.
    async fn publish(&self, planned: Vec<Planned>, replies: Vec<ReplyTo>) {
        let mut notices = Vec::with_capacity(planned.len());
        let mut answers = Vec::with_capacity(planned.len());
        for (planned, reply_to) in planned.into_iter().zip(replies) {
            match (planned, reply_to) {
                (Planned::New(event), ReplyTo::Connection { outlet, command }) => {
                    let origin = Origin { connection: outlet.id, command };
                    notices.push(Notice::Logged(Arc::new(Logged::caused_by(event, Some(origin)))));
                }
                (Planned::New(event), reply_to) => {
                    notices.push(Notice::Logged(Arc::new(Logged::new(event.clone()))));
                    answers.push((reply_to, Ok(Sent { event, repeated: false })));
                }
                (Planned::Repeated(event), reply_to) => answers.push((reply_to, Ok(Sent { event, repeated: true }))),
                (Planned::Refused(rejection), reply_to) => answers.push((reply_to, Err(rejection.into()))),
            }
        }
        if !notices.is_empty() {
            self.outbox.wake();
            self.bus.publish(notices).await;
        }
        for (reply_to, result) in answers {
            reply_to.answer(result);
        }
    }
}

impl ReplyTo {
    pub(super) fn answer(self, result: Result<Sent, ChatError>) {
        match self {
            // Who has hung up needs no answer.
            Self::Caller(waiting) => drop(waiting.send(result)),
            Self::Connection { outlet, command } => outlet.offer(Item::Answered { command, result }),
        }
    }
}

/// Why a batch was not committed.
enum Failed {
    Store(StoreError),
    /// The panic itself was reported by its hook.
    Panicked,
}

impl Failed {
    /// Whether the batch may have been committed all the same.
    const fn leaves_doubt(&self) -> bool {
        matches!(self, Self::Panicked | Self::Store(StoreError::Unknown(_)))
    }
}

/// All drafts of a batch share what became of its transaction.
fn refuse_all(failed: &Failed, replies: Vec<ReplyTo>) {
    if let Failed::Store(error) = failed {
        tracing::error!(error = error as &dyn std::error::Error, "{} messages were not committed", replies.len());
    }
    for reply_to in replies {
        reply_to.answer(Err(match failed {
            Failed::Store(error) => ChatError::from(error.shared()),
            Failed::Panicked => ChatError::UnknownOutcome(StoreError::Unknown("the store panicked".into())),
        }));
    }
}
