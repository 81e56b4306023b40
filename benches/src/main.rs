//! How fast the chat is, beside what its databases can do, measured in one run on one server:
//! `cargo run --release --package chat-bench`.
//!
//! A figure says little by itself: the machine, the disk and the neighbours change it. So whatever is compared is
//! measured in rounds, one after the other within each round and each round in another order, and what counts is the
//! ratio. Each load ends by reading back what was written: every acknowledged message is stored once, in its order,
//! and no number is missing.

mod bulk;
mod consumers;
mod contender;
mod enumeration;
mod figure;
mod join;
mod load;
mod machine;
mod naive;
mod options;
mod page;
mod place;
mod promise;
mod ratio;
mod reconnects;
mod refusals;
mod report;
mod run;
mod send;
mod single;
mod town;

use std::{error::Error, process::ExitCode};

use clap::Parser;

use crate::options::Options;

/// Why a run ends early.
type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run::run(&Options::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("a required ratio was missed");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("{failure}");
            let mut cause = failure.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}
