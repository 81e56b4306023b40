//! Asking the host, where it wants to be asked: bounded in time, outside every lock and transaction.

use std::{error::Error, sync::Arc};

use tokio::time::timeout;
use tokio_util::task::AbortOnDropHandle;

use super::access::as_member;
use crate::{
    error::{ChatError, Rejection},
    ports::{
        hook::{HookPolicy, Hooks, IntendedJoin, IntendedRoom, MessageDraft, MessageVerdict, OnHookFailure, Verdict},
        store::{Source, Store},
    },
    rules::message::Draft,
};

/// How often the host is asked about one act, whose circumstances change as often.
pub(super) const QUESTIONS: usize = 8;
/// What who wanted it is told then.
pub(super) const UNDECIDED: ChatError = ChatError::Overloaded("what the host is asked about changes again and again");

/// What the host has said to a question.
pub(super) type Heard<Q, V> = Option<(Q, V)>;

/// The host's hooks, where it has any.
#[derive(Clone)]
pub(crate) struct HookCalls {
    hooks: Option<Arc<dyn Hooks>>,
    policy: HookPolicy,
    store: Arc<dyn Store>,
}

impl HookCalls {
    pub(crate) fn new(hooks: Option<Arc<dyn Hooks>>, policy: HookPolicy, store: Arc<dyn Store>) -> Self {
        Self { hooks, policy, store }
    }

    /// Whether the host wants to be asked.
    pub(crate) const fn are_there(&self) -> bool {
        self.hooks.is_some()
    }

    /// The verdict on this question, where it was heard, or nobody wants to be asked. `None`: ask, and decide again.
    pub(super) fn verdict<Q: PartialEq, V: Clone>(&self, heard: &Heard<Q, V>, question: &Q, allow: V) -> Option<V> {
        match heard {
            _ if self.hooks.is_none() => Some(allow),
            Some((asked, verdict)) if asked == question => Some(verdict.clone()),
            _ => None,
        }
    }

    pub(super) async fn before_join(&self, join: &IntendedJoin) -> Result<Verdict, ChatError> {
        let join = join.clone();
        self.ask(Verdict::Allow, |hooks| async move { hooks.before_join(&join).await }).await
    }

    pub(super) async fn before_create(&self, room: &IntendedRoom) -> Result<Verdict, ChatError> {
        let room = room.clone();
        self.ask(Verdict::Allow, |hooks| async move { hooks.before_create(&room).await }).await
    }

    pub(super) async fn before_message(&self, message: &MessageDraft) -> Result<MessageVerdict, ChatError> {
        let message = message.clone();
        self.ask(MessageVerdict::Allow, |hooks| async move { hooks.before_message(&message).await }).await
    }

    /// The draft as the host lets it be. Whoever is no member is refused, and the host is not asked.
    pub(crate) async fn screen(&self, mut draft: Draft) -> Result<Draft, ChatError> {
        if self.hooks.is_none() {
            return Ok(draft);
        }
        as_member(self.store.as_ref(), draft.room, &draft.sender).await?;
        let message = MessageDraft {
            room: draft.room,
            sender: draft.sender.clone(),
            body: draft.body.clone(),
            reply_to: draft.reply_to,
            edits: None,
        };
        match self.before_message(&message).await? {
            MessageVerdict::Allow => {}
            MessageVerdict::Change(body) => draft.body = body,
            MessageVerdict::Refuse(words) => draft.refused = Some(words),
        }
        Ok(draft)
    }

    /// Awaits a hook in a task of its own: one that panics ends nothing else, and who hangs up ends it.
    async fn ask<V, F>(&self, allow: V, call: impl FnOnce(Arc<dyn Hooks>) -> F) -> Result<V, ChatError>
    where
        V: Send + 'static,
        F: Future<Output = Result<V, Source>> + Send + 'static,
    {
        let Some(hooks) = &self.hooks else { return Ok(allow) };
        let asked = AbortOnDropHandle::new(tokio::spawn(call(Arc::clone(hooks))));
        let failed: Source = match timeout(self.policy.time_limit, asked).await {
            Ok(Ok(Ok(verdict))) => return Ok(verdict),
            Ok(Ok(Err(failed))) => failed,
            Ok(Err(panicked)) => panicked.into(),
            Err(late) => late.into(),
        };
        tracing::warn!(error = &*failed as &dyn Error, "a hook of the host has failed");
        match self.policy.on_failure {
            OnHookFailure::Refuse => Err(ChatError::HookFailed(failed)),
            OnHookFailure::Allow => Ok(allow),
        }
    }
}

impl Verdict {
    /// Refuses where the host does.
    pub(super) fn obeyed(self) -> Result<(), Rejection> {
        match self {
            Self::Allow => Ok(()),
            Self::Refuse(words) => Err(Rejection::RefusedByHost(words)),
        }
    }
}
