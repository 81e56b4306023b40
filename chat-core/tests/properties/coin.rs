use std::collections::HashMap;

use chat_core::{
    error::Rejection,
    model::coin::{Amount, CoinEntry, CoinKey, CoinKind, Coins, Reason},
    rules::coin::{CoinChange, decide_change},
};
use proptest::{prelude::*, sample::select};

use crate::{
    edge::{MAX, NOW, balance, code, coins},
    order::{assert_order, line, sole},
};

fn amount(count: i64) -> Amount {
    Amount::parse(count).expect("an amount")
}

fn reason(n: u8) -> Reason {
    Reason::parse(&format!("reason {n}")).expect("a reason")
}

/// Amounts of which each is a change: around nothing, the price, and the greatest.
fn any_amount() -> impl Strategy<Value = Amount> {
    let edges = vec![1, 149, 150, 151, MAX - 1, MAX];
    let size = prop_oneof![4 => select(edges), 1 => 1..=MAX];
    (size, any::<bool>()).prop_map(|(size, debit)| amount(if debit { -size } else { size }))
}

/// A balance, and an amount that often lands on an end of the scale or a coin beside it.
fn balance_and_amount() -> impl Strategy<Value = (Coins, Amount)> {
    balance().prop_flat_map(|balance| {
        let (down, up) = (balance.get(), MAX - balance.get());
        let landing: Vec<Amount> = [-down + 1, -down, -down - 1, up - 1, up, up + 1]
            .into_iter()
            .filter_map(|count| Amount::parse(count).ok())
            .collect();
        (Just(balance), prop_oneof![select(landing), any_amount()])
    })
}

/// The entry that a change under a key leaves.
fn entry(number: usize, (amount, reason, key): (Amount, &Reason, &CoinKey), change: CoinChange) -> CoinEntry {
    let CoinChange::Apply { kind, balance_after } = change else { panic!("only what is applied leaves an entry") };
    CoinEntry {
        number: u64::try_from(number).expect("few"),
        amount,
        kind,
        reason: Some(reason.clone()),
        balance_after,
        room: None,
        key: Some(key.clone()),
        at: NOW,
    }
}

#[derive(Clone, Debug)]
struct Asked {
    balance: Coins,
    amount: Amount,
    reason: Reason,
    seen: Option<CoinEntry>,
}

/// A change, under a key that perhaps bears an entry: of the same content, or of another amount, reason or both.
fn asked() -> impl Strategy<Value = Asked> {
    let seen = prop::option::of((any::<bool>(), any_amount(), 0..2_u8));
    (balance_and_amount(), seen).prop_map(|((balance, amount), seen)| {
        let seen = seen.map(|(same_amount, other, text)| {
            let amount = if same_amount { amount } else { other };
            let kind = if amount.get() < 0 { CoinKind::Debit } else { CoinKind::Grant };
            let key = CoinKey::parse("key").expect("a key");
            entry(1, (amount, &reason(text), &key), CoinChange::Apply { kind, balance_after: balance })
        });
        Asked { balance, amount, reason: reason(0), seen }
    })
}

fn same(asked: &Asked, entry: &CoinEntry) -> bool {
    entry.amount == asked.amount && entry.reason.as_ref() == Some(&asked.reason)
}

#[test]
fn r_coin_03_a_key_seen_before_is_looked_at_before_the_balance() {
    let order = [
        line("repeat", |asked: &Asked| asked.seen.as_ref().is_some_and(|seen| same(asked, seen))),
        line("idempotency_conflict", |asked| asked.seen.is_some()),
        sole("balance_overflow", |asked| asked.amount.get() > MAX - asked.balance.get()),
        line("insufficient_coins", |asked| asked.amount.get() < -asked.balance.get()),
        line("apply", |_| true),
    ];
    assert_order(file!(), asked(), order, |asked| {
        match decide_change(asked.balance, asked.amount, &asked.reason, asked.seen.as_ref()) {
            Ok(CoinChange::Repeat) => "repeat".to_owned(),
            Ok(CoinChange::Apply { .. }) => "apply".to_owned(),
            Err(refused) => code(&refused),
        }
    });
}

proptest! {
    /// R-COIN-01, with exactly what is missing told.
    #[test]
    fn r_coin_01_a_change_lands_between_nothing_and_the_greatest_balance_or_is_refused(
        (balance, amount) in balance_and_amount(),
    ) {
        let sum = balance.get() + amount.get();
        match decide_change(balance, amount, &reason(0), None) {
            Ok(CoinChange::Apply { kind, balance_after }) => {
                prop_assert_eq!(balance_after.get(), sum);
                prop_assert_eq!(kind, if amount.get() > 0 { CoinKind::Grant } else { CoinKind::Debit });
            }
            Err(Rejection::InsufficientCoins { required, available }) => {
                prop_assert!(sum < 0);
                prop_assert_eq!((required.get(), available), (-amount.get(), balance));
            }
            Err(refused) => {
                prop_assert_eq!(refused, Rejection::BalanceOverflow);
                prop_assert!(sum > MAX);
            }
            Ok(CoinChange::Repeat) => prop_assert!(false, "nothing was seen before"),
        }
    }

    /// R-COIN-01: what is left after a price is what is missing to the balance, or there is nothing left.
    #[test]
    fn r_coin_01_paying_takes_the_price_or_nothing(have in balance(), price in balance()) {
        let left = have.checked_sub(price).map(Coins::get);
        prop_assert_eq!(left, (have >= price).then(|| have.get() - price.get()));
    }

    /// R-COIN-02, R-COIN-03: whatever comes, and however often it comes again, the balance is the sum of the entries, a
    /// key has one of them, and what is left out of it is what was refused.
    #[test]
    fn r_coin_02_the_balance_is_the_sum_of_the_entries_whatever_is_changed_and_repeated(
        opening in balance(),
        changes in prop::collection::vec((any_amount(), 0..2_u8, 0..6_u8), 0..24),
    ) {
        let (mut now, mut entries) = (opening, Vec::<CoinEntry>::new());
        let mut by_key = HashMap::new();
        for (amount, text, key) in &changes {
            let (text, key) = (reason(*text), CoinKey::parse(&format!("key {key}")).expect("a key"));
            let decided = decide_change(now, *amount, &text, by_key.get(&key).map(|&at: &usize| &entries[at]));
            let Ok(change) = decided else { continue };
            match change {
                CoinChange::Repeat => {
                    let stands = &entries[by_key[&key]];
                    prop_assert_eq!((stands.amount, stands.reason.as_ref()), (*amount, Some(&text)));
                }
                CoinChange::Apply { balance_after, .. } => {
                    prop_assert_eq!(by_key.insert(key.clone(), entries.len()), None, "one entry a key");
                    entries.push(entry(entries.len() + 1, (*amount, &text, &key), change));
                    now = balance_after;
                }
            }
            let sum: i64 = opening.get() + entries.iter().map(|entry| entry.amount.get()).sum::<i64>();
            prop_assert_eq!(now, coins(sum));
        }
    }
}
