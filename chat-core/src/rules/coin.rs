//! Grants and debits.

use crate::{
    error::Rejection,
    model::coin::{Amount, CoinEntry, CoinKind, Coins, Reason},
};

/// What a grant or a debit comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoinChange {
    /// A new entry of this kind, with this balance after it.
    Apply {
        /// Grant or debit, by the sign of the amount.
        kind: CoinKind,
        /// The balance after it.
        balance_after: Coins,
    },
    /// The key was seen with the same content: the entry that stands is the answer.
    Repeat,
}

/// Whether the operator's change of a balance is applied (R-COIN-01, R-COIN-03). `seen` is the entry that bears the
/// same key, where there is one.
///
/// # Errors
/// `IdempotencyConflict`, `BalanceOverflow`, `InsufficientCoins`.
pub fn decide_change(
    balance: Coins,
    amount: Amount,
    reason: &Reason,
    seen: Option<&CoinEntry>,
) -> Result<CoinChange, Rejection> {
    if let Some(entry) = seen {
        return if entry.amount == amount && entry.reason.as_ref() == Some(reason) {
            Ok(CoinChange::Repeat)
        } else {
            Err(Rejection::IdempotencyConflict)
        };
    }
    let kind = if amount.get().is_negative() { CoinKind::Debit } else { CoinKind::Grant };
    match balance.checked_change(amount) {
        Some(balance_after) => Ok(CoinChange::Apply { kind, balance_after }),
        None if kind == CoinKind::Grant => Err(Rejection::BalanceOverflow),
        None => {
            let required = Coins::new(-amount.get()).unwrap_or(Coins::MAX);
            Err(Rejection::InsufficientCoins { required, available: balance })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{coin::CoinKey, time::Timestamp};

    fn coins(count: i64) -> Coins {
        Coins::new(count).unwrap()
    }

    fn amount(count: i64) -> Amount {
        Amount::parse(count).unwrap()
    }

    fn reason(text: &str) -> Reason {
        Reason::parse(text).unwrap()
    }

    #[test]
    fn r_coin_01_a_credit_beyond_what_can_be_held_is_refused() {
        let full = decide_change(Coins::MAX, amount(1), &reason("gift"), None);
        assert_eq!(full, Err(Rejection::BalanceOverflow));
        let exact = decide_change(coins(Coins::MAX.get() - 1), amount(1), &reason("gift"), None);
        assert_eq!(exact, Ok(CoinChange::Apply { kind: CoinKind::Grant, balance_after: Coins::MAX }));
    }

    #[test]
    fn r_coin_01_a_debit_below_zero_is_refused_with_what_it_needs() {
        let short = decide_change(coins(149), amount(-150), &reason("fee"), None);
        assert_eq!(short, Err(Rejection::InsufficientCoins { required: coins(150), available: coins(149) }));
        let exact = decide_change(coins(150), amount(-150), &reason("fee"), None);
        assert_eq!(exact, Ok(CoinChange::Apply { kind: CoinKind::Debit, balance_after: Coins::ZERO }));
    }

    #[test]
    fn r_coin_03_a_key_seen_before_is_answered_alike_or_refused_with_other_content() {
        let seen = CoinEntry {
            number: 2,
            amount: amount(-150),
            kind: CoinKind::Debit,
            reason: Some(reason("fee")),
            balance_after: Coins::ZERO,
            room: None,
            key: CoinKey::parse("k").ok(),
            at: Timestamp::from_millis(0),
        };
        let repeat = |count, text| decide_change(Coins::ZERO, amount(count), &reason(text), Some(&seen));
        assert_eq!(repeat(-150, "fee"), Ok(CoinChange::Repeat), "though the balance would not reach any more");
        assert_eq!(repeat(-149, "fee"), Err(Rejection::IdempotencyConflict));
        assert_eq!(repeat(-150, "other"), Err(Rejection::IdempotencyConflict));
    }
}
