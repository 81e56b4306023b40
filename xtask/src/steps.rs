//! Steps that run one after another, each timed, with a summary at the end.

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::workspace::{show, succeed};

/// One command of a chore.
pub(crate) struct Step {
    /// What it checks, as a noun.
    pub(crate) name: &'static str,
    /// A step without which this one proves nothing.
    pub(crate) after: Option<&'static str>,
    /// What to run.
    pub(crate) command: Command,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
enum End {
    Passed(Duration),
    Failed(Duration, String),
    Skipped(&'static str),
}

/// Runs the steps in order. A failure does not keep the others from running, except those that build upon it.
pub(crate) fn run(steps: Vec<Step>) -> Result<(), String> {
    let mut ends: Vec<(&'static str, End)> = Vec::new();
    for step in steps {
        let missing = step.after.filter(|name| !passed(&ends, name));
        let end = match missing {
            Some(name) => End::Skipped(name),
            None => timed(step.name, step.command),
        };
        ends.push((step.name, end));
    }
    println!("\n{}", summary(&ends));
    let failed: Vec<&str> =
        ends.iter().filter(|(_, end)| !matches!(end, End::Passed(_))).map(|(name, _)| *name).collect();
    if failed.is_empty() { Ok(()) } else { Err(format!("not all is well: {}", failed.join(", "))) }
}

fn passed(ends: &[(&'static str, End)], name: &str) -> bool {
    ends.iter().any(|(other, end)| *other == name && matches!(end, End::Passed(_)))
}

fn timed(name: &str, command: Command) -> End {
    println!("\n==> {name}: {}", show(&command));
    let begun = Instant::now();
    match succeed(command) {
        Ok(()) => End::Passed(begun.elapsed()),
        Err(message) => End::Failed(begun.elapsed(), message),
    }
}

fn summary(ends: &[(&'static str, End)]) -> String {
    let mut text = String::new();
    for (name, end) in ends {
        // Writing to a String cannot fail.
        let _ = match end {
            End::Passed(time) => writeln!(text, "passed   {:7.1} s  {name}", time.as_secs_f64()),
            End::Failed(time, message) => writeln!(text, "FAILED   {:7.1} s  {name}: {message}", time.as_secs_f64()),
            End::Skipped(missing) => writeln!(text, "skipped           {name}: needs {missing}"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &'static str, after: Option<&'static str>, program: &str) -> Step {
        Step { name, after, command: Command::new(program) }
    }

    #[test]
    fn all_steps_that_pass_are_a_success() {
        assert_eq!(run(vec![step("one", None, "true"), step("two", Some("one"), "true")]), Ok(()));
    }

    #[test]
    fn a_failure_is_named_with_what_was_skipped_for_it_and_the_rest_runs() {
        let steps = vec![step("one", None, "false"), step("two", Some("one"), "true"), step("three", None, "false")];
        assert_eq!(run(steps), Err("not all is well: one, two, three".to_owned()));
    }

    #[test]
    fn what_cannot_be_started_is_a_failure() {
        assert!(run(vec![step("one", None, "no-such-program-anywhere")]).is_err());
    }

    #[test]
    fn the_summary_tells_how_each_step_ended() {
        let second = Duration::from_secs(1);
        let ends = [("a", End::Passed(second)), ("b", End::Failed(second, "why".to_owned())), ("c", End::Skipped("b"))];
        let text = "passed       1.0 s  a\nFAILED       1.0 s  b: why\nskipped           c: needs b\n";
        assert_eq!(summary(&ends), text);
    }
}
