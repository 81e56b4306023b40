use chat_core::ports::store::Store;

pub(crate) async fn the_first_value_stands(store: &dyn Store) {
    assert_eq!(store.setting("pepper").await.unwrap(), None);
    assert_eq!(store.setting_or_insert("pepper", "first").await.unwrap(), "first");
    assert_eq!(store.setting_or_insert("pepper", "second").await.unwrap(), "first");
    assert_eq!(store.setting("pepper").await.unwrap().as_deref(), Some("first"));
}
