//! MySQL on Debian by `tools/mysql-server`, which brings a server that Debian's stable release lacks.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::engine::{Engine, FLAGS, StartError, outcome, run, signal, stop};
use crate::place::Place;

/// The tool; its servers are nobody's children.
pub(crate) struct Tool {
    program: PathBuf,
}

impl Tool {
    /// The tool, with its server installed. Does so first, where it is not.
    pub(crate) fn find() -> Result<Self, String> {
        if !Path::new("/etc/debian_version").exists() {
            return Err("tools/mysql-server: this is not Debian".to_owned());
        }
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = package.ancestors().nth(2).unwrap_or(package);
        let tool = Self { program: root.join("tools/mysql-server") };
        run(tool.command(&["install"]))?;
        Ok(tool)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).stdin(Stdio::null());
        command
    }

    fn process(place: &Place) -> Result<String, String> {
        let file = data(place).join("mysqld.pid");
        let process = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        Ok(process.trim().to_owned())
    }
}

impl Engine for Tool {
    fn describe(&self) -> String {
        "MySQL of tools/mysql-server".to_owned()
    }

    fn end(&self, place: &Place) -> Vec<OsString> {
        vec![self.program.clone().into(), "kill".into(), data(place).into()]
    }

    /// The tool makes the data when it starts.
    fn prepare(&mut self, _place: &Place) -> Result<(), StartError> {
        Ok(())
    }

    fn start(&mut self, place: &Place) -> Result<(), StartError> {
        let mut command = place.in_group(&self.program);
        command.args(["start", "--port", &place.port().to_string()]).arg(data(place)).arg("--");
        // The administrator whom the tool makes is known by the host's name.
        command.args(FLAGS.iter().filter(|flag| **flag != "--skip-name-resolve"));
        let output: Result<Output, String> =
            command.output().map_err(|error| format!("{}: {error}", self.program.display()));
        place.forget_group();
        Ok(outcome(&self.program, &output?).map(drop)?)
    }

    fn administrator<'a>(&self, _place: &'a Place) -> (&'static str, &'a str) {
        ("root", "")
    }

    fn kill(&mut self, place: &Place) -> Result<(), String> {
        let mut command = self.command(&["kill"]);
        command.arg(data(place));
        run(command).map(drop)
    }

    fn pause(&self, place: &Place) -> Result<(), String> {
        stop(&Self::process(place)?)
    }

    fn resume(&self, place: &Place) -> Result<(), String> {
        signal(&Self::process(place)?, "CONT")
    }
}

fn data(place: &Place) -> PathBuf {
    place.folder().join("data")
}
