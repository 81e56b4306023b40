//! The host's own coins.

use std::time::Duration;

use async_trait::async_trait;

use crate::{
    model::{charge::Charge, coin::Coins, user::UserId},
    ports::store::Source,
};

/// Coins that the host keeps, in the place of the chat's ledger. A seat that costs something is charged in two steps, so
/// that nobody pays without a seat, and nobody sits without paying in the end, whatever dies in between:
///
/// 1. The charge is written down, with its key; then the wallet is asked to [`reserve`](Self::reserve) it.
/// 2. Seat, admission and the order to [`capture`](Self::capture) are one commit; the wallet is told so until it has
///    answered `Ok`. Where there will be no seat, it is told to [`release`](Self::release) until it has.
///
/// Each call may come more than once, on any node, and after the answer to an earlier one was lost: it does once what its
/// key stands for, and answers alike. Of one charge the chat never asks for both, `capture` and `release`. A `reserve`
/// that took too long may be overtaken by its `release`: what was released once can be reserved no more.
///
/// All are awaited while no lock is held and no transaction is open. One that answers an error, panics, or takes longer
/// than [`WalletPolicy::time_limit`] has failed, which delays its own charge alone: up to sixteen captures and releases are
/// awaited at once on each node.
///
/// ```
/// use chat_core::model::{charge::Charge, coin::Coins, user::UserId};
/// use chat_core::ports::{store::Source, wallet::{Reserved, Wallet}};
///
/// /// A wallet in which everybody has as many coins as they need. One that counts keeps, under the key of each charge, what
/// /// became of it.
/// struct Boundless;
///
/// #[async_trait::async_trait]
/// impl Wallet for Boundless {
///     async fn balance(&self, _user: &UserId) -> Result<Coins, Source> {
///         Ok(Coins::MAX)
///     }
///
///     async fn reserve(&self, _charge: &Charge) -> Result<Reserved, Source> {
///         Ok(Reserved::Yes { left: Coins::MAX })
///     }
///
///     async fn capture(&self, _charge: &Charge) -> Result<(), Source> {
///         Ok(())
///     }
///
///     async fn release(&self, _charge: &Charge) -> Result<(), Source> {
///         Ok(())
///     }
/// }
/// ```
#[async_trait]
pub trait Wallet: Send + Sync + 'static {
    /// What a user has to spend. Asked wherever their own coins are shown, and where it fails, so does what would show
    /// them: it should answer out of memory where it can.
    ///
    /// # Errors
    /// Whatever keeps the wallet from knowing.
    async fn balance(&self, user: &UserId) -> Result<Coins, Source>;

    /// Sets the coins of a charge aside, if the user has as many.
    ///
    /// # Errors
    /// Whatever keeps the wallet from doing so, or from knowing whether it did: the charge is released then.
    async fn reserve(&self, charge: &Charge) -> Result<Reserved, Source>;

    /// Takes what was reserved. There is no way back: the seat is taken.
    ///
    /// # Errors
    /// Whatever keeps the wallet from doing so now: it is asked again.
    async fn capture(&self, charge: &Charge) -> Result<(), Source>;

    /// Gives back what was reserved under the key, if anything, and reserves nothing under it any more.
    ///
    /// # Errors
    /// Whatever keeps the wallet from doing so now: it is asked again.
    async fn release(&self, charge: &Charge) -> Result<(), Source>;
}

/// What became of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// The coins are set aside.
    Yes {
        /// What they have to spend beside these.
        left: Coins,
    },
    /// The user has only so many (`insufficient_coins`). Nothing was set aside.
    No {
        /// What they have.
        available: Coins,
    },
}

/// How long a wallet may take, and how often it is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WalletPolicy {
    /// How long one call may take. Default: 5 s.
    pub time_limit: Duration,
    /// After how long a charge that nobody came back to is released: longer than it takes to reserve it and take the
    /// seat. Default: 60 s.
    pub abandoned_after: Duration,
    /// How long to wait before a capture or a release is tried again; twice as long after each failure, with chance in
    /// it, up to 5 minutes. Default: 1 s.
    pub retry_after: Duration,
}

impl Default for WalletPolicy {
    fn default() -> Self {
        Self {
            time_limit: Duration::from_secs(5),
            abandoned_after: Duration::from_secs(60),
            retry_after: Duration::from_secs(1),
        }
    }
}
