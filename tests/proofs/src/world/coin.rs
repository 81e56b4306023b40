//! Coins (R-COIN).

use chat_core::{
    api::{ChangedCoins, CoinPage},
    error::Rejection,
    model::{
        coin::{Amount, CoinEntry, CoinKind, Coins, Reason},
        room::RoomId,
        user::UserId,
    },
};

use super::World;
use crate::{
    answer::{Answer, Reply},
    words::{coin_key, reason},
};

/// The greatest balance: 2^53 − 1.
const GREATEST: i64 = 9_007_199_254_740_991;

impl World {
    /// Writes a line into a ledger that can take it.
    pub(super) fn enter(
        &mut self,
        user: &UserId,
        amount: i64,
        kind: CoinKind,
        room: Option<RoomId>,
        by_operator: Option<(Reason, u8)>,
    ) -> Result<CoinEntry, Rejection> {
        let now = self.now;
        let account = self.account_mut(user)?;
        let balance = Coins::new(account.user.coins.get() + amount).expect("the caller has looked");
        let (reason, key) = by_operator.unzip();
        let entry = CoinEntry {
            number: account.entries.len() as u64 + 1,
            amount: Amount::new(amount).expect("a balance can take it"),
            kind,
            reason,
            balance_after: balance,
            room,
            key: key.map(coin_key),
            at: now,
        };
        account.user.coins = balance;
        account.entries.push(entry.clone());
        Ok(entry)
    }

    pub(super) fn change_coins(&mut self, user: &UserId, amount: i64, why: u8, key: u8) -> Answer {
        let account = self.subject(user)?;
        if let Some(seen) = account.entries.iter().find(|entry| entry.key.as_ref() == Some(&coin_key(key))) {
            if seen.amount.get() != amount || seen.reason != Some(reason(why)) {
                return Err(Rejection::IdempotencyConflict);
            }
            return Ok(Reply::Coins(ChangedCoins { entry: seen.clone(), repeated: true }));
        }
        let balance = account.user.coins;
        if GREATEST < balance.get() + amount {
            return Err(Rejection::BalanceOverflow);
        }
        if balance.get() + amount < 0 {
            let required = Coins::new(-amount).expect("an amount is within what can be held");
            return Err(Rejection::InsufficientCoins { required, available: balance });
        }
        let kind = if amount < 0 { CoinKind::Debit } else { CoinKind::Grant };
        let entry = self.enter(user, amount, kind, None, Some((reason(why), key)))?;
        Ok(Reply::Coins(ChangedCoins { entry, repeated: false }))
    }

    pub(super) fn coin_entries(&self, user: &UserId, before: Option<u64>, limit: usize) -> Answer {
        let entries = &self.account(user)?.entries;
        let older = entries.iter().rev().filter(|entry| before.is_none_or(|before| entry.number < before));
        let has_more = limit < older.clone().count();
        Ok(Reply::Entries(CoinPage { entries: older.take(limit).cloned().collect(), has_more }))
    }
}
