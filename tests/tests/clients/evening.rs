//! What every client needs: servers, a folder for what is made of the document, and programs that must succeed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chat_tests::tree::root;
use chat_tests::{ADMIN_TOKEN, Server};

/// How the last line of an evening reads that came to its end.
const END: &str = "the evening was fine";

/// The servers of an evening.
pub(crate) struct Servers {
    /// Without limits.
    pub(crate) chat: Server,
    /// With those that a server has without being told.
    pub(crate) limited: Server,
}

impl Servers {
    pub(crate) async fn start() -> Self {
        Self { chat: Server::start().await, limited: Server::with(&["--rate-limits", "on"]).await }
    }

    /// Runs a program that spends the evening there.
    pub(crate) fn visited_by(&self, mut program: Command) {
        program
            .env("CHAT_URL", self.chat.base())
            .env("CHAT_LIMITED_URL", self.limited.base())
            .env("CHAT_ADMIN_TOKEN", ADMIN_TOKEN);
        let said = succeeds(program);
        assert_eq!(said.lines().next_back(), Some(END), "{said}");
    }
}

/// The folder of a client.
pub(crate) fn client(name: &str) -> PathBuf {
    root().join("tests/clients").join(name)
}

/// An empty folder for what is made of the document, where something may have been made before.
pub(crate) fn emptied(folder: PathBuf) -> PathBuf {
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    }
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}

/// A program that is run in this folder.
pub(crate) fn program(name: impl AsRef<Path>, folder: &Path) -> Command {
    let mut program = Command::new(name.as_ref());
    program.current_dir(folder).stdin(Stdio::null());
    program
}

/// Runs it, and answers what it printed.
///
/// # Panics
/// With all that it said, when it fails.
pub(crate) fn succeeds(mut program: Command) -> String {
    let output = program.output().unwrap_or_else(|error| panic!("{program:?}: {error}"));
    let [said, complained] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert!(output.status.success(), "{program:?}: {}\n{said}\n{complained}", output.status);
    said
}
