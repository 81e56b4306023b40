//! The way of a connection's messages past the host's hook: it may look at several at once, and they come out in the order
//! in which they were sent.

use tokio::sync::mpsc;
use tokio_util::task::{AbortOnDropHandle, task_tracker::TaskTrackerToken};

use super::appender::{Appender, ReplyTo};
use crate::{app::HookCalls, error::ChatError, rules::message::Draft};

/// The near end of the way.
pub(super) struct Screening {
    hooks: HookCalls,
    lane: mpsc::Sender<Screened>,
    appender: Appender,
}

struct Screened {
    draft: AbortOnDropHandle<Result<Draft, ChatError>>,
    reply_to: ReplyTo,
    /// The chat waits for it when it shuts down.
    _under_way: TaskTrackerToken,
}

/// How many messages of a connection the hook may be looking at.
const AT_ONCE: usize = 32;

impl Screening {
    /// Opens the way. It closes when this is dropped and what was on it is through.
    pub(super) fn new(hooks: HookCalls, appender: Appender) -> Self {
        let (lane, screened) = mpsc::channel(AT_ONCE);
        tokio::spawn(pass_on(screened, appender.clone()));
        Self { hooks, lane, appender }
    }

    /// Gives a message its place among those of the connection. Waits while too many are being looked at.
    pub(super) async fn enter(&self, draft: Draft, reply_to: ReplyTo) -> Result<(), ChatError> {
        const CLOSED: ChatError = ChatError::Overloaded("the chat is shutting down");
        let place = self.lane.reserve().await.map_err(|_| CLOSED)?;
        let hooks = self.hooks.clone();
        let draft = AbortOnDropHandle::new(tokio::spawn(async move { hooks.screen(draft).await }));
        place.send(Screened { draft, reply_to, _under_way: self.appender.under_way() });
        Ok(())
    }
}

async fn pass_on(mut screened: mpsc::Receiver<Screened>, appender: Appender) {
    while let Some(Screened { draft, reply_to, _under_way }) = screened.recv().await {
        match draft.await {
            Ok(Ok(draft)) => appender.enqueue_or_answer(draft, reply_to).await,
            Ok(Err(refused)) => reply_to.answer(Err(refused)),
            // A hook that panics is answered by `screen`; nothing was written.
            Err(_) => reply_to.answer(Err(ChatError::Internal("a message was lost on its way to the log".into()))),
        }
    }
}
