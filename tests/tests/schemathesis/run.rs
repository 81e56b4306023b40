//! One run of Schemathesis against a server.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use chat_tests::tree::root;
use chat_tests::{ADMIN_TOKEN, Server};
use serde_json::Value;
use tempfile::TempDir;

/// How Schemathesis is started.
pub(crate) struct Run<'a> {
    pub(crate) server: &'a Server,
    /// As which kind of user: see python/scene.py.
    pub(crate) kind: &'a str,
    /// The document's URL, or its file.
    pub(crate) document: String,
    /// How many cases at most are drawn for each operation, and of sequences of operations.
    pub(crate) examples: u32,
    pub(crate) seed: u64,
    /// Further options.
    pub(crate) options: &'a [&'a str],
}

/// What came of a run.
pub(crate) struct Outcome {
    /// What Schemathesis printed.
    pub(crate) said: String,
    /// Its own report.
    pub(crate) report: Value,
    /// How often each operation was answered with each status.
    pub(crate) answers: BTreeMap<String, BTreeMap<u64, u32>>,
    pub(crate) status: ExitStatus,
}

/// Ended when this is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Run<'_> {
    pub(crate) async fn to_its_end(&self) -> Outcome {
        let folder = tempfile::tempdir().expect("a folder");
        let mut process = Process(self.command(&folder).spawn().expect("Schemathesis"));
        let ended = tokio::task::spawn_blocking(move || process.0.wait().expect("our own child"));
        let status = ended.await.expect("waiting does not panic");
        let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
        let said = read("said.txt");
        let report = serde_json::from_str(&read("report.json")).unwrap_or_else(|error| panic!("{error}: {said}"));
        Outcome { report, answers: answers(&read("calls.ndjson")), status, said }
    }

    fn command(&self, folder: &TempDir) -> Command {
        let here = root().join("tests/tests/schemathesis");
        let said = File::create(folder.path().join("said.txt")).expect("a file in our own folder");
        let mut command = Command::new(program());
        command
            .arg("--config-file")
            .arg(here.join("schemathesis.toml"))
            .args(["run", &self.document, "--url", self.server.base(), "--no-color"])
            .args(["--max-examples", &self.examples.to_string(), "--seed", &self.seed.to_string()])
            .args(["--report", "json", "--report-json-path", "report.json"])
            .args(self.options)
            .env("PYTHONPATH", here.join("python"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("COLUMNS", "120")
            .env("CHAT_URL", self.server.base())
            .env("CHAT_KIND", self.kind)
            .env("CHAT_OPERATOR_TOKEN", ADMIN_TOKEN)
            .env("CHAT_CALLS", folder.path().join("calls.ndjson"))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stderr(said.try_clone().expect("a second handle"))
            .stdout(said);
        command
    }
}

/// The program that `cargo xtask setup` makes.
fn program() -> PathBuf {
    let program = root().join("target/schemathesis-python/bin/st");
    assert!(Path::new(&program).exists(), "no {}: run `cargo xtask setup`", program.display());
    program
}

/// Reads the calls that the hooks wrote down.
fn answers(calls: &str) -> BTreeMap<String, BTreeMap<u64, u32>> {
    let mut answers: BTreeMap<String, BTreeMap<u64, u32>> = BTreeMap::new();
    for call in calls.lines() {
        let call: Value = serde_json::from_str(call).expect("the hooks write JSON");
        let operation = call["operation"].as_str().expect("an operation").to_owned();
        let status = call["status"].as_u64().expect("a status");
        *answers.entry(operation).or_default().entry(status).or_default() += 1;
    }
    answers
}

impl Outcome {
    /// How many cases Schemathesis made.
    pub(crate) fn cases(&self) -> u64 {
        self.report["test_cases"]["generated"].as_u64().expect("a count")
    }

    /// What kinds of failures it found.
    pub(crate) fn failures(&self) -> BTreeSet<&str> {
        let failures = self.report["failures"].as_array().expect("a list");
        failures.iter().map(|failure| failure["type"].as_str().expect("a name")).collect()
    }

    /// The operations that never succeeded.
    pub(crate) fn without_success(&self) -> BTreeSet<&str> {
        let failed = |statuses: &BTreeMap<u64, u32>| !statuses.keys().any(|status| (200..300).contains(status));
        self.answers.iter().filter(|(_, statuses)| failed(statuses)).map(|(name, _)| name.as_str()).collect()
    }

    /// The table of operations and statuses.
    pub(crate) fn table(&self) -> String {
        let row = |(operation, statuses): (&String, &BTreeMap<u64, u32>)| {
            let statuses: Vec<_> = statuses.iter().map(|(status, count)| format!("{status}: {count}")).collect();
            format!("{operation:24} {}\n", statuses.join(", "))
        };
        self.answers.iter().map(row).collect()
    }
}
