//! The tests of the tests: a build with bugs in it, of which one at a time is switched on, and the test that must notice.

use std::process::Command;

use crate::workspace::{cargo, show, succeed};

/// A bug of `chat-core/src/planted.rs`, the test binary of chat-proofs and the test in it that must fail.
struct Bug {
    name: &'static str,
    binary: &'static str,
    test: &'static str,
}

const STEPS: (&str, &str) = ("steps", "every_sequence_of_commands_is_answered_as_the_model_answers_it_on_sqlite");
const READERS: (&str, &str) = ("histories", "large::nothing_breaks_while_32_tasks_write_and_readers_look_on_sqlite");

const fn bug(name: &'static str, (binary, test): (&'static str, &'static str)) -> Bug {
    Bug { name, binary, test }
}

/// Those that only cancellation notices are not here: its own tests switch them on.
const BUGS: [Bug; 14] = [
    bug("publish_before_commit", READERS),
    bug("charge_before_seat", STEPS),
    bug("check_outside_the_lock", READERS),
    bug("free_admission_by_current_memberships", STEPS),
    bug("unread_counts_own", STEPS),
    bug("resume_off_by_one", STEPS),
    bug("client_id_ignored", STEPS),
    bug("invite_used_twice", STEPS),
    bug("stolen_refresh_token_answered", STEPS),
    bug("coin_key_ignored", STEPS),
    bug("read_position_goes_back", STEPS),
    bug("heir_by_name", STEPS),
    bug("edit_outlives_deletion", STEPS),
    bug("reaction_counted_twice", STEPS),
];

fn proofs(arguments: &[&str]) -> Command {
    let mut command = cargo(&["test", "--quiet", "--package", "chat-proofs", "--features", "planted-bugs"]);
    command.args(arguments);
    command
}

/// Builds the bugs in, runs the tests that switch them on themselves, then the others one by one.
pub(crate) fn run() -> Result<(), String> {
    succeed(proofs(&["--test", "cancellation"]))?;
    let mut unnoticed = Vec::new();
    for Bug { name, binary, test } in &BUGS {
        let mut command = proofs(&["--test", binary, "--", "--exact", test]);
        // The same sequences each time, as many as find the rarest of the bugs, and no time spent on shrinking.
        command.env("CHAT_PLANTED_BUG", name).env("CHAT_TEST_SCALE", "4");
        command.env("PROPTEST_RNG_SEED", "1").env("PROPTEST_MAX_SHRINK_ITERS", "0").env("RUST_BACKTRACE", "0");
        let output = command.output().map_err(|error| format!("{}: {error}", show(&command)))?;
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        // It must be the test that fails, not the build or the name of the test.
        let noticed = !output.status.success() && told.contains("1 failed");
        println!("{name}: {}", if noticed { format!("noticed by {test}") } else { format!("NOT NOTICED by {test}") });
        if !noticed {
            unnoticed.push(*name);
        }
    }
    if unnoticed.is_empty() {
        Ok(())
    } else {
        Err(format!("planted bugs that no test noticed: {}", unnoticed.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Switched on by tests/proofs/tests/cancellation/main.rs.
    const CANCELLED: [&str; 2] = ["no_task_of_its_own", "no_rollback_on_drop"];

    #[test]
    fn every_bug_that_can_be_planted_is() {
        let planted = include_str!("../../chat-core/src/planted.rs");
        let names = planted
            .lines()
            .filter_map(|line| line.trim().strip_prefix("Self::")?.split_once("=> \""))
            .map(|(_, name)| name.trim_end_matches("\","));
        let missing: Vec<&str> =
            names.filter(|name| !BUGS.iter().any(|bug| bug.name == *name) && !CANCELLED.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
