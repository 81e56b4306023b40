use chat_core::{
    model::user::{Phone, Standing, User},
    ports::store::{Credentials, Store, StoreError, Unique},
};

use crate::builders::{NOON, begin, coins, hash, name, new_user, user, users};

pub(crate) async fn what_was_registered_is_read(store: &dyn Store) {
    users(store, &["Alice"]).await;
    let expected = User {
        id: user("Alice"),
        name: name("ALICE"),
        phone: Some(Phone::parse("+15550100").unwrap()),
        prime: false,
        coins: coins(0),
        standing: Standing::Active,
        created_at: NOON,
    };
    assert_eq!(store.user(&user("Alice")).await.unwrap(), Some(expected));
    let credentials = Credentials { user: user("Alice"), password: Some(hash("$2b$user")), standing: Standing::Active };
    assert_eq!(store.credentials(&user("Alice")).await.unwrap(), Some(credentials));
}

pub(crate) async fn an_unknown_user_is_none(store: &dyn Store) {
    users(store, &["alice"]).await;
    for id in ["Alice", "bob"] {
        assert_eq!(store.user(&user(id)).await.unwrap(), None, "{id}");
        assert_eq!(store.credentials(&user(id)).await.unwrap(), None, "{id}");
    }
}

pub(crate) async fn r_acc_02_an_id_that_differs_in_case_alone_is_taken_and_the_transaction_goes_on(store: &dyn Store) {
    users(store, &["alice"]).await;
    let mut tx = begin(store).await;
    for id in ["alice", "ALICE"] {
        let taken = tx.insert_user(&new_user(id)).await;
        assert!(matches!(taken, Err(StoreError::Taken(Unique::UserId))), "{id}: {taken:?}");
    }
    tx.insert_user(&new_user("bob")).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.user(&user("bob")).await.unwrap().is_some());
    assert!(store.user(&user("ALICE")).await.unwrap().is_none());
}

pub(crate) async fn profile_password_and_prime_are_set(store: &dyn Store) {
    users(store, &["alice"]).await;
    let alice = user("alice");
    let mut tx = begin(store).await;
    tx.set_profile(&alice, &name("Zoë"), None).await.unwrap();
    tx.set_password(&alice, &hash("$2b$new")).await.unwrap();
    tx.set_prime(&alice, true).await.unwrap();
    tx.commit().await.unwrap();
    let read = store.user(&alice).await.unwrap().unwrap();
    assert_eq!((read.name, read.phone, read.prime), (name("Zoë"), None, true));
    assert_eq!(store.credentials(&alice).await.unwrap().unwrap().password, Some(hash("$2b$new")));
}

pub(crate) async fn users_are_locked_in_the_order_given_with_none_for_the_unknown(store: &dyn Store) {
    users(store, &["carol", "alice"]).await;
    let mut tx = begin(store).await;
    let locked = tx.lock_users(&[&user("alice"), &user("bob"), &user("carol")]).await.unwrap();
    let ids: Vec<_> = locked.iter().map(|locked| locked.as_ref().map(|locked| locked.user.id.as_str())).collect();
    assert_eq!(ids, [Some("alice"), None, Some("carol")]);
    assert_eq!(locked[0].as_ref().unwrap().password, Some(hash("$2b$user")));
}

pub(crate) async fn changing_an_unknown_user_is_corrupt(store: &dyn Store) {
    let mut tx = begin(store).await;
    let set = tx.set_prime(&user("nobody"), true).await;
    assert!(matches!(set, Err(StoreError::Corrupt(_))), "{set:?}");
}
