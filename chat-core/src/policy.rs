//! The numbers of the rules that an embedding application may set.

use std::time::Duration;

use crate::model::coin::Coins;

/// Prices, lifetimes, waits and permissions. The defaults are those of the project's rules.
///
/// ```
/// use chat_core::model::coin::Coins;
/// use chat_core::policy::{Policy, StartingCoins};
///
/// let policy = Policy { starting_coins: StartingCoins::Fixed(Coins::ZERO), moderators_invite: true, ..Policy::default() };
/// assert_eq!(policy.room_price.get(), 150);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// With how many coins a user begins (R-ACC-04).
    pub starting_coins: StartingCoins,
    /// What each room after the free one costs a user who is not prime (R-ADM-07). Default 150.
    pub room_price: Coins,
    /// How long an invite can be used (R-INV-03). Default 7 days.
    pub invite_ttl: Duration,
    /// Whether moderators invite, as owners do (R-INV-01). Default no.
    pub moderators_invite: bool,
    /// Who may ask whom to be friends (R-FRI-01).
    pub friend_requests: FriendRequests,
    /// How long a sender waits after a decline (R-FRI-03). Default 24 hours.
    pub decline_wait: Duration,
    /// For how long whoever has lost their last connection is online still. Default 10 seconds.
    pub presence_grace: Duration,
    /// How long an access token is good. Default 15 minutes.
    pub access_ttl: Duration,
    /// How long a refresh token is good when it is not used. Default 30 days.
    pub refresh_ttl: Duration,
    /// How long a session can be refreshed at all. Default 180 days.
    pub session_max: Duration,
    /// For how long the direct predecessor of a refresh token is answered with the same successor: an answer may have
    /// been lost, or two tabs asked at once. Default 60 seconds.
    pub refresh_grace: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        const HOUR: Duration = Duration::from_hours(1);
        Self {
            starting_coins: StartingCoins::AsRequested { max: coins(1_000_000) },
            room_price: coins(150),
            invite_ttl: 7 * 24 * HOUR,
            moderators_invite: false,
            friend_requests: FriendRequests::Participants,
            decline_wait: 24 * HOUR,
            presence_grace: Duration::from_secs(10),
            access_ttl: Duration::from_mins(15),
            refresh_ttl: 30 * 24 * HOUR,
            session_max: 180 * 24 * HOUR,
            refresh_grace: Duration::from_secs(60),
        }
    }
}

const fn coins(count: i64) -> Coins {
    match Coins::new(count) {
        Some(coins) => coins,
        None => Coins::ZERO,
    }
}

/// With how many coins a user begins (R-ACC-04).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartingCoins {
    /// With what the registration asks for, up to `max`; more is refused.
    AsRequested {
        /// The most that may be asked for.
        max: Coins,
    },
    /// With this many, whatever is asked for.
    Fixed(Coins),
}

/// Who may ask whom to be friends (R-FRI-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FriendRequests {
    /// Whoever shares, or once shared, a room with the other.
    Participants,
    /// Any user any other.
    Anyone,
    /// Nobody.
    Nobody,
}
