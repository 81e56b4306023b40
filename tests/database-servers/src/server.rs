//! A private server.

use crate::docker::Docker;
use crate::engine::{Engine, StartError};
use crate::kind::Kind;
use crate::place::Place;
use crate::program::Program;
use crate::provide::Unavailable;
use crate::tool::Tool;

/// A server that was started for the one who holds this, and is gone with its data when it is dropped, or when
/// the process ends in whatever way.
pub struct Server {
    kind: Kind,
    engine: Box<dyn Engine>,
    place: Place,
}

impl Server {
    /// What a server would be started by, in words. Where that takes `tools/mysql-server`, installs it.
    ///
    /// # Errors
    /// What was tried, when none can be had.
    pub fn find(kind: Kind) -> Result<String, Unavailable> {
        let mut tried = Vec::new();
        for find in ways(kind) {
            match find() {
                Ok(engine) => return Ok(engine.describe()),
                Err(why) => tried.push(why),
            }
        }
        Err(Unavailable { kind, tried })
    }

    /// A fresh server. Blocks until it answers: about a second for MariaDB, several for MySQL.
    ///
    /// # Errors
    /// What was tried, when none can be had.
    pub fn start(kind: Kind) -> Result<Self, Unavailable> {
        let mut tried = Vec::new();
        for find in ways(kind) {
            let started = find().and_then(|engine| {
                let name = engine.describe();
                Self::on(kind, engine).map_err(|error| format!("{name}: {error}"))
            });
            match started {
                Ok(server) => return Ok(server),
                Err(why) => tried.push(why),
            }
        }
        Err(Unavailable { kind, tried })
    }

    fn on(kind: Kind, mut engine: Box<dyn Engine>) -> Result<Self, String> {
        let mut place = Place::fresh(kind)?;
        place.guard(&engine.end(&place))?;
        for _ in 0..5 {
            let started = engine.prepare(&place).and_then(|()| engine.start(&place));
            match started {
                Ok(()) => return Ok(Self { kind, engine, place }),
                Err(StartError::Failed(message)) => return Err(message),
                Err(StartError::PortTaken(_)) => place.change_port()?,
            }
        }
        Err("five free ports were taken by others meanwhile".to_owned())
    }

    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What runs it, in words.
    pub fn describe(&self) -> String {
        self.engine.describe()
    }

    /// The administrator's URL, without a database. It stays the same over restarts.
    pub fn url(&self) -> String {
        let (user, password) = self.engine.administrator(&self.place);
        let colon = if password.is_empty() { "" } else { ":" };
        format!("mysql://{user}{colon}{password}@127.0.0.1:{}", self.place.port())
    }

    /// SIGKILL: the server is gone when this returns, as after a crash.
    ///
    /// # Errors
    /// What went wrong.
    pub fn kill(&mut self) -> Result<(), String> {
        self.engine.kill(&self.place)
    }

    /// Starts it again on its data and port, and waits until it answers; kills before what still runs.
    ///
    /// # Errors
    /// What went wrong.
    pub fn restart(&mut self) -> Result<(), String> {
        self.kill()?;
        self.engine.start(&self.place).map_err(|error| match error {
            StartError::PortTaken(message) => {
                format!("port {} was taken by another process: {message}", self.place.port())
            }
            StartError::Failed(message) => message,
        })
    }

    /// SIGSTOP: it hangs, with its connections open.
    ///
    /// # Errors
    /// What went wrong.
    pub fn pause(&self) -> Result<(), String> {
        self.engine.pause(&self.place)
    }

    /// SIGCONT: it goes on after a [`pause`](Self::pause).
    ///
    /// # Errors
    /// What went wrong.
    pub fn resume(&self) -> Result<(), String> {
        self.engine.resume(&self.place)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What this leaves behind is the watchdog's, who is waited for next.
        let _ = self.engine.kill(&self.place);
    }
}

type Find = fn() -> Result<Box<dyn Engine>, String>;

/// The ways to a server of that kind, the best first.
fn ways(kind: Kind) -> &'static [Find] {
    match kind {
        Kind::MariaDb => &[|| Ok(Box::new(Program::find(Kind::MariaDb)?))],
        Kind::MySql => &[
            || Ok(Box::new(Program::find(Kind::MySql)?)),
            || Ok(Box::new(Docker::find()?)),
            || Ok(Box::new(Tool::find()?)),
        ],
    }
}
