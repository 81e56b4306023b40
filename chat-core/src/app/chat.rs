//! The chat: one value that a host makes once and clones freely.

use std::sync::Arc;

use tokio_util::{sync::DropGuard, task::TaskTracker};

use super::{
    builder::ChatBuilder, hook::HookCalls, outbox::Outbox, session_cache::SessionCache, typing::Typists,
    user_cache::UserCache, wallet::WalletCalls,
};
use crate::{
    policy::Policy,
    ports::{
        authenticator::Authenticator,
        bus::{Bus, BusSink},
        clock::Clock,
        store::{Store, StoreError},
    },
    realtime::{Appender, Hub, notice::Notice},
    security::{guesses::Guesses, password::Passwords, token::Tokens},
};

/// The chat. Implements [`ChatService`](crate::api::ChatService) and [`Admin`](crate::api::Admin); cloning shares it.
///
/// ```
/// use chat_core::api::{Admin, EnsureUser};
/// use chat_core::model::{operator::Operator, user::UserId};
/// use chat_core::{Chat, Secrets, ports::store::Store};
///
/// # async fn start(store: impl Store, key: String, pepper: String) -> Result<(), Box<dyn std::error::Error>> {
/// let chat = Chat::builder(store).secrets(Secrets::new(vec![key.into()], pepper.into())?).build().await?;
///
/// let alice = UserId::parse("alice")?;
/// chat.ensure_user(EnsureUser::new(alice.clone())).await?;
/// chat.set_prime(&Operator::host(), &alice, true).await?;
///
/// chat.drain(); // When your own server begins to shut down.
/// chat.drained().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Chat(pub(super) Arc<Inner>);

pub(crate) struct Inner {
    pub(super) store: Arc<dyn Store>,
    pub(super) bus: Arc<dyn Bus>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) policy: Policy,
    pub(super) passwords: Passwords,
    pub(super) guesses: Guesses,
    pub(super) tokens: Tokens,
    pub(super) hub: Arc<Hub>,
    /// The host's own sign-in, where it has taken the place of the chat's.
    pub(super) authenticator: Option<Arc<dyn Authenticator>>,
    pub(super) hooks: HookCalls,
    /// The host's own coins, where they have taken the place of the chat's.
    pub(super) wallet: Option<Arc<WalletCalls>>,
    pub(super) sessions: Arc<SessionCache>,
    pub(super) users: Arc<UserCache>,
    pub(super) typists: Arc<Typists>,
    /// Ends the telling of who is online with the chat.
    pub(super) _presence: DropGuard,
    pub(super) appender: Appender,
    pub(super) outbox: Arc<Outbox>,
    pub(super) tasks: TaskTracker,
}

impl Chat {
    /// Begins a chat on a store.
    pub fn builder(store: impl Store) -> ChatBuilder {
        Self::builder_on(Arc::new(store))
    }

    /// Begins a chat on a store that others hold too.
    pub fn builder_on(store: Arc<dyn Store>) -> ChatBuilder {
        ChatBuilder::new(store)
    }

    /// The numbers of the rules, as they are in force.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// What it fails with.
    pub async fn check_store(&self) -> Result<(), StoreError> {
        self.0.store.ping().await
    }

    /// Begins to shut down: no connection is taken any more, and those there are learn that they shall go.
    pub fn drain(&self) {
        self.0.hub.drain();
    }

    /// Waits until it has begun to shut down, by whomever [`drain`](Self::drain) was called.
    pub fn draining(&self) -> impl Future<Output = ()> + Send + 'static {
        self.0.hub.draining()
    }

    /// Whether it has begun to shut down.
    pub fn is_draining(&self) -> bool {
        self.0.hub.is_draining()
    }

    /// Waits until no connection is left and every write that has begun has come to its end; then until what consumers
    /// are being told is told, within their [`attempt_limit`](crate::ports::outbox::Delivery::attempt_limit). Call
    /// [`drain`](Self::drain) before, and stop calling the rest.
    pub async fn drained(&self) {
        self.0.hub.emptied().await;
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.0.outbox.stop().await;
    }
}

/// What this node does with what the bus brings.
pub(super) struct Node {
    pub(super) hub: Arc<Hub>,
    pub(super) sessions: Arc<SessionCache>,
    pub(super) users: Arc<UserCache>,
    pub(super) typists: Arc<Typists>,
    pub(super) clock: Arc<dyn Clock>,
}

impl BusSink for Node {
    fn deliver(&self, notices: Vec<Notice>) {
        for notice in &notices {
            match notice {
                Notice::SessionEnded { user, session } => self.sessions.ended(user, *session),
                Notice::StandingChanged { user, .. } => {
                    self.sessions.standing_changed(user);
                    self.users.forget(user);
                }
                Notice::Logged(logged) => self.typists.logged(&logged.event),
                Notice::Typing { room, user, .. } => self.typists.told(user, *room, self.clock.now()),
                Notice::SignedOut { .. }
                | Notice::Presence { .. }
                | Notice::Receipt { .. }
                | Notice::Friend { .. }
                | Notice::BlockChanged { .. } => {}
            }
        }
        self.hub.deliver(notices);
    }
}
