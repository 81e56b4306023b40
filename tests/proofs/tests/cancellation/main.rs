//! What becomes of a write whose caller goes away, or whose task is ended, at any point, where the chat has one connection
//! to its database.
//!
//! Each command is done again and again, on fresh users and rooms, and cut off one poll later each time. Afterwards its
//! effect is wholly there or not at all, nothing is left open or locked, others are served, and doing it again
//! gives what fits the state. What whole means is learnt from doing it without a cut.

#[cfg(feature = "planted-bugs")]
mod aborted;
mod caller;
mod command;
mod control;
mod ears;
mod ground;
mod scene;
mod state;

use chat_test_databases::Kind;
use command::Command;
use ground::{Ground, OneConnection};

/// Runs each command up to each of its points; says how many there were, or what was broken at the first bad one.
macro_rules! every_point {
    ($check:path, $kind:expr) => {{
        let kind = $kind;
        let Some(ground) = Ground::open(kind).await else { return };
        let (mut tried, mut done) = (0, 0);
        for command in Command::ALL {
            let points =
                $check(&ground, command).await.unwrap_or_else(|broken| panic!("{kind:?}, {command:?}, {broken}"));
            tried += points.tried;
            done += points.done;
        }
        println!("{kind:?}: {tried} points in {} commands; after {done} the write was done", Command::ALL.len());
    }};
}

macro_rules! on_every_store {
    ($module:ident, $check:path) => {
        mod $module {
            use super::*;

            #[tokio::test]
            async fn on_sqlite_in_memory() {
                every_point!($check, OneConnection::Memory);
            }

            #[tokio::test]
            async fn on_a_pool_of_one_to_a_file() {
                every_point!($check, OneConnection::Pool);
            }

            #[tokio::test]
            async fn on_mariadb() {
                every_point!($check, OneConnection::Server(Kind::MariaDb));
            }

            #[tokio::test]
            async fn on_mysql() {
                every_point!($check, OneConnection::Server(Kind::MySql));
            }
        }
    };
}

on_every_store!(a_write_runs_to_its_end_when_its_caller_is_gone, caller::every_point);

#[cfg(feature = "planted-bugs")]
on_every_store!(a_write_whose_task_is_ended_is_whole_or_nothing, aborted::every_point);

/// A bug that is planted makes the check fail, and for the reason for which it should.
#[cfg(feature = "planted-bugs")]
mod the_checks_notice {
    use chat_core::planted::Planted;

    /// How often a test is run until it fails. How many polls a future takes depends on how soon a thread answers, so that
    /// one run of all numbers of polls may step over the one point at which the bug shows.
    const RUNS: usize = 8;

    /// Runs a test of this binary in a process of its own in which the bug is on.
    fn failure_of(test: &str, planted: Planted) -> String {
        let this = std::env::current_exe().expect("a test knows its binary");
        for _ in 0..RUNS {
            let run = std::process::Command::new(&this)
                .args([test, "--exact", "--nocapture"])
                .env("CHAT_PLANTED_BUG", planted.name())
                .output()
                .expect("a test binary runs");
            let said = [run.stdout, run.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
            assert!(said.contains("running 1 test"), "{said}");
            if !run.status.success() {
                return said;
            }
        }
        panic!("{planted:?} goes unnoticed in {RUNS} runs")
    }

    #[test]
    fn a_write_without_a_task_of_its_own() {
        for store in ["on_sqlite_in_memory", "on_a_pool_of_one_to_a_file"] {
            let test = format!("a_write_runs_to_its_end_when_its_caller_is_gone::{store}");
            let said = failure_of(&test, Planted::NoTaskOfItsOwn);
            assert!(said.contains("the write had begun, and was not carried out"), "{said}");
        }
    }

    #[test]
    fn a_transaction_that_is_not_rolled_back_when_it_is_dropped() {
        for store in ["on_sqlite_in_memory", "on_a_pool_of_one_to_a_file"] {
            let test = format!("a_write_whose_task_is_ended_is_whole_or_nothing::{store}");
            let said = failure_of(&test, Planted::NoRollbackOnDrop);
            assert!(said.contains("the next write is not served"), "{said}");
        }
    }

    #[test]
    fn an_event_that_is_told_before_its_commit() {
        let test = "a_write_whose_task_is_ended_is_whole_or_nothing::on_sqlite_in_memory";
        let said = failure_of(test, Planted::PublishBeforeCommit);
        assert!(said.contains("heard of what was not done"), "{said}");
    }

    #[test]
    fn a_price_that_is_taken_apart_from_its_seat() {
        let test = "a_write_runs_to_its_end_when_its_caller_is_gone::on_sqlite_in_memory";
        let said = failure_of(test, Planted::ChargeBeforeSeat);
        assert!(said.contains("JoinForCoins") && said.contains("half of it is there"), "{said}");
    }
}
