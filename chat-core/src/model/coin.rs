//! Coins, and the ledger of their changes.

use std::fmt;

use super::{
    room::RoomId,
    text::{check_key, check_length},
    time::Timestamp,
};
use crate::fault::{Fault, FieldCode};

/// Coins owned or owed: 0 to 2^53 − 1, what every JSON client reads exactly (R-COIN-01).
///
/// ```
/// use chat_core::model::coin::Coins;
///
/// assert_eq!(Coins::new(150).map(Coins::get), Some(150));
/// assert_eq!((Coins::new(-1), Coins::ZERO.get()), (None, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Coins(i64);

impl Coins {
    /// None.
    pub const ZERO: Self = Self(0);
    /// The greatest balance.
    pub const MAX: Self = Self(i64::pow(2, 53) - 1);

    /// This many, if a balance can be that; `None` below zero and above [`Coins::MAX`].
    pub const fn new(count: i64) -> Option<Self> {
        if 0 <= count && count <= Self::MAX.0 { Some(Self(count)) } else { None }
    }

    /// How many.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// What is left after paying `price`; `None` where it does not reach: "cannot pay" is a value, not a wrap.
    pub const fn checked_sub(self, price: Self) -> Option<Self> {
        Self::new(self.0 - price.0)
    }

    /// The balance after `amount` was credited or debited; `None` below zero and above [`Coins::MAX`].
    pub const fn checked_change(self, amount: Amount) -> Option<Self> {
        Self::new(self.0 + amount.0)
    }
}

impl fmt::Display for Coins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A change of a balance: a credit above zero, a debit below, never beyond ±(2^53 − 1). Zero stands only in the
/// entry of an opening balance of nothing.
///
/// ```
/// use chat_core::model::coin::{Amount, Coins};
///
/// let price = Coins::new(150).unwrap_or(Coins::ZERO);
/// assert_eq!((Amount::credit(price).get(), Amount::debit(price).get()), (150, -150));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(i64);

impl Amount {
    /// A change by this many, within ±(2^53 − 1).
    pub const fn new(count: i64) -> Option<Self> {
        if -Coins::MAX.0 <= count && count <= Coins::MAX.0 { Some(Self(count)) } else { None }
    }

    /// What a grant or a debit may be: a change that is one.
    ///
    /// # Errors
    /// `out_of_range`.
    pub fn parse(count: i64) -> Result<Self, Fault> {
        match Self::new(count) {
            Some(amount) if count != 0 => Ok(amount),
            _ => Err(Fault::new(FieldCode::OutOfRange, "from -9007199254740991 to 9007199254740991, and not 0")),
        }
    }

    /// The whole of `coins`, credited.
    pub const fn credit(coins: Coins) -> Self {
        Self(coins.0)
    }

    /// The whole of `coins`, debited.
    pub const fn debit(coins: Coins) -> Self {
        Self(-coins.0)
    }

    /// How many, with its sign.
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// Why a balance changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CoinKind {
    /// The balance with which the user began (R-ACC-04).
    Opening,
    /// The price of a room (R-ADM-07).
    RoomAdmission,
    /// The operator gave.
    Grant,
    /// The operator took.
    Debit,
}

impl CoinKind {
    /// The name on the wire and in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::RoomAdmission => "room_admission",
            Self::Grant => "grant",
            Self::Debit => "debit",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Opening, Self::RoomAdmission, Self::Grant, Self::Debit].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// The operator's words for a grant or a debit: 1 to 200 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

impl Reason {
    /// The greatest number of characters.
    pub const MAX: usize = 200;

    /// Checks the text.
    ///
    /// # Errors
    /// `too_short`, `too_long`; `bad_format` with a control character.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        check_length(text, 1, Self::MAX)?;
        if text.chars().any(char::is_control) {
            return Err(Fault::new(FieldCode::BadFormat, "no control characters"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The operator's idempotency key of a grant or a debit: 1 to 128 printable ASCII characters, unique for the user
/// (R-COIN-03).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CoinKey(Box<str>);

impl CoinKey {
    /// The greatest number of characters.
    pub const MAX: usize = 128;

    /// Checks the text.
    ///
    /// # Errors
    /// `too_short`, `too_long`; `bad_format` with anything but printable ASCII.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        check_key(text, Self::MAX)?;
        Ok(Self(text.into()))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One line of a user's ledger. Never changed, never removed (R-COIN-04).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoinEntry {
    /// 1, 2, 3 … for each user.
    pub number: u64,
    /// By how much the balance changed.
    pub amount: Amount,
    /// Why.
    pub kind: CoinKind,
    /// The operator's words, with a grant or a debit.
    pub reason: Option<Reason>,
    /// The balance after it.
    pub balance_after: Coins,
    /// The room that was paid for.
    pub room: Option<RoomId>,
    /// The operator's key, with a grant or a debit.
    pub key: Option<CoinKey>,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_coin_01_a_balance_is_never_negative_and_never_above_2_53() {
        assert_eq!(Coins::new(-1), None);
        assert_eq!(Coins::new(9_007_199_254_740_992), None);
        assert_eq!(Coins::new(9_007_199_254_740_991), Some(Coins::MAX));
        assert_eq!(Coins::ZERO.checked_sub(Coins::MAX), None);
        assert_eq!(Coins::MAX.checked_change(Amount::credit(Coins::MAX)), None);
        assert_eq!(Coins::MAX.checked_change(Amount::debit(Coins::MAX)), Some(Coins::ZERO));
    }

    #[test]
    fn a_grant_of_nothing_or_beyond_what_can_be_held_is_none() {
        for bad in [0, i64::MIN, i64::MAX, 9_007_199_254_740_992, -9_007_199_254_740_992] {
            assert_eq!(Amount::parse(bad).map_err(|fault| fault.code), Err(FieldCode::OutOfRange), "{bad}");
        }
    }
}
