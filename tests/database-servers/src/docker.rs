//! MySQL in a container, where Docker runs.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::engine::{Engine, FLAGS, StartError, run, wait_for_line};
use crate::place::Place;

const IMAGE: &str = "mysql:8.4";

/// A container of the official image. Its client is a child that lives as long as the server does.
pub(crate) struct Docker {
    client: Option<Child>,
}

impl Docker {
    /// Docker, where its daemon answers.
    pub(crate) fn find() -> Result<Self, String> {
        docker(&["version", "--format", "{{.Server.Version}}"])?;
        Ok(Self { client: None })
    }
}

impl Engine for Docker {
    fn describe(&self) -> String {
        format!("Docker's {IMAGE}")
    }

    fn end(&self, place: &Place) -> Vec<OsString> {
        ["docker", "rm", "--force", "--volumes", &name(place)].map(OsString::from).to_vec()
    }

    fn prepare(&mut self, place: &Place) -> Result<(), StartError> {
        // A port that turned out to be taken belongs to a container that was never started.
        let _ = docker(&["rm", "--force", "--volumes", &name(place)]);
        let mut command = Command::new("docker");
        command
            .args(["create", "--name", &name(place), "--publish", &format!("127.0.0.1:{}:3306", place.port())])
            // Their values come from the client's environment, where other users cannot read them.
            .args(["--env", "MYSQL_ROOT_PASSWORD", "--env", "MYSQL_ROOT_HOST", IMAGE])
            .args(FLAGS)
            .arg("--mysqlx=OFF")
            .envs([("MYSQL_ROOT_PASSWORD", place.password()), ("MYSQL_ROOT_HOST", "%")]);
        Ok(run(command).map(drop)?)
    }

    fn start(&mut self, place: &Place) -> Result<(), StartError> {
        let mut command = place.in_group(Path::new("docker"));
        command.args(["start", "--attach", &name(place)]).stdout(Stdio::null()).stderr(Stdio::piped());
        let client = self.client.insert(command.spawn().map_err(|error| format!("docker: {error}"))?);
        // While the image makes its data, a server runs that says `port: 0`.
        wait_for_line(client, "port: 3306 ").inspect_err(|_| {
            place.kill(client);
        })
    }

    fn administrator<'a>(&self, place: &'a Place) -> (&'static str, &'a str) {
        ("root", place.password())
    }

    fn kill(&mut self, place: &Place) -> Result<(), String> {
        // Neither is an error: not to be paused, and not to run.
        let _ = self.resume(place);
        let _ = docker(&["kill", "--signal", "KILL", &name(place)]);
        // It ends with its container.
        docker(&["wait", &name(place)])?;
        if let Some(mut client) = self.client.take() {
            place.kill(&mut client);
        }
        Ok(())
    }

    fn pause(&self, place: &Place) -> Result<(), String> {
        docker(&["pause", &name(place)])
    }

    fn resume(&self, place: &Place) -> Result<(), String> {
        docker(&["unpause", &name(place)])
    }
}

/// The container has the name of the folder.
fn name(place: &Place) -> String {
    place.folder().file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn docker(arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new("docker");
    command.args(arguments);
    run(command).map(drop)
}
