//! `cargo xtask test`: everything that has to hold before a change lands.

use std::process::Command;

use chat_test_database_servers::Kind;

use crate::databases::Databases;
use crate::setup;
use crate::steps::{self, Step};
use crate::workspace::{answers, cargo};

const SERVER: &str = "server";

/// Sets up, then runs every check. Fails without a database that is required.
pub(crate) fn run(required: &[Kind]) -> Result<(), String> {
    setup::run(required)?;
    let databases = Databases::start(required)?;
    let done = steps::run(steps(answers(cargo(&["nextest", "--version"])), &databases.variables()));
    databases.report();
    done
}

/// Another chore, in a process of its own.
fn myself(arguments: &[&str]) -> Command {
    let mut command = cargo(&["xtask"]);
    command.args(arguments);
    command
}

fn steps(nextest: bool, variables: &[(&'static str, String)]) -> Vec<Step> {
    let with_databases = |mut command: Command| {
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        command
    };
    let mut doc = cargo(&["doc", "--workspace", "--no-deps"]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    let tests: &[&str] = if nextest {
        &["nextest", "run", "--workspace", "--no-fail-fast"]
    } else {
        &["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]
    };
    let step = |name, after, command: Command| Step { name, after, command };
    vec![
        step("format", None, cargo(&["fmt", "--all", "--check"])),
        step("clippy", None, cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])),
        // With the whole workspace's features, as the tests are built, or the crates would be compiled twice.
        step(SERVER, None, cargo(&["build", "--workspace", "--bin", "chat-server"])),
        step("tests", Some(SERVER), with_databases(cargo(tests))),
        step("planted bugs", Some("tests"), with_databases(myself(&["planted"]))),
        step("doc tests", None, with_databases(cargo(&["test", "--workspace", "--doc"]))),
        step("documentation", None, doc),
        step("packages", None, myself(&["package"])),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::show;

    #[test]
    fn the_server_is_built_before_the_tests_that_start_it() {
        for nextest in [true, false] {
            let steps = steps(nextest, &[]);
            let place = |name: &str| steps.iter().position(|step| step.name == name);
            assert!(place(SERVER).is_some() && place(SERVER) < place("tests"));
        }
    }

    #[test]
    fn nextest_runs_the_tests_where_there_is_one() {
        let tests = |nextest: bool| {
            let found = steps(nextest, &[]).into_iter().find(|step| step.name == "tests");
            found.map(|step| show(&step.command)).unwrap_or_default()
        };
        assert!(tests(true).contains("nextest run"));
        assert!(!tests(false).contains("nextest"));
    }

    #[test]
    fn the_tests_are_told_of_their_databases() {
        for nextest in [true, false] {
            let steps = steps(nextest, &[("CHAT_TEST_MYSQL_URL", "none".to_owned())]);
            let told = steps.iter().filter(|step| show(&step.command).contains("CHAT_TEST_MYSQL_URL=none"));
            assert_eq!(told.map(|step| step.name).collect::<Vec<_>>(), ["tests", "planted bugs", "doc tests"]);
        }
    }
}
