//! Opening: what is taken, and what is said of the rest.

use chat_sqlite::{OpenError, SqliteOptions, SqliteStore};

async fn refused(url: &str) -> OpenError {
    SqliteStore::open(url).await.err().unwrap()
}

#[tokio::test]
async fn a_missing_file_is_made_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    for (slashes, name) in [("", "a.db"), ("//", "b.db")] {
        let path = folder.path().join(name);
        let store = SqliteStore::open(&format!("sqlite:{slashes}{}", path.display())).await.unwrap();
        store.migrate().await.unwrap();
        assert!(path.is_file());
        #[cfg(unix)]
        for path in [path.clone(), path.with_extension("db-wal")] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{path:?}");
        }
        store.close().await;
    }
}

#[tokio::test]
async fn a_path_may_hold_what_a_url_escapes() {
    let folder = tempfile::tempdir().unwrap();
    SqliteStore::open(&format!("sqlite:{}/my%20chat%3F.db", folder.path().display())).await.unwrap();
    assert!(folder.path().join("my chat?.db").is_file());
}

#[tokio::test]
async fn a_url_of_another_form_is_refused() {
    for url in ["", "chat.db", "mysql://localhost/chat", "sqlite:", "sqlite://", "sqlite:chat.db?mode=ro"] {
        let error = refused(url).await;
        assert!(matches!(error, OpenError::Url(_)), "{url}: {error:?}");
    }
}

#[tokio::test]
async fn a_missing_folder_a_folder_and_a_file_that_is_no_database_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    let error = refused(&format!("sqlite:{path}/missing/chat.db")).await;
    assert!(matches!(&error, OpenError::NoFolder(missing) if missing.ends_with("missing")), "{error:?}");
    let error = refused(&format!("sqlite:{path}")).await;
    assert!(matches!(error, OpenError::IsFolder(_)), "{error:?}");
    std::fs::write(folder.path().join("text.db"), "x".repeat(5_000)).unwrap();
    let error = refused(&format!("sqlite:{path}/text.db")).await;
    assert!(matches!(error, OpenError::Database { .. }), "{error:?}");
}

#[test]
fn a_prefix_is_a_plain_name() {
    for good in ["c", "chat_", "x9_y"] {
        assert!(SqliteOptions::default().table_prefix(good).is_ok(), "{good}");
    }
    for bad in ["", "_chat", "9a", "Chat_", "chat-", "chat_; DROP TABLE users", "sqlite_", "ch\u{e4}t"] {
        let refused = SqliteOptions::default().table_prefix(bad);
        assert!(matches!(refused, Err(OpenError::Prefix(_))), "{bad}");
    }
}
