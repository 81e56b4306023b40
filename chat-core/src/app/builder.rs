//! How a chat is put together.

use std::{collections::BTreeSet, sync::Arc};

use tokio_util::task::TaskTracker;

use super::{
    chat::{Chat, Inner, Node},
    hook::HookCalls,
    outbox::Outbox,
    session_cache::SessionCache,
    typing::Typists,
    user_cache::UserCache,
    wallet::WalletCalls,
};
use crate::{
    model::{coin::Coins, outbox::ConsumerName},
    policy::{Policy, StartingCoins},
    ports::{
        authenticator::Authenticator,
        bus::Bus,
        clock::{Clock, SystemClock},
        hasher::Hasher,
        hook::{HookPolicy, Hooks},
        outbox::Consumer,
        store::{Store, StoreError},
        wallet::{Wallet, WalletPolicy},
    },
    realtime::{Appender, Hub, LivePresence, LocalBus},
    security::{
        bcrypt_hasher::{BcryptHasher, CostError},
        content::ContentKey,
        guess_limits::GuessLimits,
        guesses::Guesses,
        password::Passwords,
        secret::Secrets,
        token::Tokens,
    },
};

/// Puts a [`Chat`] together. What is not set has a safe default; secrets have none.
///
/// ```
/// use std::time::Duration;
///
/// use chat_core::model::coin::Coins;
/// use chat_core::policy::{Policy, StartingCoins};
/// use chat_core::{BuildError, Chat, Secrets, ports::store::Store};
///
/// # async fn start(store: impl Store, secrets: Secrets) -> Result<Chat, BuildError> {
/// let policy = Policy {
///     starting_coins: StartingCoins::Fixed(Coins::ZERO),
///     invite_ttl: Duration::from_secs(24 * 60 * 60),
///     ..Policy::default()
/// };
/// Chat::builder(store).secrets(secrets).policy(policy).issuer("https://app.example").build().await
/// # }
/// ```
pub struct ChatBuilder {
    store: Arc<dyn Store>,
    bus: Arc<dyn Bus>,
    clock: Arc<dyn Clock>,
    authenticator: Option<Arc<dyn Authenticator>>,
    hooks: Option<Arc<dyn Hooks>>,
    hook_policy: HookPolicy,
    wallet: Option<(Arc<dyn Wallet>, WalletPolicy)>,
    policy: Policy,
    secrets: Option<Secrets>,
    password_cost: u32,
    hasher: Option<Arc<dyn Hasher>>,
    guess_limits: Option<GuessLimits>,
    issuer: String,
    consumers: Vec<(ConsumerName, Arc<dyn Consumer>)>,
}

/// Why a chat could not be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// [`ChatBuilder::secrets`] was not called.
    #[error("a chat needs secrets: keys for its access tokens, and a pepper for its passwords")]
    NoSecrets,
    /// bcrypt knows no such cost.
    #[error(transparent)]
    PasswordCost(#[from] CostError),
    /// The passwords in the store were peppered otherwise: with this pepper nobody could sign in.
    #[error("the store's passwords were made with another pepper than the one given")]
    OtherPepper,
    /// Two consumers were given one name.
    #[error("two consumers are called {0}")]
    ConsumerTwice(ConsumerName),
    /// The store failed.
    #[error("the store failed")]
    Store(#[from] StoreError),
}

/// The name under which a store keeps by which pepper its passwords were made.
const PEPPER_CHECK: &str = "password_pepper_check";

impl ChatBuilder {
    pub(super) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            bus: Arc::new(LocalBus::default()),
            clock: Arc::new(SystemClock),
            authenticator: None,
            hooks: None,
            hook_policy: HookPolicy::default(),
            wallet: None,
            policy: Policy::default(),
            secrets: None,
            password_cost: 12,
            hasher: None,
            guess_limits: Some(GuessLimits::default()),
            issuer: "chat".to_owned(),
            consumers: Vec::new(),
        }
    }

    /// The keys and the pepper.
    #[must_use]
    pub fn secrets(mut self, secrets: Secrets) -> Self {
        self.secrets = Some(secrets);
        self
    }

    /// The numbers of the rules. Default: [`Policy::default`].
    #[must_use]
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// bcrypt's cost, from 4 to 31; each step doubles the time. Default 12. Lower than 10 is for tests. Where it is
    /// raised, who signs in gets a hash of the new cost.
    #[must_use]
    pub const fn password_cost(mut self, cost: u32) -> Self {
        self.password_cost = cost;
        self
    }

    /// What hashes passwords, in the place of bcrypt; then [`password_cost`](Self::password_cost) counts for nothing.
    #[must_use]
    pub fn hasher(mut self, hasher: impl Hasher) -> Self {
        self.hasher = Some(Arc::new(hasher));
        self
    }

    /// How many wrong passwords are looked at; `None`: any number. Default: [`GuessLimits::default`].
    #[must_use]
    pub fn guess_limits(mut self, limits: impl Into<Option<GuessLimits>>) -> Self {
        self.guess_limits = limits.into();
        self
    }

    /// Who issues the access tokens and takes them: their `iss` and `aud`. Default `chat`.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = issuer.into();
        self
    }

    /// The host's own sign-in, in the place of the chat's. Default: users register with the chat, and sign in by its
    /// access tokens.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticator) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// The host's say in messages, joins and new rooms. Default: none is asked.
    #[must_use]
    pub fn hooks(mut self, hooks: impl Hooks) -> Self {
        self.hooks = Some(Arc::new(hooks));
        self
    }

    /// How long hooks may take, and what follows where one fails. Default: [`HookPolicy::default`].
    #[must_use]
    pub const fn hook_policy(mut self, policy: HookPolicy) -> Self {
        self.hook_policy = policy;
        self
    }

    /// The host's own coins, in the place of the chat's: users begin with none of the chat's, and operators change none.
    /// Default: the chat's ledger.
    #[must_use]
    pub fn wallet(mut self, wallet: impl Wallet, policy: WalletPolicy) -> Self {
        self.wallet = Some((Arc::new(wallet), policy));
        self
    }

    /// Tells a consumer of whatever happens from now on, and of what still waits for one of this name. Several have names
    /// of their own; all nodes have the same. Default: none, and nothing is written for any. What waits for a consumer
    /// that a later chat is built without is kept for it.
    #[must_use]
    pub fn consumer(mut self, name: ConsumerName, consumer: impl Consumer) -> Self {
        self.consumers.push((name, Arc::new(consumer)));
        self
    }

    /// The clock. Default: the machine's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The bus between nodes. Default: none but this one.
    #[must_use]
    pub fn bus(mut self, bus: impl Bus) -> Self {
        self.bus = Arc::new(bus);
        self
    }

    /// Starts the chat on the running tokio runtime. The store must have been migrated.
    ///
    /// # Errors
    /// Whatever is wrong with what was set, before the first call.
    pub async fn build(self) -> Result<Chat, BuildError> {
        let secrets = self.secrets.ok_or(BuildError::NoSecrets)?;
        let hasher = match self.hasher {
            Some(hasher) => hasher,
            None => Arc::new(BcryptHasher::new(self.password_cost)?),
        };
        check_names(&self.consumers)?;
        check_pepper(self.store.as_ref(), &secrets).await?;
        let presence =
            LivePresence::new(Arc::clone(&self.clock), self.policy.presence_grace, self.bus.reaches_others());
        let presence = Arc::new(presence);
        let hub = Arc::new(Hub::new(Arc::clone(&self.store), Arc::clone(&presence)));
        let typists = Arc::new(Typists::default());
        let sessions = Arc::new(SessionCache::default());
        let users = Arc::new(UserCache::default());
        let (hub_of_node, sessions_of_node) = (Arc::clone(&hub), Arc::clone(&sessions));
        self.bus.attach(Arc::new(Node {
            hub: hub_of_node,
            sessions: sessions_of_node,
            users: Arc::clone(&users),
            typists: Arc::clone(&typists),
            clock: Arc::clone(&self.clock),
        }));
        let presence = presence.start(&hub, &self.store, &self.bus);
        let outbox = Outbox::start(self.consumers, &self.store, &self.clock);
        let tasks = TaskTracker::new();
        let appender = Appender::start(
            Arc::clone(&self.store),
            Arc::clone(&self.bus),
            Arc::clone(&hub),
            Arc::clone(&self.clock),
            ContentKey::new(secrets.content_key()),
            Arc::clone(&outbox),
            tasks.clone(),
        );
        let hooks = HookCalls::new(self.hooks, self.hook_policy, Arc::clone(&self.store));
        let wallet = self.wallet.map(|(wallet, policy)| Arc::new(WalletCalls::new(wallet, policy)));
        let mut policy = self.policy;
        if wallet.is_some() {
            policy.starting_coins = StartingCoins::Fixed(Coins::ZERO);
        }
        let chat = Arc::new(Inner {
            hooks,
            wallet: wallet.clone(),
            store: self.store,
            bus: self.bus,
            clock: self.clock,
            policy,
            passwords: Passwords::new(secrets.pepper_key(), hasher),
            guesses: Guesses::new(self.guess_limits),
            tokens: Tokens::new(&secrets, &self.issuer),
            hub,
            authenticator: self.authenticator,
            sessions,
            users,
            typists,
            _presence: presence,
            appender,
            outbox,
            tasks,
        });
        if let Some(wallet) = wallet {
            tokio::spawn(Inner::settle_charges(Arc::downgrade(&chat), wallet));
        }
        Ok(Chat(chat))
    }
}

/// What waits for a consumer waits under its name.
fn check_names(consumers: &[(ConsumerName, Arc<dyn Consumer>)]) -> Result<(), BuildError> {
    let mut names = BTreeSet::new();
    match consumers.iter().find(|(name, _)| !names.insert(name)) {
        Some((twice, _)) => Err(BuildError::ConsumerTwice(twice.clone())),
        None => Ok(()),
    }
}

/// Refuses a store whose passwords this pepper cannot verify; a store that has none yet is bound to it.
async fn check_pepper(store: &dyn Store, secrets: &Secrets) -> Result<(), BuildError> {
    let check = secrets.pepper_check();
    if store.setting_or_insert(PEPPER_CHECK, &check).await? == check { Ok(()) } else { Err(BuildError::OtherPepper) }
}
