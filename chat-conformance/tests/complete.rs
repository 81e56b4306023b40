//! Nothing that a store offers is left without a promise.

#![expect(clippy::unwrap_used, reason = "a test may stop where what it needs is not there")]

use std::{collections::BTreeSet, fs, path::Path};

use chat_conformance::promises;

fn sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.file_name().is_some_and(|name| name != "build.rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
    found
}

#[test]
fn every_method_of_the_ports_is_called_by_some_promise() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let ports = sources(&crates.join("chat-core/src/ports/store")).concat();
    // Indented, and so in a trait.
    let methods: BTreeSet<&str> =
        ports.split("    async fn ").skip(1).filter_map(|rest| rest.split('(').next()).collect();
    assert!(methods.len() > 50, "only {methods:?} were found");
    let promises = sources(&crates.join("chat-conformance/src")).concat();
    let unseen: Vec<_> = methods.into_iter().filter(|method| !promises.contains(&format!(".{method}("))).collect();
    assert_eq!(unseen, [""; 0]);
}

#[test]
fn a_promise_tells_its_rule() {
    let of = |path: &str| promises().iter().find(|promise| promise.path() == path).unwrap();
    let seats = of("race::r_adm_02_fifty_users_race_for_six_seats");
    assert_eq!((seats.noun(), seats.rule().as_deref()), ("race", Some("R-ADM-02")));
    assert_eq!(of("transaction::a_ping_is_answered").rule(), None);
}

#[test]
fn no_two_promises_have_the_same_name() {
    let paths: BTreeSet<String> = promises().iter().map(|promise| promise.path()).collect();
    assert_eq!(paths.len(), promises().len());
}
