//! Who runs the chat: the embedding application, and the people it trusts with that.

use std::collections::BTreeSet;

use super::{room::RoomId, text_id, time::Timestamp, user::UserId, uuid_id};

text_id! {
    /// What an operator is called in the audit: 1 to 64 of `A-Z a-z 0-9 . _ @ : + -`.
    OperatorName, at most 64
}

/// What an operator may be trusted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Right {
    /// To find users, look at rooms and read the audit.
    Look,
    /// To make users prime, suspend and erase them, and end their sessions.
    Users,
    /// To grant and to debit coins.
    Coins,
    /// To close rooms.
    Rooms,
    /// To have dead letters sent again, and to delete them.
    Outbox,
}

impl Right {
    /// All there are.
    pub const ALL: [Self; 5] = [Self::Look, Self::Users, Self::Coins, Self::Rooms, Self::Outbox];

    /// What it is called where operators are configured.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Look => "look",
            Self::Users => "users",
            Self::Coins => "coins",
            Self::Rooms => "rooms",
            Self::Outbox => "outbox",
        }
    }

    /// The right of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|right| right.as_str() == name)
    }
}

/// Who acts for everybody, and with what they are trusted.
///
/// ```
/// use chat_core::model::operator::{Operator, OperatorName, Right};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let clerk = Operator::new(OperatorName::parse("clerk")?, [Right::Look, Right::Coins]);
/// assert!(clerk.may(Right::Coins) && !clerk.may(Right::Users));
/// assert!(Operator::host().may(Right::Users));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    name: OperatorName,
    rights: BTreeSet<Right>,
}

impl Operator {
    /// An operator with these rights.
    pub fn new(name: OperatorName, rights: impl IntoIterator<Item = Right>) -> Self {
        Self { name, rights: rights.into_iter().collect() }
    }

    /// The embedding application itself, which may do everything; the audit calls it `host`.
    pub fn host() -> Self {
        Self::new(OperatorName("host".into()), Right::ALL)
    }

    /// What the audit calls them.
    pub const fn name(&self) -> &OperatorName {
        &self.name
    }

    /// Whether they have a right.
    pub fn may(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}

uuid_id! {
    /// Which entry of the audit.
    AuditId
}

/// What an operator did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Made a user prime.
    PrimeGiven,
    /// Made a user prime no more.
    PrimeTaken,
    /// Suspended a user, or gave another reason for it.
    Suspended,
    /// Lifted a suspension.
    Lifted,
    /// Erased a user.
    Erased,
    /// Ended all sessions of a user.
    SessionsEnded,
    /// Granted or debited coins.
    CoinsChanged,
    /// Closed a room.
    RoomClosed,
    /// Had a dead letter sent again.
    DeadLetterSent,
    /// Deleted a dead letter.
    DeadLetterDeleted,
}

impl Act {
    /// The name on the wire and in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PrimeGiven => "prime_given",
            Self::PrimeTaken => "prime_taken",
            Self::Suspended => "suspended",
            Self::Lifted => "lifted",
            Self::Erased => "erased",
            Self::SessionsEnded => "sessions_ended",
            Self::CoinsChanged => "coins_changed",
            Self::RoomClosed => "room_closed",
            Self::DeadLetterSent => "dead_letter_sent",
            Self::DeadLetterDeleted => "dead_letter_deleted",
        }
    }

    /// All there are.
    pub const ALL: [Self; 10] = [
        Self::PrimeGiven,
        Self::PrimeTaken,
        Self::Suspended,
        Self::Lifted,
        Self::Erased,
        Self::SessionsEnded,
        Self::CoinsChanged,
        Self::RoomClosed,
        Self::DeadLetterSent,
        Self::DeadLetterDeleted,
    ];

    /// The act of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|act| act.as_str() == name)
    }
}

/// An entry of the audit: who did what, to whom, when. It is written in the transaction that did it, and never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// Which. Later ones sort after earlier ones, to the millisecond.
    pub id: AuditId,
    /// Who did it.
    pub operator: OperatorName,
    /// What.
    pub act: Act,
    /// To which user, where it was one.
    pub user: Option<UserId>,
    /// To which room, where it was one.
    pub room: Option<RoomId>,
    /// What else there is to say: a reason, or how many coins under which key.
    pub detail: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl AuditEntry {
    /// The greatest number of characters of `detail`.
    pub const MAX_DETAIL: usize = 255;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_has_the_rights_they_were_given_and_the_host_has_all() {
        let clerk = Operator::new(OperatorName::parse("clerk").unwrap(), [Right::Look, Right::Coins]);
        assert_eq!(Right::ALL.map(|right| clerk.may(right)), [true, false, true, false, false]);
        assert!(Right::ALL.into_iter().all(|right| Operator::host().may(right)));
        assert_eq!(Operator::host().name(), &OperatorName::parse("host").unwrap());
    }

    #[test]
    fn rights_are_known_by_their_names() {
        assert!(Right::ALL.into_iter().all(|right| Right::from_name(right.as_str()) == Some(right)));
        assert_eq!(Right::from_name("all"), None);
    }
}
