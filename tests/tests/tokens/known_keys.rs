//! No server starts with a key that everybody knows, and none that one could start with is printed here.

use chat_tests::tree::{files, root};
use chat_tests::{Server, random_key};

const STORE: [&str; 2] = ["--database-url", "sqlite::memory:"];

/// Of each sort one, all long enough; chat-core tests them one by one.
fn known() -> [String; 6] {
    [
        "0".repeat(64),
        "secret".repeat(6),
        "abcdefghijklmnopqrstuvwxyz0123456789".to_owned(),
        "change-me-before-you-go-to-production".to_owned(),
        "a-string-secret-at-least-256-bits-long".to_owned(),
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7".to_owned(),
    ]
}

#[tokio::test]
async fn no_server_starts_with_a_key_that_everybody_knows() {
    let fresh = random_key();
    for known in known() {
        let alone = ["--jwt-key", &known];
        let listed = ["--jwt-key", &fresh, "--jwt-key", &known];
        for keys in [&alone[..], &listed] {
            let said = Server::refuses_to_start(&[&STORE, keys].concat()).await;
            assert!(said.contains("--jwt-key: ") && said.contains("kid"), "which one it is: {said}");
            assert!(said.contains("openssl rand -base64 32"), "how to make another: {said}");
            assert!(!said.contains(&known) && !said.contains(&fresh), "no key stands in the log: {said}");
        }
    }
}

#[tokio::test]
async fn no_server_starts_with_a_pepper_that_everybody_knows() {
    for known in known().iter().map(String::as_str).chain(["changeme", "your-256-bit-secret"]) {
        let said = Server::refuses_to_start(&[&STORE[..], &["--password-pepper", known]].concat()).await;
        assert!(said.contains("--password-pepper: "), "which option it is: {said}");
        assert!(said.contains("openssl rand -base64 32"), "how to make another: {said}");
        let told = said.replace("--password-pepper", "").replace("the password pepper", "");
        assert!(!told.contains(known), "the pepper does not stand in the log: {said}");
    }
}

#[tokio::test]
async fn a_demo_takes_any_key_that_is_long_enough() {
    for known in known() {
        let server = Server::demo_with(&["--jwt-key", &known, "--password-pepper", "pepper"]).await;
        server.register("dora").await.me().await;
    }
}

/// What stands behind the name of a secret where it is given a value, without what the shell puts there.
fn printed_secrets(text: &str) -> Vec<&str> {
    const NAMES: [&str; 4] = ["CHAT_JWT_KEY=", "CHAT_PASSWORD_PEPPER=", "--jwt-key ", "--password-pepper "];
    let behind = NAMES.iter().flat_map(|name| text.split(name).skip(1));
    let words = behind.map(|rest| rest.split(char::is_whitespace).next().unwrap_or("").trim_matches(['"', '\'', '`']));
    let long = words.filter(|word| word.len() >= 16);
    long.filter(|word| !word.starts_with('$')).collect()
}

#[test]
fn no_document_prints_a_secret_to_be_copied() {
    let endings = [".md", ".toml", ".yml", ".yaml", ".sh", ".env", ".html"];
    let mut printed = Vec::new();
    for (path, text) in endings.iter().flat_map(|ending| files(&root(), ending)) {
        printed.extend(printed_secrets(&text).into_iter().map(|secret| format!("{path}: {secret}")));
    }
    assert!(printed.is_empty(), "a document says how to make a key, and shows none: {printed:?}");
    let bad =
        "export CHAT_JWT_KEY=2b7e151628aed2a6abf7158809cf4f3c\n--jwt-key 'f3c9a1d27be84056f3c9a1d27be84056' --listen";
    assert_eq!(printed_secrets(bad).len(), 2);
    assert_eq!(printed_secrets("CHAT_JWT_KEY=$(openssl rand -base64 32) --jwt-key KEY"), [""; 0]);
}
