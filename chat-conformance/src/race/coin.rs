use chat_core::{
    api::{Admin, ChangeCoins, Rooms},
    model::{
        coin::{Amount, CoinKey, Coins, Reason},
        operator::Operator,
        session::Caller,
    },
};

use super::nodes::{Nodes, at_once, by_password, code, count};
use crate::{Fixture, build::user};

fn change(amount: i64, key: &str) -> ChangeCoins {
    ChangeCoins {
        amount: Amount::parse(amount).unwrap(),
        reason: Reason::parse("because").unwrap(),
        key: CoinKey::parse(key).unwrap(),
    }
}

/// Each grant and each debit comes twice under its key, while the same user pays for rooms.
pub(crate) async fn r_coin_02_grants_debits_and_charges_at_once_add_up(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    nodes.users(&["owner"], 0).await;
    nodes.users(&["alice"], 1_000).await;
    let rooms = nodes.rooms("owner", 5).await;
    let changes: Vec<ChangeCoins> = (0..12)
        .flat_map(|n| [change(10 + n, &format!("grant {n}")), change(-1 - n, &format!("debit {n}"))])
        .flat_map(|change| [change.clone(), change])
        .collect();
    let joining = at_once(rooms.iter().enumerate().map(|(n, room)| {
        let (chat, room) = (nodes.of(n), *room);
        async move { chat.join_room(&Caller::user(user("alice")), by_password(room)).await }
    }));
    let changing = at_once(changes.into_iter().enumerate().map(|(n, change)| {
        let chat = nodes.of(n / 2 + n);
        async move { chat.change_coins(&Operator::host(), &user("alice"), change).await }
    }));
    let (joined, changed) = tokio::join!(joining, changing);
    assert_eq!(count(&joined, "ok"), 5, "{:?}", joined.iter().map(code).collect::<Vec<_>>());
    let repeated = changed.iter().filter(|changed| changed.as_ref().unwrap().repeated).count();
    assert_eq!(repeated, 24, "R-COIN-03: of each two one is the repetition");
    let (granted, debited): (i64, i64) = ((0..12).map(|n| 10 + n).sum(), (0..12).map(|n| 1 + n).sum());
    assert_eq!(nodes.coins("alice").await, 1_000 + granted - debited - 4 * 150);
    let entries = nodes.store.coin_entries(&user("alice"), None, 100).await.unwrap();
    assert_eq!(entries.len(), 1 + 24 + 4, "opening, changes, charges");
}

/// Of many debits as many succeed as the balance pays for; of many credits as many as can be held.
pub(crate) async fn r_coin_01_a_balance_stays_within_its_bounds_whoever_changes_it(fixture: &dyn Fixture) {
    let nodes = Nodes::start(fixture).await;
    nodes.users(&["alice"], 35).await;
    nodes.users(&["bob"], Coins::MAX.get() - 35).await;
    let results = at_once((0..16).map(|n| {
        let chat = nodes.of(n / 2);
        async move {
            let (id, amount) = if n % 2 == 0 { ("alice", -10) } else { ("bob", 10) };
            chat.change_coins(&Operator::host(), &user(id), change(amount, &n.to_string())).await
        }
    }))
    .await;
    let codes: Vec<String> = results.iter().map(code).collect();
    assert_eq!(count(&results, "ok"), 6, "{codes:?}");
    assert_eq!((count(&results, "insufficient_coins"), count(&results, "balance_overflow")), (5, 5), "{codes:?}");
    assert_eq!(nodes.coins("alice").await, 5);
    assert_eq!(nodes.coins("bob").await, Coins::MAX.get() - 5);
}
