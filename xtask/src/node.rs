//! Packages of Node.js for the tests, below the workspace, so that nothing else on the machine changes.

use std::path::PathBuf;
use std::process::Command;

use crate::workspace::{root, show, succeed};

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

/// The packages of a program in the workspace, which a lock file beside it names; without what they would run while they are
/// installed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Locked {
    /// The program's folder, from the root.
    pub(crate) folder: &'static str,
}

impl Locked {
    /// Node.js, which finds them as it runs a script.
    pub(crate) fn node(&self, script: &str) -> Command {
        let mut node = Command::new("node");
        node.args(["--eval", script]).current_dir(root().join(self.folder));
        node
    }

    /// Brings them.
    pub(crate) fn install(&self) -> Result<(), String> {
        let mut bring = Command::new("npm");
        bring.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(root().join(self.folder));
        println!("installing: {}", show(&bring));
        succeed(bring)
    }
}
