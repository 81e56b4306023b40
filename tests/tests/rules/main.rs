//! Every rule has a test that names it, and a function or a part of the chat that decides it. docs/rules.md shows both:
//! `BLESS=1 cargo test -p chat-tests --test rules` writes it anew.
//!
//! Each check is a function from text to the faults it finds, and proves itself on a bad sample.

mod list;
mod page;
mod sources;

use std::collections::BTreeSet;
use std::fs;

use chat_tests::tree::{files, root, rust_files};
use list::{PARTS, RULES, UNBUILT};
use sources::{Named, doc_of, functions, named_in, rules_in, rules_of};

/// Functions in `rules` that decide nothing of which a rule speaks, and why.
const NO_RULE: [(&str, &str); 1] = [("refresh_expires_at", "how long refresh tokens last is policy, not a rule")];

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All functions of the workspace that are named as tests of rules.
fn named() -> Vec<Named> {
    let promises = read("chat-conformance/src/suite.rs");
    rust_files().iter().flat_map(|(path, text)| named_in(path, text, &promises)).collect()
}

#[track_caller]
fn none(faults: Vec<String>) {
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn untested(named: &[Named], built: &[&str], unbuilt: &[&str]) -> Vec<String> {
    let tested: BTreeSet<String> =
        named.iter().filter(|test| test.runs).flat_map(|test| rules_of(&test.name)).collect();
    let without = built.iter().filter(|id| !tested.contains(**id)).map(|id| format!("{id} has no test that names it"));
    let with = unbuilt.iter().filter(|id| tested.contains(**id));
    without.chain(with.map(|id| format!("{id} has a test: it is built, and belongs to RULES"))).collect()
}

#[test]
fn every_rule_has_a_test_that_names_it() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let unbuilt: Vec<&str> = UNBUILT.iter().map(|(id, ..)| *id).collect();
    none(untested(&named(), &ids, &unbuilt));
    let test = |name: &str, runs| Named { path: "a.rs".to_owned(), name: name.to_owned(), runs };
    let sample = [test("r_adm_06_07_x", true), test("r_adm_08_x", false)];
    assert_eq!(untested(&sample, &["R-ADM-06", "R-ADM-07"], &["R-ADM-08"]), [""; 0]);
    assert_eq!(untested(&sample, &["R-ADM-08"], &["R-ADM-07"]).len(), 2);
}

fn misnamed(named: &Named, known: &BTreeSet<&str>) -> Vec<String> {
    let Named { path, name, runs } = named;
    let ids = rules_of(name);
    let mut faults = Vec::new();
    if ids.is_empty() {
        faults.push(format!("{path}: `{name}` names no rule as r_adm_07_… does"));
    }
    for id in ids.iter().filter(|id| !known.contains(id.as_str())) {
        faults.push(format!("{path}: `{name}`: there is no rule {id}"));
    }
    if !runs {
        faults.push(format!("{path}: `{name}` is named as a test, and none runs it"));
    }
    faults
}

#[test]
fn tests_are_named_by_rules_that_exist_and_all_of_them_run() {
    let known = RULES.iter().map(|rule| rule.id).chain(UNBUILT.iter().map(|(id, ..)| *id)).collect();
    let named = named();
    assert!(named.len() > 100, "the tests are where this looks: {}", named.len());
    none(named.iter().flat_map(|named| misnamed(named, &known)).collect());

    let sample = |path: &str, text: &str| named_in(path, &text.replace("fn x", "fn r"), "mod a { r_adm_07_d: store, }");
    let faults = |path: &str, text: &str| -> usize {
        sample(path, text).iter().map(|named| misnamed(named, &BTreeSet::from(["R-ADM-07"])).len()).sum()
    };
    assert_eq!(faults("tests/a.rs", "#[tokio::test]\nasync fn x_adm_07_a() {}"), 0);
    assert_eq!(faults("tests/a.rs", "each!(r_adm_07_b);\nasync fn x_adm_07_b(server: Server) {}"), 0);
    assert_eq!(faults("chat-conformance/src/a.rs", "pub(crate) async fn x_adm_07_d(store: &dyn Store) {}"), 0);
    assert_eq!(faults("tests/a.rs", "#[test]\n/// Twice.\nfn x_adm_07_08_a() {}"), 1);
    assert_eq!(faults("tests/a.rs", "#[test]\nfn x_adm_7_a() {}"), 1);
    assert_eq!(faults("tests/a.rs", "fn x_adm_07_a() {}"), 1);
    assert_eq!(faults("chat-conformance/src/a.rs", "// r_adm_07_e\npub(crate) async fn x_adm_07_e() {}"), 1);
    assert_eq!(sample("chat-core/src/a.rs", "fn x_adm_07_a() {}\n#[cfg(test)]\n#[test]\nfn x_adm_07_b() {}").len(), 1);
}

/// What is wrong with `path::name` as what decides a rule.
fn undecided(id: &str, decided_by: &str, read: impl Fn(&str) -> String) -> Option<String> {
    if PARTS.contains(&decided_by) {
        return None;
    }
    let Some((path, name)) = decided_by.split_once("::") else {
        return Some(format!("{id}: `{decided_by}` is neither path::name nor a part of the chat"));
    };
    match doc_of(&read(path), name) {
        None => Some(format!("{id}: there is no `{name}` in {path}")),
        Some(doc) if !rules_in(&doc).contains(&id.to_owned()) => {
            Some(format!("{id}: the doc comment of `{name}` in {path} does not name it"))
        }
        Some(_) => None,
    }
}

#[test]
fn what_decides_a_rule_exists_and_names_it() {
    let pairs = RULES.iter().flat_map(|rule| rule.decided_by.iter().map(|decided_by| (rule.id, *decided_by)));
    none(pairs.filter_map(|(id, decided_by)| undecided(id, decided_by, read)).collect());
    assert!(RULES.iter().all(|rule| !rule.decided_by.is_empty()), "something decides each");

    let source = |_: &str| "/// Whether (R-ADM-04\n/// to R-ADM-06).\n#[must_use]\npub const fn decide() {}".to_owned();
    assert_eq!(undecided("R-ADM-05", "a.rs::decide", source), None);
    assert_eq!(undecided("R-ADM-05", "the schema", source), None);
    for (id, decided_by) in [("R-ADM-07", "a.rs::decide"), ("R-ADM-05", "a.rs::decid"), ("R-ADM-05", "a schema")] {
        assert!(undecided(id, decided_by, source).is_some(), "{id} {decided_by}");
    }
}

/// The rules that functions of a file in `rules` name, and that do not name them back in the table.
fn unlisted(path: &str, text: &str, listed: &[(&str, &str)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, doc) in functions(text) {
        let place = format!("{path}::{name}");
        let rules = rules_in(&doc);
        let public = ["pub fn", "pub const fn"].iter().any(|start| text.contains(&format!("{start} {name}(")));
        let is_decision = public || name.starts_with("decide_");
        if rules.is_empty() && is_decision && NO_RULE.iter().all(|(known, _)| *known != name) {
            faults.push(format!("{place} decides for no rule: name it in the doc comment, or say why in NO_RULE"));
        }
        for id in rules.iter().filter(|id| !listed.contains(&(id, &place))) {
            faults.push(format!("{place} names {id}, which is not said to be decided by it"));
        }
    }
    faults
}

#[test]
fn every_decision_stands_beside_its_rules() {
    let listed: Vec<(&str, &str)> =
        RULES.iter().flat_map(|rule| rule.decided_by.iter().map(|decided_by| (rule.id, *decided_by))).collect();
    let rules = files(&root().join("chat-core/src/rules"), ".rs");
    assert!(rules.iter().any(|(_, text)| text.contains("fn decide_")), "the rules are where this looks");
    none(rules.iter().flat_map(|(path, text)| unlisted(path, text, &listed)).collect());
    let bad = "/// Whether (R-ADM-01).\npub fn decide_a() {}\n/// When.\nfn decide_b() {}\n/// How.\nfn helper() {}";
    assert_eq!(unlisted("a.rs", bad, &[]).len(), 2);
    assert_eq!(unlisted("a.rs", bad, &[("R-ADM-01", "a.rs::decide_a")]).len(), 1);
}

#[test]
fn docs_rules_md_is_as_the_sources_are() {
    let expected = page::page(&named());
    let path = root().join("docs/rules.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &expected).expect("docs/rules.md can be written");
    }
    let stands = fs::read_to_string(&path).unwrap_or_default();
    assert!(stands == expected, "docs/rules.md is stale: BLESS=1 cargo test -p chat-tests --test rules");
}
