use chat_core::ports::store::Store;

use crate::{Fixture, race::at_once};

pub(crate) async fn the_first_value_stands(store: &dyn Store) {
    assert_eq!(store.setting("pepper").await.unwrap(), None);
    assert_eq!(store.setting_or_insert("pepper", "first").await.unwrap(), "first");
    assert_eq!(store.setting_or_insert("pepper", "second").await.unwrap(), "first");
    assert_eq!(store.setting("pepper").await.unwrap().as_deref(), Some("first"));
}

pub(crate) async fn names_and_values_are_kept_apart_byte_for_byte(store: &dyn Store) {
    for name in ["pepper", "Pepper", "salt"] {
        assert_eq!(
            store.setting_or_insert(name, &format!("{name}: ' \\ % \"")).await.unwrap(),
            format!("{name}: ' \\ % \"")
        );
    }
    assert_eq!(store.setting("Pepper").await.unwrap().as_deref(), Some("Pepper: ' \\ % \""));
}

pub(crate) async fn of_many_first_values_one_stands(fixture: &dyn Fixture) {
    let nodes = [fixture.store(), fixture.another_node().await];
    let stand = at_once((0..16).map(|n| {
        let store = nodes[n % 2].clone();
        async move { store.setting_or_insert("pepper", &format!("value {n}")).await.unwrap() }
    }))
    .await;
    assert!(stand.iter().all(|value| *value == stand[0]), "{stand:?}");
}
