//! Packages of Node.js for the tests, below `target`, so that nothing else on the machine changes.

use std::process::Command;

use crate::workspace::{root, show, succeed};

/// Where they are, from the root of the workspace; chat-http/tests/asyncapi/official.rs looks there.
pub(crate) const FOLDER: &str = "target/asyncapi-node";

/// Node.js, which finds them.
pub(crate) fn program() -> Command {
    let mut node = Command::new("node");
    node.current_dir(root().join(FOLDER));
    node
}

/// Brings packages there. What they would run while they are installed does not run.
pub(crate) fn install(packages: &[&str]) -> Result<(), String> {
    let mut bring = Command::new("npm");
    bring.args(["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix"]);
    bring.arg(root().join(FOLDER)).args(packages);
    println!("installing: {}", show(&bring));
    succeed(bring)
}
