//! What the tests need beside cargo. A new need is one more entry of [`NEEDS`].

use std::process::Command;

use chat_test_database_servers::{Kind, Server};

use crate::{
    node, python,
    workspace::{answers, cargo, output},
};

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
    /// The database whose tests alone need it; they are skipped without it, unless the database is required.
    pub(crate) database: Option<Kind>,
}

/// How something gets onto a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Packages of Debian, and what to say where there is no Debian or no right to install.
    Packages { debian: &'static [&'static str], elsewhere: &'static str },
    /// A component of the Rust toolchain.
    Component(&'static str),
    /// Packages of Python's.
    Python(&'static python::Packages),
    /// Packages of Node.js.
    Node(&'static node::Packages),
    /// Those of a program in the workspace.
    NodeLocked(&'static node::Locked),
    /// What only the one who reads this can do.
    Advice(&'static str),
}

/// For tests/tests/grpc/python.rs.
static GRPC: python::Packages =
    python::Packages { folder: "grpc-python", names: &["grpcio==1.76.0", "grpcio-tools==1.76.0"] };

/// For chat-http/tests/contract/official.rs.
static ASYNCAPI: node::Packages =
    node::Packages { folder: "contract-node", names: &["@asyncapi/parser@3.6.0", "@stoplight/spectral-cli@6.16.3"] };

/// For tests/tests/web/, which build the page to chat in and play in it.
static WEB: node::Locked = node::Locked { folder: "examples/standalone-server/web" };

/// Everything the tests need.
pub(crate) static NEEDS: &[Need] = &[
    Need {
        name: "a C compiler",
        why: "SQLite and the cryptography are compiled from source",
        present: || answers(with("cc", &["--version"])),
        remedy: Remedy::Packages {
            debian: &["gcc", "libc6-dev"],
            elsewhere: "install gcc or clang such that `cc` runs it (macOS: `xcode-select --install`)",
        },
        database: None,
    },
    Need {
        name: "the program kill",
        why: "tests stop servers by signals",
        present: || answers(with("kill", &["-l"])),
        remedy: Remedy::Packages { debian: &["procps"], elsewhere: "install procps, or what else has `kill`" },
        database: None,
    },
    Need {
        name: "bash and curl",
        why: "the README's conversation is held",
        present: || answers(with("bash", &["--version"])) && answers(with("curl", &["--version"])),
        remedy: Remedy::Packages { debian: &["bash", "curl"], elsewhere: "install bash and curl 7.82 or later" },
        database: None,
    },
    Need {
        name: "irssi and script",
        why: "the IRC gateway is tested with a client as people have it, in a terminal",
        present: || answers(with("irssi", &["--version"])) && answers(with("script", &["--version"])),
        remedy: Remedy::Packages {
            debian: &["irssi", "bsdutils"],
            elsewhere: "install irssi, and `script` of util-linux",
        },
        database: None,
    },
    Need {
        name: "Python with venv",
        why: "the gRPC server is tested with a client of Python's",
        present: || answers(with("python3", &["-c", "import ensurepip, venv"])),
        remedy: Remedy::Packages {
            debian: &["python3", "python3-venv"],
            elsewhere: "install Python 3.9 or later such that `python3` runs it, with venv",
        },
        database: None,
    },
    Need {
        name: "grpcio-tools",
        why: "they make that client of the protocol",
        present: || answers(GRPC.python("import grpc_tools.protoc, grpc")),
        remedy: Remedy::Python(&GRPC),
        database: None,
    },
    Need {
        name: "Node.js and npm",
        why: "the AsyncAPI document is read by the official parser, and all documents by a linter",
        present: || answers(with("node", &["--version"])) && answers(with("npm", &["--version"])),
        remedy: Remedy::Packages {
            debian: &["nodejs", "npm"],
            elsewhere: "install Node.js 18 or later, with npm, such that `node` and `npm` run them",
        },
        database: None,
    },
    Need {
        name: "@asyncapi/parser and Spectral",
        why: "they are that parser and that linter",
        present: || {
            let both = "require('@asyncapi/parser'); require.resolve('@stoplight/spectral-cli/package.json')";
            answers(ASYNCAPI.node(both))
        },
        remedy: Remedy::Node(&ASYNCAPI),
        database: None,
    },
    Need {
        name: "esbuild, TypeScript, playwright-core and axe-core",
        why: "the page to chat in is built, and tested",
        present: || {
            let each = "for (const name of ['esbuild', 'typescript', 'playwright-core', 'axe-core']) \
                if (require(`${name}/package.json`).version !== require('./package.json').devDependencies[name]) process.exit(1)";
            answers(WEB.node(each))
        },
        remedy: Remedy::NodeLocked(&WEB),
        database: None,
    },
    Need {
        name: "Chromium, with fonts",
        why: "the page to chat in is tested in a browser as people have it",
        present: || answers(with("chromium", &["--version"])) && has_emoji(),
        remedy: Remedy::Packages {
            debian: &["chromium", "fonts-dejavu-core", "fonts-noto-color-emoji", "fontconfig"],
            elsewhere: "install Chromium such that `chromium` runs it, and a font that has emoji",
        },
        database: None,
    },
    Need {
        name: "rustfmt",
        why: "the format is checked",
        present: || answers(cargo(&["fmt", "--version"])),
        remedy: Remedy::Component("rustfmt"),
        database: None,
    },
    Need {
        name: "clippy",
        why: "lints are errors",
        present: || answers(cargo(&["clippy", "--version"])),
        remedy: Remedy::Component("clippy"),
        database: None,
    },
    Need {
        name: "MariaDB",
        why: "the chat is tested on it",
        present: || is_settled(Kind::MariaDb),
        // The cores alone: they have the server and what makes its data, and no service that would be started.
        remedy: Remedy::Packages {
            debian: &["mariadb-server-core", "mariadb-client-core"],
            elsewhere: "install MariaDB 10.11 or later such that `mariadbd`, `mariadb-install-db` and \
                `my_print_defaults` are on the PATH, or name a server by CHAT_TEST_MARIADB_URL",
        },
        database: Some(Kind::MariaDb),
    },
    Need {
        name: "MySQL",
        why: "the chat is tested on it",
        // On Debian this installs it, by tools/mysql-server.
        present: || is_settled(Kind::MySql),
        remedy: Remedy::Advice(
            "install MySQL 8.0.16 or later such that `mysqld` is on the PATH, or Docker, \
             or name a server by CHAT_TEST_MYSQL_URL",
        ),
        database: Some(Kind::MySql),
    },
];

/// Whether somebody has said which server the tests use, if any, or they can start one.
fn is_settled(kind: Kind) -> bool {
    std::env::var_os(kind.variable()).is_some_and(|said| !said.is_empty()) || Server::find(kind).is_ok()
}

/// Whether there is a font that draws emoji, without which pictures of the page would show boxes.
fn has_emoji() -> bool {
    output(with("fc-list", &[":lang=und-zsye"])).is_ok_and(|fonts| !fonts.trim().is_empty())
}

fn with(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments);
    command
}
