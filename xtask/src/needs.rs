//! What the tests need beside cargo. A new need is one more entry of [`NEEDS`].

use std::path::Path;
use std::process::Command;

use chat_test_database_servers::{Kind, Server};

use crate::{
    node, python, unpacked,
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
    /// Packages of Node.js that a folder of the workspace locks.
    NodeProject(&'static node::Project),

    /// Packages of Debian that are brought but not installed, and what to say where there is no Debian.
    Unpacked { packages: &'static unpacked::Packages, elsewhere: &'static str },
    /// What only the one who reads this can do.
    Advice(&'static str),
}

/// For tests/tests/grpc/python.rs.
static GRPC: python::Packages =
    python::Packages { folder: "grpc-python", names: &["grpcio==1.76.0", "grpcio-tools==1.76.0"] };

/// For chat-http/tests/contract/official.rs.
static ASYNCAPI: node::Packages =
    node::Packages { folder: "contract-node", names: &["@asyncapi/parser@3.6.0", "@stoplight/spectral-cli@6.16.3"] };

/// Ends well in a Node.js that @hey-api/openapi-ts takes.
const NODE_IS_NEW: &str = "const [major, minor] = process.versions.node.split('.').map(Number); \
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)";

/// For tests/tests/clients/typescript.rs.
static CLIENTS_TYPESCRIPT: node::Project = node::Project { folder: "tests/clients/typescript" };

/// For tests/tests/clients/python.rs.
static CLIENTS_PYTHON: python::Packages =
    python::Packages { folder: "clients-python", names: &["openapi-python-client==0.29.1", "mypy==2.4.1"] };

/// For tests/tests/clients/java.rs and go.rs.
static OPENAPI_GENERATOR: python::Packages =
    python::Packages { folder: "openapi-generator", names: &["openapi-generator-cli==7.26.0"] };

/// For tests/tests/documents/programs.rs.
static DOCUMENTS: node::Packages = node::Packages { folder: "documents-node", names: &["ws@8.18.3"] };

/// For tests/tests/documents/configuration.rs.
static NGINX: unpacked::Packages = unpacked::Packages { folder: "nginx", names: &["nginx"] };

/// For tests/tests/schemathesis.
static SCHEMATHESIS: python::Packages =
    python::Packages { folder: "schemathesis-python", names: &["schemathesis==4.32.5"] };

/// For tests/tests/web/, which build the page to chat in and play in it.
static WEB: node::Project = node::Project { folder: "examples/standalone-server/web" };

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
        name: "bash, curl, openssl and sqlite3",
        why: "the shell of the documents is run",
        present: || {
            let tells = |program| answers(with(program, &["--version"]));
            tells("bash") && tells("curl") && tells("sqlite3") && answers(with("openssl", &["version"]))
        },
        remedy: Remedy::Packages {
            debian: &["bash", "curl", "openssl", "sqlite3"],
            elsewhere: "install bash, curl 7.82 or later, openssl, and the shell of SQLite, sqlite3",
        },
        database: None,
    },
    Need {
        name: "systemd-analyze",
        why: "it says whether the documents' unit is one",
        present: || answers(with("systemd-analyze", &["--version"])),
        remedy: Remedy::Packages {
            debian: &["systemd"],
            elsewhere: "install systemd-analyze, which comes with systemd",
        },
        database: None,
    },
    Need {
        name: "nginx",
        why: "it serves the chat as the documents configure it",
        present: || {
            answers(with("nginx", &["-v"]))
                || answers(with("/usr/sbin/nginx", &["-v"]))
                || NGINX.run("usr/sbin/nginx", "-v")
        },
        // Installed it would be a service, which is started.
        remedy: Remedy::Unpacked { packages: &NGINX, elsewhere: "install nginx such that it is on the PATH" },
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
        why: "the gRPC server is tested with a client of Python's, and the API by Schemathesis",
        present: || answers(with("python3", &["-c", "import ensurepip, venv"])),
        remedy: Remedy::Packages {
            debian: &["python3", "python3-venv"],
            elsewhere: "install Python 3.10 or later such that `python3` runs it, with venv",
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
        name: "Schemathesis",
        why: "the server is held against its OpenAPI documents",
        present: || answers(SCHEMATHESIS.python("import schemathesis")),
        remedy: Remedy::Python(&SCHEMATHESIS),
        database: None,
    },
    Need {
        name: "Node.js and npm",
        why: "the AsyncAPI document is read by the official parser, and all documents by a linter",
        present: || answers(with("node", &["--eval", NODE_IS_NEW])) && answers(with("npm", &["--version"])),
        remedy: Remedy::Packages {
            debian: &["nodejs", "npm"],
            elsewhere: "install Node.js 20.19 or later, with npm, such that `node` and `npm` run them",
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
        name: "openapi-typescript, @hey-api/openapi-ts and TypeScript",
        why: "they make and compile clients of the OpenAPI document",
        present: || CLIENTS_TYPESCRIPT.is_installed(),
        remedy: Remedy::NodeProject(&CLIENTS_TYPESCRIPT),
        database: None,
    },
    Need {
        name: "openapi-python-client and mypy",
        why: "they make and check another",
        present: || answers(CLIENTS_PYTHON.python("import openapi_python_client, mypy.version")),
        remedy: Remedy::Python(&CLIENTS_PYTHON),
        database: None,
    },
    Need {
        name: "OpenAPI Generator",
        why: "it makes those for Java and Go",
        present: || answers(OPENAPI_GENERATOR.python("import openapi_generator_cli")),
        remedy: Remedy::Python(&OPENAPI_GENERATOR),
        database: None,
    },
    Need {
        name: "a JDK with the annotations of Jakarta",
        why: "the one for Java is compiled, and run",
        present: || {
            answers(with("javac", &["--version"])) && Path::new("/usr/share/java/jakarta-annotation-api.jar").exists()
        },
        remedy: Remedy::Packages {
            debian: &["default-jdk-headless", "libjakarta-annotation-api-java"],
            elsewhere: "install a JDK, 17 or later, and /usr/share/java/jakarta-annotation-api.jar",
        },
        database: None,
    },
    Need {
        name: "Go with validator.v2",
        why: "the one for Go is compiled, and run",
        present: || {
            answers(with("go", &["version"])) && Path::new("/usr/share/gocode/src/gopkg.in/validator.v2").exists()
        },
        remedy: Remedy::Packages {
            debian: &["golang-go", "golang-gopkg-validator.v2-dev"],
            elsewhere: "install Go 1.19 or later, and have gopkg.in/validator.v2 in /usr/share/gocode/src",
        },
        database: None,
    },
    Need {
        name: "ws",
        why: "a page's WebSocket is run in Node.js, which has none before its version 22",
        present: || answers(DOCUMENTS.node("require('ws')")),
        remedy: Remedy::Node(&DOCUMENTS),
        database: None,
    },
    Need {
        name: "esbuild, playwright-core and axe-core",
        why: "the page to chat in is built, and tested",
        present: || WEB.is_installed(),
        remedy: Remedy::NodeProject(&WEB),
        database: None,
    },
    Need {
        name: "Chromium, with fonts",
        why: "that page is tested in a browser as people have it",
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
