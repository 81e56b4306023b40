//! Charges that wait for the host's wallet: it is told what became of them until it has answered.

use std::{
    collections::HashMap,
    error::Error,
    sync::{Arc, Weak},
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    task::{self, JoinSet},
    time::{Instant, sleep_until},
};

use super::{
    chat::Inner,
    transaction::{Command, Tx},
    wallet::WalletCalls,
};
use crate::{
    error::ChatError,
    model::{
        charge::{ChargeId, ChargeState, StandingCharge},
        time::Timestamp,
    },
};

/// How often it is looked for charges that another node, or one that died, has left.
const LOOK: Duration = Duration::from_secs(5);
/// How many charges are seen to at once.
const AT_ONCE: usize = 16;

/// The charges that this node is seeing to. Each is seen to for itself: one of which the wallet says nothing keeps no other
/// waiting while there are fewer than [`AT_ONCE`] such.
struct Settling {
    tasks: JoinSet<Settled>,
    charges: HashMap<task::Id, ChargeId>,
    /// There were more than could be begun.
    is_more: bool,
    /// When to look again at the latest.
    look: Instant,
}

/// After how long the wallet is told again, where it must be.
type Settled = Result<Option<Duration>, ChatError>;

impl Settling {
    /// Sees to a charge, unless that is being done.
    fn begin(&mut self, id: ChargeId, chat: &Arc<Inner>, wallet: &Arc<WalletCalls>) {
        if self.charges.values().any(|begun| *begun == id) {
            return;
        }
        if self.charges.len() == AT_ONCE {
            self.is_more = true;
            return;
        }
        let (chat, wallet) = (Arc::clone(chat), Arc::clone(wallet));
        let task = self.tasks.spawn(async move { chat.settle_charge(&wallet, id).await });
        self.charges.insert(task.id(), id);
    }

    /// One has ended. What went wrong with it is found again once its claim lapses.
    fn end(&mut self, ended: Result<(task::Id, Settled), task::JoinError>) {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let charge = self.charges.remove(&id).map(|charge| charge.to_string());
        match ended {
            Ok((_, Ok(Some(pause)))) => self.look = self.look.min(Instant::now() + pause),
            Ok((_, Ok(None))) => {}
            Ok((_, Err(error))) => {
                tracing::warn!(charge, error = &error as &dyn Error, "a charge is seen to later");
            }
            Err(error) => tracing::error!(charge, %error, "seeing to a charge ended in a panic"),
        }
    }

    /// Waits until there may be something to begin.
    async fn wait(&mut self, wallet: &WalletCalls) {
        loop {
            tokio::select! {
                Some(ended) = self.tasks.join_next_with_id() => {
                    self.end(ended);
                    if self.is_more {
                        return;
                    }
                }
                () = wallet.due.notified() => return,
                // In time either way: what another node leaves behind is found by the next look.
                () = sleep_until(self.look) => return,
            }
        }
    }
}

impl Inner {
    /// Captures and releases what is due, until the chat is gone.
    pub(super) async fn settle_charges(chat: Weak<Self>, wallet: Arc<WalletCalls>) {
        let (tasks, charges) = (JoinSet::new(), HashMap::new());
        let mut settling = Settling { tasks, charges, is_more: false, look: Instant::now() };
        loop {
            let Some(chat) = chat.upgrade() else { return };
            let now = Instant::now();
            if settling.look <= now {
                settling.look = now + LOOK;
            }
            if let Err(error) = chat.begin_to_settle(&mut settling, &wallet).await {
                let error = &error as &dyn Error;
                tracing::warn!(error, "the charges of the wallet could not be seen to");
            }
            drop(chat);
            settling.wait(&wallet).await;
        }
    }

    /// Begins with what is due, as far as it can be begun now.
    async fn begin_to_settle(
        self: &Arc<Self>,
        settling: &mut Settling,
        wallet: &Arc<WalletCalls>,
    ) -> Result<(), ChatError> {
        settling.is_more = false;
        // Those that were begun are due until they are claimed.
        let due = self.store.due_charges(self.clock.now(), 2 * AT_ONCE).await?;
        for due in due {
            settling.begin(due.charge.id, self, wallet);
        }
        Ok(())
    }

    /// Tells the wallet what became of a charge. Claimed before, so that nodes do not tell it at the same time, and due
    /// again, should this one die meanwhile. Answers after how long it is told again, where it must be.
    async fn settle_charge(self: &Arc<Self>, wallet: &WalletCalls, id: ChargeId) -> Settled {
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
