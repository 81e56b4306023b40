//! A charge of the host's wallet: what a seat costs where the coins are not the chat's.

use super::{coin::Coins, room::RoomId, time::Timestamp, user::UserId, uuid_id};

uuid_id! {
    /// Which charge: the key under which the wallet reserves, captures and releases it, each once.
    ChargeId
}

/// Coins of a user for an admission to a room (R-ADM-07).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// The key.
    pub id: ChargeId,
    /// Who pays.
    pub user: UserId,
    /// For a seat in which room.
    pub room: RoomId,
    /// How many coins.
    pub coins: Coins,
}

/// How far a charge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChargeState {
    /// The wallet is being asked to reserve it; what it says is not known yet.
    Reserving,
    /// The seat is taken: the wallet is to capture it, as often as it takes.
    Capturing,
    /// The wallet has captured it. The end.
    Captured,
    /// There is no seat: the wallet is to release it, as often as it takes.
    Releasing,
    /// The wallet has released it. The end.
    Released,
}

impl ChargeState {
    /// The name in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserving => "reserving",
            Self::Capturing => "capturing",
            Self::Captured => "captured",
            Self::Releasing => "releasing",
            Self::Released => "released",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Reserving, Self::Capturing, Self::Captured, Self::Releasing, Self::Released]
            .into_iter()
            .find(|state| state.as_str() == name)
    }

    /// Whether nothing follows.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Captured | Self::Released)
    }
}

/// A charge as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingCharge {
    /// The charge.
    pub charge: Charge,
    /// How far it is.
    pub state: ChargeState,
    /// When somebody is to see to it next; none where nothing follows.
    pub due: Option<Timestamp>,
    /// How often the wallet was asked to capture or release it.
    pub attempts: u32,
    /// When it began.
    pub at: Timestamp,
}
