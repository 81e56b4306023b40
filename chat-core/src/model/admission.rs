//! An admission: the right to a seat in one room, which outlives the seat (R-ADM-08).

use super::{coin::Coins, time::Timestamp};

/// How a user came by the admission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AdmissionKind {
    /// The one free admission of a life (R-ADM-06).
    Free,
    /// Paid for (R-ADM-07).
    Paid,
    /// As a prime member (R-ADM-05).
    Prime,
    /// As the room's maker (R-ADM-01).
    Owner,
}

impl AdmissionKind {
    /// The name on the wire and in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Paid => "paid",
            Self::Prime => "prime",
            Self::Owner => "owner",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Free, Self::Paid, Self::Prime, Self::Owner].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A user's standing admission to a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// How it was come by.
    pub kind: AdmissionKind,
    /// What it cost.
    pub coins: Coins,
    /// When.
    pub at: Timestamp,
}
