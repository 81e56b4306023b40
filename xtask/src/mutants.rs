//! `cargo xtask mutants`: the rules and the commands changed at one place at a time, and whether a test notices.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use crate::workspace::{answers, cargo, root, show, succeed};

/// A run over all mutants that no run before it has caught.
struct Run {
    packages: &'static [&'static str],
    tests: &'static [&'static str],
    /// How much is tried of what takes a scale.
    scale: &'static str,
}

/// First the quick tests, and little of what is drawn at random; then all that speak to the chat within their own
/// process and need no server of databases.
const RUNS: [Run; 2] = [
    Run {
        packages: &["chat-core", "chat-proofs"],
        tests: &["--lib", "--test=properties", "--test=steps", "--test=histories"],
        scale: "0.02",
    },
    Run {
        packages: &["chat-core", "chat-conformance", "chat-sqlite", "chat-http", "chat-proofs", "chat-tests"],
        tests: &[
            "--lib",
            "--test=properties",
            "--test=faults",
            "--test=store",
            "--test=rest",
            "--test=steps",
            "--test=histories",
            "--test=cancellation",
            "--test=embedded",
        ],
        scale: "0.2",
    },
];

/// Seconds after which a mutant counts as noticed, because a test waits for what never comes.
const TIMEOUT: &str = "--timeout=180";

/// Where the survivors stand with the reason why they live.
const REASONS: &str = "docs/proofs.md";

/// What became of the mutants of one folder.
#[derive(Default)]
struct Outcome {
    caught: usize,
    unviable: usize,
    survivors: Vec<String>,
}

/// Runs cargo-mutants, and fails where a mutant of the rules lives, or one of the commands without a reason.
pub(crate) fn run() -> Result<(), String> {
    let mut version = cargo(&["mutants"]);
    version.arg("--version");
    if !answers(version) {
        return Err("there is no cargo-mutants: cargo install cargo-mutants --locked".to_owned());
    }
    let target = root().join("target");
    let mut folders = BTreeMap::from([("rules", Outcome::default()), ("app", Outcome::default())]);
    for (index, Run { packages, tests, scale }) in RUNS.iter().enumerate() {
        let environment = [
            ("CHAT_TEST_SCALE", *scale),
            ("CHAT_TEST_MARIADB_URL", "none"),
            ("CHAT_TEST_MYSQL_URL", "none"),
            ("RUST_BACKTRACE", "0"),
        ];
        // cargo-mutants would try the unchanged code with the tests of the mutants' own package alone.
        let mut unchanged = cargo(&["test", "--quiet", "--profile=mutants"]);
        unchanged.args(packages.iter().map(|package| format!("--package={package}"))).args(*tests).envs(environment);
        succeed(unchanged)?;
        let mut command = cargo(&["mutants", "--package=chat-core", "--no-shuffle", "--jobs=2", "--baseline=skip"]);
        command.args([TIMEOUT, "--output"]).arg(&target).arg(format!("--test-package={}", packages.join(",")));
        if 0 < index {
            command.arg("--iterate");
        }
        command.arg("--").args(*tests).envs(environment);
        let ended = status(&mut command)?;
        let out = target.join("mutants.out");
        for (folder, outcome) in &mut folders {
            // A mutant with which a test never ends is noticed, too.
            outcome.caught += of(&out, "caught", folder)?.len() + of(&out, "timeout", folder)?.len();
            outcome.unviable += of(&out, "unviable", folder)?.len();
            outcome.survivors = of(&out, "missed", folder)?;
        }
        // Nobody is left.
        if ended == 0 && index == 0 {
            break;
        }
    }
    report(&folders)
}

/// 0 where all were caught, 2 or 3 where some lived or ran for ever; everything else is a failure of the run.
fn status(command: &mut Command) -> Result<i32, String> {
    let shown = show(command);
    let status = command.status().map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
    match status.code() {
        Some(code @ (0 | 2 | 3)) => Ok(code),
        _ => Err(format!("`{shown}` failed: {status}")),
    }
}

/// The mutants of a folder that came to this, each as its file and what was done to it.
fn of(out: &Path, outcome: &str, folder: &str) -> Result<Vec<String>, String> {
    let file = out.join(format!("{outcome}.txt"));
    let list = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let prefix = format!("chat-core/src/{folder}/");
    Ok(list.lines().filter_map(|line| Some(without_position(line.strip_prefix(&prefix)?))).collect())
}

/// `coin.rs:12:5: replace x with y` without the numbers, which change with every line above.
fn without_position(line: &str) -> String {
    let mut parts = line.splitn(4, ':');
    let (file, _, _, what) = (parts.next(), parts.next(), parts.next(), parts.next());
    format!("{}: {}", file.unwrap_or_default(), what.unwrap_or_default().trim())
}

fn report(folders: &BTreeMap<&str, Outcome>) -> Result<(), String> {
    println!("\n| chat-core/src | mutants | caught | cannot be built | survivors |\n|---|---:|---:|---:|---:|");
    for (folder, Outcome { caught, unviable, survivors }) in folders {
        let all = caught + unviable + survivors.len();
        println!("| {folder} | {all} | {caught} | {unviable} | {} |", survivors.len());
    }
    let reasons = fs::read_to_string(root().join(REASONS)).map_err(|error| format!("{REASONS}: {error}"))?;
    let mut unexplained = Vec::new();
    for (folder, outcome) in folders {
        for survivor in &outcome.survivors {
            println!("lives: {folder}/{survivor}");
            if *folder == "rules" || !reasons.contains(survivor.as_str()) {
                unexplained.push(format!("{folder}/{survivor}"));
            }
        }
    }
    if unexplained.is_empty() {
        Ok(())
    } else {
        Err(format!("mutants that no test notices, without a reason in {REASONS}:\n{}", unexplained.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutant_is_known_by_its_file_and_what_was_done() {
        let line = "coin.rs:12:5: replace apply -> Result<Coins, Overflow> with Ok(Default::default())";
        assert_eq!(
            without_position(line),
            "coin.rs: replace apply -> Result<Coins, Overflow> with Ok(Default::default())"
        );
    }
}
