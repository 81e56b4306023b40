//! The host's wallet, where it has one: a saga whose every step is written down before it is taken.

use std::{error::Error, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::{sync::Notify, time::timeout};
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

/// The longest wait before the wallet is asked again.
const LONGEST: Duration = Duration::from_secs(300);

/// The host's wallet.
pub(super) struct WalletCalls {
    wallet: Arc<dyn Wallet>,
    pub(super) policy: WalletPolicy,
    /// Something is due.
    pub(super) due: Notify,
}

impl WalletCalls {
    pub(super) fn new(wallet: Arc<dyn Wallet>, policy: WalletPolicy) -> Self {
        Self { wallet, policy, due: Notify::new() }
    }

    /// Awaits the wallet in a task of its own: one that panics ends nothing else.
    pub(super) async fn ask<V, F>(&self, call: impl FnOnce(Arc<dyn Wallet>) -> F) -> Result<V, Source>
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
    pub(super) fn pause(&self, attempts: u32) -> Duration {
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
