//! docs/rules.md.

use std::collections::BTreeMap;

use crate::list::{NOUNS, RULES, UNBUILT};
use crate::sources::{Named, rules_of};

const HEAD: &str = "# Rules

What the chat promises, what decides it, and the tests that name it. Of several reasons to refuse the first is answered:
[chat-core/tests/properties](../chat-core/tests/properties/main.rs) writes each order down once more, and tries it and
whatever else must hold on facts at all their edges. What stands in chat-conformance is tried on every store.

`BLESS=1 cargo test -p chat-tests --test rules` writes this page from tests/tests/rules/list.rs and the sources.
";

/// The page that these tests make.
pub(crate) fn page(tests: &[Named]) -> String {
    let mut page = HEAD.to_owned();
    for (noun, title) in NOUNS {
        let rules: Vec<_> = RULES.iter().filter(|rule| noun_of(rule.id) == noun).collect();
        if rules.is_empty() {
            continue;
        }
        page.push_str(&format!(
            "\n## {title}\n\n| rule | what it says | decided by | tests |\n| --- | --- | --- | --- |\n"
        ));
        for rule in rules {
            let deciders: Vec<String> = rule.decided_by.iter().map(|decided_by| decider(decided_by)).collect();
            let (id, says) = (rule.id, rule.says);
            page.push_str(&format!("| {id} | {says} | {} | {} |\n", deciders.join("<br>"), tests_of(id, tests)));
        }
    }
    page.push_str("\n## Not built yet\n\n| rule | what it says | |\n| --- | --- | --- |\n");
    for (id, says, reason) in UNBUILT {
        page.push_str(&format!("| {id} | {says} | {reason} |\n"));
    }
    page
}

fn noun_of(id: &str) -> &str {
    id.split('-').nth(1).unwrap_or("")
}

fn decider(decided_by: &str) -> String {
    match decided_by.split_once("::") {
        Some((path, name)) => format!("[`{name}`](../{path})"),
        None => decided_by.to_owned(),
    }
}

/// The tests of a rule, file by file.
fn tests_of(id: &str, tests: &[Named]) -> String {
    let mut by_file: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for test in tests.iter().filter(|test| test.runs && rules_of(&test.name).iter().any(|rule| rule == id)) {
        by_file.entry(&test.path).or_default().push(format!("`{}`", test.name));
    }
    let files = by_file.iter().map(|(path, names)| format!("[{path}](../{path}): {}", names.join(", ")));
    files.collect::<Vec<_>>().join("<br>")
}
