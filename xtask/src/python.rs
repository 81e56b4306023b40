//! An environment of Python's for the tests, below `target`, so that nothing else on the machine changes.

use std::process::Command;

use crate::workspace::{root, show, succeed};

/// Where it is, from the root of the workspace; tests/tests/grpc/python.rs looks there.
pub(crate) const FOLDER: &str = "target/grpc-python";

/// Its Python.
pub(crate) fn program() -> String {
    root().join(FOLDER).join("bin/python").display().to_string()
}

/// Makes it anew where there is none, and brings packages into it.
pub(crate) fn install(packages: &[&str]) -> Result<(), String> {
    let mut make = Command::new("python3");
    make.args(["-m", "venv"]).arg(root().join(FOLDER));
    let mut bring = Command::new(program());
    bring.args(["-m", "pip", "install", "--quiet"]).args(packages);
    for command in [make, bring] {
        println!("installing: {}", show(&command));
        succeed(command)?;
    }
    Ok(())
}
