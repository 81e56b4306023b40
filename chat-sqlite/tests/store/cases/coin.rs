use chat_core::{
    model::coin::CoinKey,
    ports::store::{NewCoinEntry, Store, StoreError},
};

use crate::builders::{begin, coins, entry, keyed, new_room_of, user, users};

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

pub(crate) async fn r_coin_02_an_entry_that_does_not_add_up_is_corrupt(store: &dyn Store) {
    users(store, &["alice"]).await;
    for wrong in [entry(5, 6), entry(-5, 0)] {
        let mut tx = begin(store).await;
        let appended = tx.append_coin_entry(&user("alice"), &wrong).await;
        assert!(matches!(appended, Err(StoreError::Corrupt(_))), "{appended:?}");
    }
    assert_eq!(store.coin_entries(&user("alice"), None, 10).await.unwrap(), []);
}

pub(crate) async fn r_coin_03_a_key_is_found_for_its_user_alone_and_not_written_twice(store: &dyn Store) {
    users(store, &["alice", "bob"]).await;
    append(store, "alice", &[keyed(entry(5, 5), "k")]).await;
    append(store, "bob", &[keyed(entry(7, 7), "k")]).await;
    let key = CoinKey::parse("k").unwrap();
    let mut tx = begin(store).await;
    let found = tx.coin_entry_by_key(&user("alice"), &key).await.unwrap().unwrap();
    assert_eq!((found.amount.get(), found.key), (5, Some(key)));
    assert_eq!(tx.coin_entry_by_key(&user("alice"), &CoinKey::parse("other").unwrap()).await.unwrap(), None);
    let again = tx.append_coin_entry(&user("alice"), &keyed(entry(1, 6), "k")).await;
    assert!(matches!(again, Err(StoreError::Corrupt(_))), "{again:?}");
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
    assert_eq!(page(Some(u64::MAX), usize::MAX).await, [3, 2, 1]);
}
