//! The host's wallet, where it has one: a saga whose every step is written down before it is taken.

use std::{error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{sync::Notify, task::JoinSet, time::timeout};
use tokio_util::task::AbortOnDropHandle;

use super::{
    chat::Inner,
    retry::random_below,
    transaction::{Command, Tx},
};
use crate::{
    error::{ChatError, Rejection},
    model::{
        charge::{Charge, ChargeId, ChargeState, StandingCharge},
        coin::Coins,
        time::Timestamp,
        user::{User, UserId},
    },
    ports::{
        store::Source,
        wallet::{Reserved, Wallet, WalletPolicy},
    },
};

/// How often it is looked for charges that another node, or one that died, has left.
const LOOK: Duration = Duration::from_secs(5);
/// How many charges are seen to at once.
const AT_ONCE: usize = 16;
/// The longest wait before the wallet is asked again.
const LONGEST: Duration = Duration::from_secs(300);

/// The host's wallet.
pub(super) struct WalletCalls {
    wallet: Arc<dyn Wallet>,
    policy: WalletPolicy,
    /// Something is due.
    due: Notify,
}

impl WalletCalls {
    pub(super) fn new(wallet: Arc<dyn Wallet>, policy: WalletPolicy) -> Self {
        Self { wallet, policy, due: Notify::new() }
    }

    /// Awaits the wallet in a task of its own: one that panics ends nothing else.
    async fn ask<V, F>(&self, call: impl FnOnce(Arc<dyn Wallet>) -> F) -> Result<V, Source>
    where
        V: Send + 'static,
        F: Future<Output = Result<V, Source>> + Send + 'static,
    {
        let asked = AbortOnDropHandle::new(tokio::spawn(call(Arc::clone(&self.wallet))));
        match timeout(self.policy.time_limit, asked).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(panicked)) => Err(panicked.into()),
            Err(late) => Err(late.into()),
        }
    }

    async fn balance(&self, user: &UserId) -> Result<Coins, ChatError> {
        let user = user.clone();
        let balance = self.ask(|wallet| async move { wallet.balance(&user).await }).await;
        balance.map_err(ChatError::WalletUnavailable)
    }

    /// When a charge that begins now is given up, if nobody comes back to it.
    pub(super) fn abandoned(&self, now: Timestamp) -> Timestamp {
        now.after(self.policy.abandoned_after)
    }

    /// How long to wait after so many attempts that failed: longer after each, and not all for the same time.
    fn pause(&self, attempts: u32) -> Duration {
        let factor = 2_u32.saturating_pow(attempts.saturating_sub(1).min(20));
        let longest = self.policy.retry_after.saturating_mul(factor).min(LONGEST);
        longest / 2 + random_below(longest / 2)
    }
}

impl Inner {
    /// What a user has in the host's wallet, where it has one.
    pub(super) async fn in_wallet(&self, user: &UserId) -> Result<Option<Coins>, ChatError> {
        match &self.wallet {
            Some(wallet) => wallet.balance(user).await.map(Some),
            None => Ok(None),
        }
    }

    /// A user with the coins that they have: those of the host's wallet, where it has one.
    pub(super) async fn with_coins(&self, user: User) -> Result<User, ChatError> {
        let in_wallet = self.in_wallet(&user.id).await?;
        Ok(user.holding(in_wallet))
    }

    /// Has the wallet reserve a charge that is written down, and answers what the user has left. Where it does not, the
    /// charge is released.
    pub(super) async fn reserve(self: &Arc<Self>, charge: &Charge) -> Result<Coins, ChatError> {
        let Some(wallet) = &self.wallet else {
            return Err(ChatError::Internal("a charge was written down, and there is no wallet".into()));
        };
        let asked = charge.clone();
        let refused = match wallet.ask(|wallet| async move { wallet.reserve(&asked).await }).await {
            Ok(Reserved::Yes { left }) => return Ok(left),
            Ok(Reserved::No { available }) => Rejection::InsufficientCoins { required: charge.coins, available }.into(),
            Err(failed) => {
                tracing::warn!(charge = %charge.id, error = &*failed as &dyn Error, "the wallet did not reserve");
                ChatError::WalletUnavailable(failed)
            }
        };
        self.give_up(charge.id).await;
        Err(refused)
    }

    /// Releases a charge for which no seat was taken. Where the store does not say so now, it will be found abandoned.
    pub(super) async fn give_up(self: &Arc<Self>, charge: ChargeId) {
        match self.execute(GiveUp { charge }).await {
            Ok(()) => self.see_to_charges(),
            Err(error) => tracing::warn!(%charge, error = &error as &dyn Error, "a charge is released later"),
        }
    }

    /// Has those seen to that are due by now.
    pub(super) fn see_to_charges(&self) {
        if let Some(wallet) = &self.wallet {
            wallet.due.notify_one();
        }
    }

    /// Captures and releases what is due, until the chat is gone.
    pub(super) async fn settle_charges(chat: std::sync::Weak<Self>, wallet: Arc<WalletCalls>) {
        loop {
            let Some(chat) = chat.upgrade() else { return };
            let pause = chat.settle_due(&wallet).await.unwrap_or_else(|error| {
                tracing::warn!(error = &error as &dyn Error, "the charges of the wallet could not be seen to");
                LOOK
            });
            drop(chat);
            // In time either way: what another node leaves behind is found by the next look.
            let _ = timeout(pause, wallet.due.notified()).await;
        }
    }

    /// Sees to what is due, and answers after how long to look again.
    async fn settle_due(self: &Arc<Self>, wallet: &Arc<WalletCalls>) -> Result<Duration, ChatError> {
        let mut pause = LOOK;
        loop {
            let due = self.store.due_charges(self.clock.now(), AT_ONCE).await?;
            let is_all = due.len() < AT_ONCE;
            let mut settling = JoinSet::new();
            for due in due {
                let (chat, wallet) = (Arc::clone(self), Arc::clone(wallet));
                settling.spawn(async move { chat.settle_charge(&wallet, due.charge.id).await });
            }
            for settled in settling.join_all().await {
                pause = pause.min(settled?.unwrap_or(LOOK));
            }
            if is_all {
                return Ok(pause);
            }
        }
    }

    /// Tells the wallet what became of a charge. Claimed before, so that nodes do not tell it at the same time, and due
    /// again, should this one die meanwhile. Answers after how long it is told again, where it must be.
    async fn settle_charge(
        self: &Arc<Self>,
        wallet: &WalletCalls,
        id: ChargeId,
    ) -> Result<Option<Duration>, ChatError> {
        let claimed_until = self.clock.now().after(wallet.policy.time_limit.saturating_mul(2));
        let Some(claimed) = self.execute(Claim { charge: id, until: claimed_until }).await? else { return Ok(None) };
        let (charge, captures) = (claimed.charge.clone(), claimed.state == ChargeState::Capturing);
        let told = wallet
            .ask(|wallet| async move {
                if captures { wallet.capture(&charge).await } else { wallet.release(&charge).await }
            })
            .await;
        let pause = match told {
            Ok(()) => None,
            Err(failed) => {
                let error = &*failed as &dyn Error;
                tracing::warn!(charge = %id, attempts = claimed.attempts, error, "the wallet is asked again later");
                Some(wallet.pause(claimed.attempts))
            }
        };
        let due = pause.map(|pause| self.clock.now().after(pause));
        self.execute(Settle { claimed, due }).await?;
        Ok(pause)
    }
}

impl User {
    /// With the coins of the wallet, where there is one.
    pub(super) fn holding(self, in_wallet: Option<Coins>) -> Self {
        Self { coins: in_wallet.unwrap_or(self.coins), ..self }
    }
}

impl Tx {
    /// Writes a charge down before the wallet hears of it.
    pub(super) async fn open_charge(&mut self, charge: Charge, abandoned: Timestamp) -> Result<(), ChatError> {
        let (state, due, at) = (ChargeState::Reserving, Some(abandoned), self.now);
        self.insert_charge(&StandingCharge { charge, state, due, attempts: 0, at }).await?;
        Ok(())
    }

    /// Orders the capture of a charge that is reserved. One that took too long has been given up meanwhile.
    pub(super) async fn order_capture(&mut self, id: ChargeId) -> Result<(), ChatError> {
        const GIVEN_UP: &str = "it took too long, and the coins are given back";
        match self.lock_charge(id).await? {
            Some(standing) if standing.state == ChargeState::Reserving => {
                let due = Some(self.now);
                self.set_charge(&StandingCharge { state: ChargeState::Capturing, due, ..standing }).await?;
                Ok(())
            }
            _ => Err(ChatError::WalletUnavailable(GIVEN_UP.into())),
        }
    }
}

struct GiveUp {
    charge: ChargeId,
}

#[async_trait]
impl Command for GiveUp {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        match tx.lock_charge(self.charge).await? {
            Some(standing) if standing.state == ChargeState::Reserving => {
                let due = Some(tx.now);
                tx.set_charge(&StandingCharge { state: ChargeState::Releasing, due, ..standing }).await?;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Takes a charge that is due upon oneself; one that nobody came back to is to be released. `None` where another was
/// first.
struct Claim {
    charge: ChargeId,
    until: Timestamp,
}

#[async_trait]
impl Command for Claim {
    type Answer = Option<StandingCharge>;

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        let now = tx.now;
        let Some(standing) = tx.lock_charge(self.charge).await? else { return Ok(None) };
        if standing.state.is_over() || standing.due.is_none_or(|due| now < due) {
            return Ok(None);
        }
        let state = match standing.state {
            ChargeState::Reserving => ChargeState::Releasing,
            state => state,
        };
        let attempts = standing.attempts.saturating_add(1);
        let claimed = StandingCharge { state, due: Some(self.until), attempts, ..standing };
        tx.set_charge(&claimed).await?;
        Ok(Some(claimed))
    }
}

/// Writes down what the wallet has answered; with `due` it is asked again then.
struct Settle {
    claimed: StandingCharge,
    due: Option<Timestamp>,
}

#[async_trait]
impl Command for Settle {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        let Some(standing) = tx.lock_charge(self.claimed.charge.id).await? else { return Ok(()) };
        // Where it took longer than the claim holds, another has taken it over, and that one's word counts: unless this is
        // the end, which it is for all.
        if standing.state.is_over() || (self.due.is_some() && standing.attempts != self.claimed.attempts) {
            return Ok(());
        }
        let state = match (self.due, standing.state) {
            (None, ChargeState::Capturing) => ChargeState::Captured,
            (None, _) => ChargeState::Released,
            (Some(_), state) => state,
        };
        tx.set_charge(&StandingCharge { state, due: self.due, ..standing }).await?;
        Ok(())
    }
}
