//! What the pages name exists: options, variables, and the programs that take too long to be run here.

use std::collections::BTreeSet;
use std::process::Command;

use chat_tests::help;
use chat_tests::tree::root;
use serde_json::Value;

use crate::page::{Block, blocks_of, page, pages};

/// Options of other programs that the pages name.
const OF_OTHERS: [&str; 4] = ["--open", "--release", "--single-transaction", "--test"];
/// Pages about what is measured and proved, whose options are those of the programs that do so.
const ABOUT_OTHERS: [&str; 3] = ["docs/performance.md", "docs/proofs.md", "docs/rules.md"];
/// Variables that the tests read.
const OF_TESTS: &str = "CHAT_TEST_";

fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// The words of a text that begin so.
fn words<'t>(text: &'t str, beginning: &str) -> BTreeSet<&'t str> {
    let starts = text.match_indices(beginning).map(|(at, _)| at);
    let whole = starts.filter(|at| !text[..*at].ends_with(is_of_name));
    let words = whole.map(|at| text[at..].split(|c| !is_of_name(c)).next().unwrap_or_default());
    words.filter(|word| word.len() > beginning.len()).collect()
}

/// Options in code, and variables, that are not in the help. What stands in blocks is run.
fn unknown(text: &str, help: &str) -> Vec<String> {
    let text: String = text.split("```").step_by(2).collect();
    let code: String = text.split('`').skip(1).step_by(2).collect::<Vec<_>>().join(" ");
    let options = words(&code, "--").into_iter().filter(|option| !OF_OTHERS.contains(option));
    let variables = words(&text, "CHAT_").into_iter().filter(|name| !name.starts_with(OF_TESTS));
    let known = |name: &str| words(help, &name[..2]).contains(name);
    options.chain(variables).filter(|name| !known(name)).map(str::to_owned).collect()
}

#[test]
fn the_options_and_variables_that_the_pages_name_exist() {
    let help = help();
    for page in pages().iter().filter(|page| !ABOUT_OTHERS.contains(&page.name.as_str())) {
        assert_eq!(unknown(&page.text, &help), [""; 0], "{} names what the help does not", page.name);
    }
    assert_eq!(unknown("`--lisden` and CHAT_LISDEN, --x", &help), ["--lisden", "CHAT_LISDEN"]);
    assert_eq!(unknown("`--listen 127.0.0.1:0` and CHAT_LISTEN", &help), [""; 0]);
}

#[test]
fn each_option_of_the_table_has_its_variable_beside_it() {
    let page = page("docs/run.md");
    let rows = page.text.lines().filter_map(|line| line.strip_prefix("| `--")?.split_once('`'));
    let mut count = 0;
    for (option, rest) in rows {
        let variable = format!("`CHAT_{}`", option.replace('-', "_").to_uppercase());
        assert!(rest.starts_with(&format!(" | {variable} | ")), "--{option}: {rest}");
        count += 1;
    }
    assert!(count >= 20, "the table of options: {count}");
}

/// What of a command line, which is cargo's, does not exist in the workspace.
fn missing(line: &str, workspace: &Value) -> Vec<String> {
    let mut words = line.split(' ').skip_while(|word| *word != "run");
    let mut faults = Vec::new();
    let packages = workspace["packages"].as_array().expect("packages");
    let mut package = None;
    while let Some(word) = words.next().filter(|word| *word != "--") {
        let of_kind = |kind: &str, name: &str| {
            let targets = package.into_iter().chain(packages).flat_map(|package: &Value| package["targets"].as_array());
            let mut targets = targets.flatten();
            targets.any(|target| target["name"] == name && target["kind"][0] == kind)
        };
        match word {
            "--package" | "-p" => {
                let name = words.next().unwrap_or_default();
                package = packages.iter().find(|package| package["name"] == name);
                faults.extend(package.is_none().then(|| format!("no package {name}")));
            }
            "--example" | "--bin" => {
                let name = words.next().unwrap_or_default();
                faults.extend((!of_kind(&word[2..], name)).then(|| format!("no {} {name}", &word[2..])));
            }
            _ => {}
        }
    }
    faults
}

#[test]
fn what_is_too_long_to_be_run_names_what_exists() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["metadata", "--no-deps", "--offline", "--format-version", "1"]).current_dir(root());
    let workspace: Value = serde_json::from_slice(&command.output().expect("cargo").stdout).expect("JSON");
    let faults = |block: &Block| {
        let lines = block.text.lines().map(|line| match line.strip_prefix("$ cargo ") {
            Some(line) => missing(line, &workspace),
            None => vec![format!("no command of cargo's: {line}")],
        });
        lines.flatten().map(|fault| format!("{}: {fault}", block.place())).collect::<Vec<_>>()
    };
    let found: Vec<_> = blocks_of("console").iter().flat_map(faults).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    for bad in ["$ true", "$ cargo run -p chat-bensh", "$ cargo build && cargo run --package chat-core --example x"] {
        assert_eq!(faults(&Block::sample("console", bad)).len(), 1, "{bad}");
    }
}
