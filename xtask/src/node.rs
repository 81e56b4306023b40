//! Packages of Node.js for the tests, below `target`, so that nothing else on the machine changes.

use std::path::PathBuf;
use std::process::Command;

use crate::workspace::{answers, root, show, succeed};

/// Packages that are installed together, without what they would run while they are installed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packages {
    /// Their folder below `target`; the tests look for it there.
    pub(crate) folder: &'static str,
    /// Each as `name@version`.
    pub(crate) names: &'static [&'static str],
}

impl Packages {
    /// Node.js, which finds them as it runs a script.
    pub(crate) fn node(&self, script: &str) -> Command {
        let mut node = Command::new("node");
        node.args(["--eval", script]).current_dir(self.path());
        node
    }

    /// Brings them.
    pub(crate) fn install(&self) -> Result<(), String> {
        let mut bring = Command::new("npm");
        bring.args(["install", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts", "--prefix"]);
        bring.arg(self.path()).args(self.names);
        println!("installing: {}", show(&bring));
        succeed(bring)
    }

    fn path(&self) -> PathBuf {
        root().join("target").join(self.folder)
    }
}

/// A folder whose package.json and package-lock.json say what it needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Project {
    /// Where it is below the root. The packages are put into its `node_modules`, which git ignores.
    pub(crate) folder: &'static str,
}

impl Project {
    /// Whether its packages are there, of the versions that it locks.
    pub(crate) fn is_installed(&self) -> bool {
        answers(self.npm(&["ls", "--all"]))
    }

    /// Brings them, without what they would run while they are installed.
    pub(crate) fn install(&self) -> Result<(), String> {
        let bring = self.npm(&["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
        println!("installing: {}", show(&bring));
        succeed(bring)
    }

    fn npm(&self, arguments: &[&str]) -> Command {
        let mut npm = Command::new("npm");
        npm.args(arguments).current_dir(root().join(self.folder));
        npm
    }
}
