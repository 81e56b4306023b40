//! What is committed of the page is what its sources make.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use chat_tests::tree::root;
use sha2::{Digest, Sha256};

pub(crate) fn web() -> PathBuf {
    root().join("examples/standalone-server/web")
}

/// The sources of `dist` that are not what it was made of. This needs no Node.js: whoever has none still hears of it.
fn stale(kept: &str) -> Vec<String> {
    let differs = |line: &str| {
        let (digest, path) = line.split_once("  ").expect("a digest and a path");
        let text = fs::read(web().join(path)).unwrap_or_default();
        let now: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        (now != digest).then(|| path.to_owned())
    };
    kept.lines().filter_map(differs).collect()
}

#[test]
fn the_built_page_was_made_of_the_sources_as_they_are() {
    let kept = fs::read_to_string(web().join("dist/sources.sha256")).expect("the list that `npm run build` writes");
    assert!(kept.contains("  src/main.tsx\n"), "{kept}");
    assert_eq!(stale(&kept), [""; 0], "run `npm run build` in {}", web().display());
    let first = kept.lines().next().expect("a source");
    let (digest, path) = first.split_once("  ").expect("a digest and a path");
    assert_eq!(stale(&format!("{}  {path}\n", digest.replace(|_: char| true, "0"))), [path]);
}

#[track_caller]
fn node_is_content(arguments: &[&str]) {
    let packages = web().join("node_modules");
    assert!(packages.exists(), "no {}: run `cargo xtask setup`", packages.display());
    let output = Command::new("node").args(arguments).current_dir(web()).output().expect("node");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "node {arguments:?}: {}", String::from_utf8_lossy(&said));
}

#[test]
fn building_the_page_and_its_types_anew_makes_the_same_bytes() {
    node_is_content(&["build.mjs", "--check"]);
}

#[test]
fn the_types_of_the_page_hold() {
    node_is_content(&["node_modules/typescript/bin/tsc", "--noEmit"]);
}
