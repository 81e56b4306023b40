//! The README and the pages below docs do what they say: each of their blocks is run, compiled or checked, by its kind.

mod configuration;
mod data;
mod database;
mod named;
mod page;
mod programs;
mod reader;
mod scripts;

use chat_tests::tree::root;

use crate::page::{Block, blocks, pages};

/// The kinds of blocks, each with the module that deals with all of its kind.
const KINDS: [(&str, &str); 12] = [
    ("console", "named: too long to be run; what it names exists"),
    ("ini", "configuration: systemd says that it is a unit"),
    ("js", "programs: run"),
    ("json", "data: parsed, and held against the schemas"),
    ("nginx", "configuration: nginx serves by it"),
    ("python", "programs: run"),
    ("rust", "here: run with the doc tests"),
    ("rust,no_run", "here: compiled with the doc tests"),
    ("sh", "scripts: run"),
    ("sql", "database: run on each database"),
    ("text", "data and scripts: frames are read, and what is printed is printed"),
    ("toml", "configuration: cargo takes it"),
];

fn of_no_kind(block: &Block) -> Option<String> {
    let known = KINDS.iter().any(|(kind, _)| *kind == block.kind);
    (!known).then(|| format!("{}: nothing runs or checks a block of the kind `{}`", block.place(), block.kind))
}

#[test]
fn each_block_is_of_a_kind_that_is_run_or_checked() {
    let faults: Vec<_> = pages().iter().flat_map(blocks).filter_map(|block| of_no_kind(&block)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let sample = |kind: &str| of_no_kind(&Block::sample(kind, "true"));
    assert!(sample("").is_some() && sample("rust,ignore").is_some() && sample("bash").is_some());
    assert!(sample("sh").is_none());
}

/// Pages with Rust of which no doc test is made, where `included` is the source that includes the pages.
fn uncompiled(page: &str, included: &str) -> bool {
    !included.contains(&format!("#[doc = include_str!(\"../../{page}\")]"))
}

#[test]
fn the_rust_of_each_page_is_compiled_with_the_doc_tests() {
    let included = std::fs::read_to_string(root().join("tests/src/lib.rs")).expect("where the pages are included");
    let with_rust = pages().into_iter().filter(|page| blocks(page).iter().any(|block| block.kind.starts_with("rust")));
    let with_rust: Vec<_> = with_rust.map(|page| page.name).collect();
    assert!(with_rust.len() >= 5, "the pages with Rust: {with_rust:?}");
    let missing: Vec<_> = with_rust.into_iter().filter(|page| uncompiled(page, &included)).collect();
    assert!(missing.is_empty(), "include them in tests/src/lib.rs: {missing:?}");
    assert!(uncompiled("docs/no-such-page.md", &included));
}
