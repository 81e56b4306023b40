//! Environments of Python for the tests, below `target`, so that nothing else on the machine changes.

use std::path::PathBuf;
use std::process::Command;

use crate::workspace::{root, show, succeed};

/// Packages that are installed together, in an environment of their own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packages {
    /// Their environment's folder below `target`; the tests look for it there.
    pub(crate) folder: &'static str,
    /// Each as `name==version`.
    pub(crate) names: &'static [&'static str],
}

impl Packages {
    /// The environment's Python, as it runs a script.
    pub(crate) fn python(&self, script: &str) -> Command {
        let mut python = Command::new(self.path().join("bin/python"));
        python.args(["-c", script]);
        python
    }

    /// Makes the environment where there is none, and brings them into it.
    pub(crate) fn install(&self) -> Result<(), String> {
        let mut make = Command::new("python3");
        make.args(["-m", "venv"]).arg(self.path());
        let mut bring = Command::new(self.path().join("bin/python"));
        bring.args(["-m", "pip", "install", "--quiet"]).args(self.names);
        for command in [make, bring] {
            println!("installing: {}", show(&command));
            succeed(command)?;
        }
        Ok(())
    }

    fn path(&self) -> PathBuf {
        root().join("target").join(self.folder)
    }
}
