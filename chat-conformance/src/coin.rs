use chat_core::{
    model::coin::{CoinKey, CoinKind, Coins, Reason},
    ports::store::{NewCoinEntry, Store},
};

use crate::{
    build::{at, begin, coins, entry, keyed, new_room_of, user, users},
    refusal::{AWKWARD, must_not_be},
};

async fn append(store: &dyn Store, id: &str, entries: &[NewCoinEntry]) -> Vec<u64> {
    let mut tx = begin(store).await;
    let mut numbers = Vec::new();
    for entry in entries {
        numbers.push(tx.append_coin_entry(&user(id), entry).await.unwrap().number);
    }
    tx.commit().await.unwrap();
    numbers
}

pub(crate) async fn r_coin_02_entries_are_numbered_and_the_balance_follows(store: &dyn Store) {
    let room = new_room_of(store, &["alice", "bob"]).await;
    let paid = NewCoinEntry { room: Some(room), reason: None, ..entry(-150, 150) };
    assert_eq!(append(store, "alice", &[entry(300, 300), paid.clone()]).await, [1, 2]);
    assert_eq!(append(store, "bob", &[entry(0, 0)]).await, [1]);
    assert_eq!(append(store, "alice", &[entry(1, 151)]).await, [3]);
    assert_eq!(store.user(&user("alice")).await.unwrap().unwrap().coins, coins(151));
    let entries = store.coin_entries(&user("alice"), None, 10).await.unwrap();
    let second = &entries[1];
    assert_eq!((second.number, second.amount, second.kind), (2, paid.amount, paid.kind));
    assert_eq!((second.balance_after, second.room, &second.reason), (coins(150), Some(room), &None));
}

pub(crate) async fn r_coin_02_an_entry_that_does_not_add_up_must_not_be(store: &dyn Store) {
    users(store, &["alice"]).await;
    for wrong in [entry(5, 6), entry(5, 4), entry(-5, 0), entry(0, 1)] {
        let mut tx = begin(store).await;
        let appended = tx.append_coin_entry(&user("alice"), &wrong).await;
        must_not_be(tx, appended).await;
    }
    let mut tx = begin(store).await;
    let appended = tx.append_coin_entry(&user("nobody"), &entry(5, 5)).await;
    must_not_be(tx, appended).await;
    assert_eq!(store.coin_entries(&user("alice"), None, 10).await.unwrap(), []);
    assert_eq!(store.user(&user("alice")).await.unwrap().unwrap().coins, coins(0));
}

pub(crate) async fn r_coin_03_a_key_is_found_for_its_user_alone(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    append(store, "alice", &[keyed(entry(5, 5), "k")]).await;
    append(store, "bob", &[keyed(entry(7, 7), "k")]).await;
    let key = CoinKey::parse("k").unwrap();
    let mut tx = begin(store).await;
    let found = tx.coin_entry_by_key(&user("alice"), &key).await.unwrap().unwrap();
    assert_eq!((found.amount.get(), found.key), (5, Some(key.clone())));
    assert_eq!(tx.coin_entry_by_key(&user("alice"), &CoinKey::parse("other").unwrap()).await.unwrap(), None);
    assert_eq!(tx.coin_entry_by_key(&user("nobody"), &key).await.unwrap(), None);
}

pub(crate) async fn r_coin_03_a_key_is_not_written_twice(store: &dyn Store) {
    users(store, &["alice"]).await;
    append(store, "alice", &[keyed(entry(5, 5), "k")]).await;
    let mut tx = begin(store).await;
    let again = tx.append_coin_entry(&user("alice"), &keyed(entry(1, 6), "k")).await;
    must_not_be(tx, again).await;
    assert_eq!(store.user(&user("alice")).await.unwrap().unwrap().coins, coins(5));
}

pub(crate) async fn r_coin_03_keys_that_differ_in_case_or_a_space_are_different(store: &dyn Store) {
    users(store, &["alice"]).await;
    let longest = ["y", "Y", " "].map(|last| format!("{}{last}", "x".repeat(CoinKey::MAX - 1)));
    let keys = ["k", "K", "k ", " k", "k  ", "'", "\\", "%", "_", "?", &longest[0], &longest[1], &longest[2]];
    let mut entries = Vec::new();
    for (key, number) in keys.iter().zip(1..) {
        entries.push(keyed(entry(1, number), key));
    }
    append(store, "alice", &entries).await;
    let mut tx = begin(store).await;
    for (key, number) in keys.iter().zip(1..) {
        let found = tx.coin_entry_by_key(&user("alice"), &CoinKey::parse(key).unwrap()).await.unwrap().unwrap();
        assert_eq!((found.number, found.key.unwrap().as_str()), (number, *key));
    }
}

pub(crate) async fn r_coin_01_the_greatest_balance_is_held_exactly(store: &dyn Store) {
    users(store, &["alice"]).await;
    let (alice, most) = (user("alice"), Coins::MAX.get());
    append(store, "alice", &[entry(most - 1, most - 1), entry(1, most)]).await;
    assert_eq!(store.user(&alice).await.unwrap().unwrap().coins, Coins::MAX);
    let locked = begin(store).await.lock_users(&[&alice]).await.unwrap().remove(0).unwrap();
    assert_eq!(locked.user.coins.get(), 9_007_199_254_740_991);
    append(store, "alice", &[entry(-most, 0), entry(most, most)]).await;
    let amounts: Vec<i64> = store
        .coin_entries(&alice, None, 10)
        .await
        .unwrap()
        .iter()
        .map(|entry| entry.amount.get() + entry.balance_after.get())
        .collect();
    assert_eq!(amounts, [2 * most, -most, most + 1, 2 * (most - 1)]);
}

pub(crate) async fn r_coin_01_a_credit_over_the_greatest_balance_must_not_be(store: &dyn Store) {
    users(store, &["alice"]).await;
    let most = Coins::MAX.get();
    append(store, "alice", &[entry(most, most)]).await;
    for over in [entry(1, most), entry(most, most), entry(1, 0)] {
        let mut tx = begin(store).await;
        let appended = tx.append_coin_entry(&user("alice"), &over).await;
        must_not_be(tx, appended).await;
    }
    assert_eq!(store.user(&user("alice")).await.unwrap().unwrap().coins, Coins::MAX);
    assert_eq!(store.coin_entries(&user("alice"), None, 10).await.unwrap().len(), 1);
}

/// Nothing of the user changes with an opening balance of nothing, though the entry stands.
pub(crate) async fn r_acc_04_an_opening_of_nothing_is_an_entry(store: &dyn Store) {
    users(store, &["alice"]).await;
    let opening = NewCoinEntry { kind: CoinKind::Opening, reason: None, at: at(3), ..entry(0, 0) };
    assert_eq!(append(store, "alice", &[opening]).await, [1]);
    let stands = store.coin_entries(&user("alice"), None, 10).await.unwrap().remove(0);
    assert_eq!((stands.kind, stands.amount.get(), stands.balance_after), (CoinKind::Opening, 0, coins(0)));
    assert_eq!((stands.reason, stands.room, stands.key, stands.at), (None, None, None, at(3)));
}

pub(crate) async fn entries_of_every_kind_come_back_as_they_were_answered(store: &dyn Store) {
    let room = new_room_of(store, &["alice"]).await;
    let alice = user("alice");
    let news = [
        NewCoinEntry { kind: CoinKind::Opening, reason: None, ..entry(200, 200) },
        NewCoinEntry { kind: CoinKind::RoomAdmission, reason: None, room: Some(room), ..entry(-150, 50) },
        keyed(NewCoinEntry { at: at(5), ..entry(10, 60) }, "grant"),
        keyed(entry(-60, 0), "debit"),
    ];
    let mut tx = begin(store).await;
    let mut answered = Vec::new();
    for new in &news {
        answered.push(tx.append_coin_entry(&alice, new).await.unwrap());
    }
    tx.commit().await.unwrap();
    answered.reverse();
    assert_eq!(store.coin_entries(&alice, None, 10).await.unwrap(), answered);
    for (entry, new) in answered.iter().rev().zip(news) {
        assert_eq!((entry.amount, entry.kind, &entry.reason), (new.amount, new.kind, &new.reason));
        assert_eq!((entry.balance_after, entry.room, &entry.key), (new.balance_after, new.room, &new.key));
        assert_eq!(entry.at, new.at);
    }
}

pub(crate) async fn a_reason_comes_back_as_it_was(store: &dyn Store) {
    users(store, &["alice"]).await;
    let longest = ["\u{1F600}".repeat(Reason::MAX), "\u{10FFFF}".repeat(Reason::MAX), " two  spaces ".to_owned()];
    for (text, number) in AWKWARD.into_iter().chain(longest.iter().map(String::as_str)).zip(1..) {
        let reason = Reason::parse(text).unwrap();
        append(store, "alice", &[NewCoinEntry { reason: Some(reason.clone()), ..entry(1, number) }]).await;
        let newest = store.coin_entries(&user("alice"), None, 1).await.unwrap().remove(0);
        assert_eq!(newest.reason, Some(reason));
    }
}

pub(crate) async fn entries_are_paged_newest_first(store: &dyn Store) {
    users(store, &["alice"]).await;
    append(store, "alice", &[entry(1, 1), entry(1, 2), entry(1, 3)]).await;
    let page = async |before, limit| {
        let entries = store.coin_entries(&user("alice"), before, limit).await.unwrap();
        entries.iter().map(|entry| entry.number).collect::<Vec<_>>()
    };
    assert_eq!(page(None, 2).await, [3, 2]);
    assert_eq!(page(Some(2), 2).await, [1]);
    assert_eq!(page(Some(1), 2).await, [0; 0]);
    assert_eq!(page(None, 0).await, [0; 0]);
    assert_eq!(page(Some(u64::MAX), usize::MAX).await, [3, 2, 1]);
}
