//! `cargo xtask clients`: the generated clients, from nothing.

use std::fs;

use crate::{
    setup,
    workspace::{answers, cargo, root, succeed},
};

/// Deletes what generators have made of the OpenAPI documents, and runs the tests that make it anew and use it.
pub(crate) fn run() -> Result<(), String> {
    setup::run(&[])?;
    let clients = root().join("tests/clients");
    let entries = fs::read_dir(&clients).map_err(|error| format!("{}: {error}", clients.display()))?;
    for folder in entries.filter_map(Result::ok).map(|entry| entry.path().join("generated")) {
        if folder.exists() {
            println!("deleting: {}", folder.display());
            fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        }
    }
    // That of Rust is made while its package is compiled.
    succeed(cargo(&["clean", "--package", "chat-generated-client"]))?;
    // With the whole workspace's features, as `cargo xtask test` builds, or the crates would be compiled twice.
    succeed(cargo(&["build", "--workspace", "--bin", "chat-server"]))?;
    succeed(if answers(cargo(&["nextest", "--version"])) {
        cargo(&["nextest", "run", "--workspace", "--no-fail-fast", "--filterset", "binary(clients)"])
    } else {
        cargo(&["test", "--workspace", "--test", "clients"])
    })
}
