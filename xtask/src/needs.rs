//! What the tests need beside cargo. A new need is one more entry of [`NEEDS`].

use std::process::Command;

use crate::workspace::{answers, cargo};

/// Something that must be on the machine.
pub(crate) struct Need {
    /// What it is, as a noun phrase.
    pub(crate) name: &'static str,
    /// What for.
    pub(crate) why: &'static str,
    /// Whether it is there.
    pub(crate) present: fn() -> bool,
    /// How it gets there.
    pub(crate) remedy: Remedy,
}

/// How something gets onto a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Packages of Debian, and what to say where there is no Debian or no right to install.
    Packages { debian: &'static [&'static str], elsewhere: &'static str },
    /// A component of the Rust toolchain.
    Component(&'static str),
}

/// Everything the tests need.
pub(crate) const NEEDS: &[Need] = &[
    Need {
        name: "a C compiler",
        why: "SQLite and the cryptography are compiled from source",
        present: || answers(with("cc", &["--version"])),
        remedy: Remedy::Packages {
            debian: &["gcc", "libc6-dev"],
            elsewhere: "install gcc or clang such that `cc` runs it (macOS: `xcode-select --install`)",
        },
    },
    Need {
        name: "the program kill",
        why: "tests stop servers by signals",
        present: || answers(with("kill", &["-l"])),
        remedy: Remedy::Packages { debian: &["procps"], elsewhere: "install procps, or what else has `kill`" },
    },
    Need {
        name: "bash and curl",
        why: "the README's conversation is held",
        present: || answers(with("bash", &["--version"])) && answers(with("curl", &["--version"])),
        remedy: Remedy::Packages { debian: &["bash", "curl"], elsewhere: "install bash and curl 7.82 or later" },
    },
    Need {
        name: "rustfmt",
        why: "the format is checked",
        present: || answers(cargo(&["fmt", "--version"])),
        remedy: Remedy::Component("rustfmt"),
    },
    Need {
        name: "clippy",
        why: "lints are errors",
        present: || answers(cargo(&["clippy", "--version"])),
        remedy: Remedy::Component("clippy"),
    },
];

fn with(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
