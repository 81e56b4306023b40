//! Where a private server lives: a folder, a port, a password, and the watchdog over them.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::net::{TcpListener, UdpSocket};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::kind::Kind;
use crate::random;

const WATCHDOG: &str = include_str!("watchdog.sh");

/// Puts its own process group on record before it becomes the program.
const IN_GROUP: &str = r#"echo "$$" >"$1" && shift && exec "$@""#;

/// Below the ports that operating systems give to outgoing connections, so that a server that was killed finds
/// its port still free; no other place takes it meanwhile, see [`Port`].
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// A folder of one server, gone with whatever runs in it when this is dropped or the process ends.
pub(crate) struct Place {
    folder: PathBuf,
    port: Port,
    password: String,
    watchdog: Option<Child>,
}

impl Place {
    /// A fresh folder and a free port.
    pub(crate) fn fresh(kind: Kind) -> Result<Self, String> {
        let port = Port::free()?;
        let folder = std::env::temp_dir().join(format!("chat-test-{}-{}", kind.name(), random::hexadecimal()));
        DirBuilder::new().mode(0o700).create(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let password = [random::hexadecimal(), random::hexadecimal()].concat();
        Ok(Self { folder, port, password, watchdog: None })
    }

    /// Sets the watchdog on guard. `end` ends what [`in_group`](Self::in_group) did not start.
    pub(crate) fn guard(&mut self, end: &[OsString]) -> Result<(), String> {
        let mut command = Command::new("sh");
        command.args(["-c", WATCHDOG, "watchdog"]).arg(&self.folder).args(end);
        // In a group of its own: Ctrl-C and a test runner's kill reach the whole group of the tests.
        command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        self.watchdog = Some(command.spawn().map_err(|error| format!("sh: {error}"))?);
        Ok(())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.number
    }

    /// Another port, where that one turned out to be taken.
    pub(crate) fn change_port(&mut self) -> Result<(), String> {
        self.port = Port::free()?;
        Ok(())
    }

    /// A password for the administrator.
    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// The command, in a process group of its own that the watchdog knows. One at a time;
    /// [`reap`](Self::reap) it.
    pub(crate) fn in_group(&self, program: &Path) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", IN_GROUP, "sh"]).arg(self.group_file()).arg(program);
        command.process_group(0).stdin(Stdio::null());
        command
    }

    /// Kills the process of [`in_group`](Self::in_group).
    pub(crate) fn kill(&self, child: &mut Child) {
        // It has ended already, or ends now: either way it is gone.
        let _ = child.kill();
        // Before its number is free for others.
        self.forget_group();
        let _ = child.wait();
    }

    /// The number of the group is no longer the server's.
    pub(crate) fn forget_group(&self) {
        // Where it cannot be removed, it never was there.
        let _ = fs::remove_file(self.group_file());
    }

    fn group_file(&self) -> PathBuf {
        self.folder.join("group")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(mut watchdog) = self.watchdog.take() else {
            // Nothing was started here; a folder that stays is empty.
            let _ = fs::remove_dir_all(&self.folder);
            return;
        };
        // Waiting closes its standard input; then it ends what runs, removes the folder, and is gone.
        let _ = watchdog.wait();
    }
}

/// A port that no other place has for as long as this lives, also while nobody listens on it.
struct Port {
    number: u16,
    /// The port of the same number of a protocol that no server here speaks.
    _reservation: UdpSocket,
}

impl Port {
    fn free() -> Result<Self, String> {
        let width = u64::from(PORTS.end - PORTS.start);
        (0..200)
            .filter_map(|_| u16::try_from(random::number() % width).ok())
            .map(|offset| PORTS.start + offset)
            .find_map(|number| {
                let reservation = UdpSocket::bind(("127.0.0.1", number)).ok()?;
                TcpListener::bind(("127.0.0.1", number)).ok()?;
                Some(Self { number, _reservation: reservation })
            })
            .ok_or_else(|| format!("no free port among {PORTS:?}"))
    }
}
