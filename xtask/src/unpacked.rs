//! Packages of Debian for the tests, unpacked below `target`, so that nothing else on the machine changes, and no service
//! of theirs is started.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::workspace::{answers, root, show, succeed};

/// Packages that are brought together. What they depend on has to be there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packages {
    /// Their folder below `target`; the tests look for it there.
    pub(crate) folder: &'static str,
    /// What they are called.
    pub(crate) names: &'static [&'static str],
}

impl Packages {
    /// Whether the program at this place in them ends well with this argument.
    pub(crate) fn run(&self, program: &str, argument: &str) -> bool {
        let mut command = Command::new(self.path().join(program));
        command.arg(argument);
        answers(command)
    }

    /// Brings them.
    pub(crate) fn install(&self) -> Result<(), String> {
        let path = self.path();
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let mut bring = Command::new("apt-get");
        // apt-get warns that it downloads as root where its own user has no right to the folder.
        bring.arg("download").args(self.names).current_dir(&path).stderr(Stdio::null());
        let mut unpack = Command::new("sh");
        unpack
            .args(["-c", "for package in *.deb; do dpkg-deb --extract \"$package\" . || exit; done"])
            .current_dir(&path);
        for command in [bring, unpack] {
            println!("bringing: {}", show(&command));
            succeed(command)?;
        }
        Ok(())
    }

    fn path(&self) -> PathBuf {
        root().join("target").join(self.folder)
    }
}
