//! What can be done to a private server, whatever runs it; and what they have in common.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::place::Place;

/// How long a server may take until it answers: far above what a loaded machine needs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A way to run a server in a [`Place`].
pub(crate) trait Engine: Send + Sync {
    /// What it is, for who reads what was tried.
    fn describe(&self) -> String;

    /// The command that ends a server that is not in the group of its place.
    fn end(&self, place: &Place) -> Vec<OsString>;

    /// Makes what a first start on the place's port needs, and is not there yet.
    fn prepare(&mut self, place: &Place) -> Result<(), StartError>;

    /// Starts on the data that is there, and waits until connections are taken.
    fn start(&mut self, place: &Place) -> Result<(), StartError>;

    /// The administrator's name and password.
    fn administrator<'a>(&self, place: &'a Place) -> (&'static str, &'a str);

    /// Kills at once, as a crash would, and waits until it is gone.
    fn kill(&mut self, place: &Place) -> Result<(), String>;

    /// Stops it from doing anything, with its connections open.
    fn pause(&self, place: &Place) -> Result<(), String>;

    /// Lets it go on.
    fn resume(&self, place: &Place) -> Result<(), String>;
}

/// Why a server did not start.
#[derive(Debug)]
pub(crate) enum StartError {
    /// Another one listens on its port; with what was said.
    PortTaken(String),
    /// Anything else.
    Failed(String),
}

impl From<String> for StartError {
    fn from(message: String) -> Self {
        if message.to_ascii_lowercase().contains("address already in use") || message.contains("port in use") {
            Self::PortTaken(message)
        } else {
            Self::Failed(message)
        }
    }
}

/// The flags that a test's server has of either kind: small, durable, and open to many connections.
pub(crate) const FLAGS: [&str; 6] = [
    "--innodb-flush-log-at-trx-commit=1",
    "--innodb-buffer-pool-size=128M",
    "--performance-schema=OFF",
    "--max-connections=500",
    "--skip-name-resolve",
    "--skip-log-bin",
];

/// Reads standard error until a line has `mark` in it, and goes on emptying the pipe behind the caller's back.
/// Fails with the last lines when it ends before.
pub(crate) fn wait_for_line(child: &mut Child, mark: &str) -> Result<(), StartError> {
    let stderr = child.stderr.take().ok_or("standard error is not piped".to_owned())?;
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            // Nobody listens any more once the server is ready.
            let _ = tell.send(String::from_utf8_lossy(&line).into_owned());
        }
    });
    let end = Instant::now() + PATIENCE;
    let mut last = VecDeque::new();
    loop {
        match told.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(line) if line.contains(mark) => return Ok(()),
            Ok(line) => {
                last.push_back(line);
                if last.len() > 12 {
                    last.pop_front();
                }
            }
            Err(why) => {
                let how = match why {
                    RecvTimeoutError::Timeout => format!("did not answer within {PATIENCE:?}"),
                    RecvTimeoutError::Disconnected => "ended while it started".to_owned(),
                };
                let lines: Vec<String> = last.into();
                return Err(StartError::from(format!("{how}: {}", lines.join(" / "))));
            }
        }
    }
}

/// Runs to the end; the answer is what it printed, the error what it said on standard error.
pub(crate) fn run(mut command: Command) -> Result<String, String> {
    let program = PathBuf::from(command.get_program());
    let output = command.output().map_err(|error| format!("{}: {error}", program.display()))?;
    outcome(&program, &output)
}

/// What a program that has ended printed, or why it failed.
pub(crate) fn outcome(program: &Path, output: &Output) -> Result<String, String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(4)..];
    Err(format!("{}: {}: {}", program.display(), output.status, last.join(" / ")))
}

/// Stops a process, and answers when all its threads have stopped: each does so when it next looks for signals, and may
/// answer a client before.
pub(crate) fn stop(process: &str) -> Result<(), String> {
    signal(process, "STOP")?;
    let given_up = Instant::now() + Duration::from_secs(10);
    while !has_stopped(process) {
        if given_up < Instant::now() {
            return Err(format!("process {process} goes on in spite of SIGSTOP"));
        }
        thread::yield_now();
    }
    Ok(())
}

/// Whether every thread is stopped (`T`), by Linux's /proc; elsewhere nobody can tell, and it is taken for so.
fn has_stopped(process: &str) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return true };
    threads.flatten().all(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        // The state stands behind the name, which is in parentheses and may hold any character.
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('T'))
    })
}

/// Sends a signal that the standard library knows nothing of.
pub(crate) fn signal(process: &str, name: &str) -> Result<(), String> {
    let mut kill = Command::new("kill");
    kill.args(["-s", name, process]);
    run(kill).map(drop)
}
