//! A server that is installed on the machine, run as a child.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::engine::{Engine, FLAGS, StartError, outcome, run, signal, stop, wait_for_line};
use crate::kind::Kind;
use crate::place::Place;

const OLDEST_MYSQL: [u32; 3] = [8, 0, 16];

/// `mariadbd`, or Oracle's `mysqld`.
pub(crate) struct Program {
    kind: Kind,
    server: PathBuf,
    /// Makes the data of a new server.
    initializer: PathBuf,
    version: String,
    process: Option<Child>,
}

impl Program {
    /// The server of that kind on the PATH or where distributions put it, else what was found instead.
    pub(crate) fn find(kind: Kind) -> Result<Self, String> {
        let name = match kind {
            Kind::MariaDb => "mariadbd",
            Kind::MySql => "mysqld",
        };
        let server = needed(name)?;
        let mut ask = Command::new(&server);
        ask.arg("--version");
        let version = run(ask)?;
        fits(kind, &version).map_err(|why| format!("{}: {why}", server.display()))?;
        let initializer = match kind {
            Kind::MariaDb => {
                // The script's own need, which Debian has in another package.
                needed("my_print_defaults")?;
                needed("mariadb-install-db")?
            }
            Kind::MySql => server.clone(),
        };
        Ok(Self { kind, server, initializer, version, process: None })
    }

    fn flags(&self, place: &Place) -> Vec<OsString> {
        let mut flags: Vec<OsString> = vec!["--no-defaults".into(), with("--datadir=", data(place))];
        // As it starts, a server deletes the temporary tables that it finds there, also those of one beside it.
        flags.push(with("--tmpdir=", place.folder().to_owned()));
        // A server refuses to run as root by accident.
        if fs::metadata(place.folder()).is_ok_and(|folder| folder.uid() == 0) {
            flags.push("--user=root".into());
        }
        flags
    }

    fn make_data(&self, place: &Place) -> Command {
        let mut command = place.in_group(&self.initializer);
        command.args(self.flags(place));
        match self.kind {
            // Without the user whom everybody is; and without `--rpm` it would hand a folder of the installed
            // plugins to whoever runs the tests as root.
            Kind::MariaDb => command.args(["--skip-test-db", "--rpm"]),
            Kind::MySql => command.arg("--initialize-insecure"),
        };
        command
    }
}

impl Engine for Program {
    fn describe(&self) -> String {
        self.version.clone()
    }

    fn end(&self, _place: &Place) -> Vec<OsString> {
        Vec::new()
    }

    fn prepare(&mut self, place: &Place) -> Result<(), StartError> {
        if data(place).exists() {
            return Ok(());
        }
        let output = self.make_data(place).output();
        place.forget_group();
        let program = &self.initializer;
        outcome(program, &output.map_err(|error| format!("{}: {error}", program.display()))?)?;
        // Names are not resolved, so the root whom the server made comes in by the socket alone, whose folder is
        // closed to others.
        let accounts = format!(
            "CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' IDENTIFIED BY '{}';\n\
             GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n",
            place.password()
        );
        let file = accounts_file(place);
        fs::write(&file, accounts).map_err(|error| format!("{}: {error}", file.display()).into())
    }

    fn start(&mut self, place: &Place) -> Result<(), StartError> {
        let mut command = place.in_group(&self.server);
        command
            .args(self.flags(place))
            .args(FLAGS)
            .args(["--bind-address=127.0.0.1".to_owned(), format!("--port={}", place.port())])
            .args([
                with("--socket=", place.folder().join("socket")),
                with("--pid-file=", place.folder().join("process")),
                with("--init-file=", accounts_file(place)),
                with("--secure-file-priv=", data(place)),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        if self.kind == Kind::MySql {
            command.arg("--mysqlx=OFF");
        }
        let child = command.spawn().map_err(|error| format!("{}: {error}", self.server.display()))?;
        let child = self.process.insert(child);
        wait_for_line(child, &format!("port: {} ", place.port())).inspect_err(|_| {
            place.kill(child);
        })
    }

    fn administrator<'a>(&self, place: &'a Place) -> (&'static str, &'a str) {
        ("root", place.password())
    }

    fn kill(&mut self, place: &Place) -> Result<(), String> {
        if let Some(mut child) = self.process.take() {
            place.kill(&mut child);
        }
        Ok(())
    }

    fn pause(&self, _place: &Place) -> Result<(), String> {
        stop(&self.id()?)
    }

    fn resume(&self, _place: &Place) -> Result<(), String> {
        signal(&self.id()?, "CONT")
    }
}

impl Program {
    fn id(&self) -> Result<String, String> {
        Ok(self.process.as_ref().ok_or("the server does not run")?.id().to_string())
    }
}

fn data(place: &Place) -> PathBuf {
    place.folder().join("data")
}

fn accounts_file(place: &Place) -> PathBuf {
    place.folder().join("accounts.sql")
}

fn with(flag: &str, value: PathBuf) -> OsString {
    let mut text = OsString::from(flag);
    text.push(value);
    text
}

/// Servers lie in folders that the PATH of an ordinary user lacks.
fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from);
    env::split_paths(&path).chain(usual).map(|folder| folder.join(name)).find(|file| is_program(file))
}

fn needed(name: &str) -> Result<PathBuf, String> {
    on_path(name).ok_or_else(|| format!("no {name} on the PATH"))
}

fn is_program(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|found| found.is_file() && found.mode() & 0o111 != 0)
}

/// Whether what `--version` printed is of that kind: MariaDB also answers to the name of `mysqld`.
fn fits(kind: Kind, version: &str) -> Result<(), String> {
    let is_mariadb = version.contains("MariaDB");
    match kind {
        Kind::MariaDb if is_mariadb => Ok(()),
        Kind::MariaDb => Err(format!("not MariaDB but `{version}`")),
        Kind::MySql if is_mariadb => Err("it is MariaDB".to_owned()),
        Kind::MySql => match numbers(version) {
            Some(found) if found >= OLDEST_MYSQL => Ok(()),
            Some(_) => Err(format!("older than {}: `{version}`", OLDEST_MYSQL.map(|part| part.to_string()).join("."))),
            None => Err(format!("no version in `{version}`")),
        },
    }
}

/// The three numbers after `Ver `.
fn numbers(version: &str) -> Option<[u32; 3]> {
    let (_, rest) = version.split_once("Ver ")?;
    let mut parts = rest.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u32>().ok());
    Some([parts.next()??, parts.next()??, parts.next()??])
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARIADB: &str = "/usr/sbin/mysqld  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64 (Debian 12)";

    fn mysql(version: &str) -> String {
        format!("/usr/sbin/mysqld  Ver {version} for Linux on x86_64 (MySQL Community Server - GPL)")
    }

    #[test]
    fn mariadb_under_the_name_of_mysqld_is_no_mysql() {
        assert_eq!(fits(Kind::MariaDb, MARIADB), Ok(()));
        assert_eq!(fits(Kind::MySql, MARIADB), Err("it is MariaDB".to_owned()));
        assert!(fits(Kind::MariaDb, &mysql("8.4.0")).is_err());
    }

    #[test]
    fn mysql_is_at_least_8_0_16() {
        for new in ["8.0.16", "8.0.36-0ubuntu0.22.04.1", "8.4.0", "9.7.4-2"] {
            assert_eq!(fits(Kind::MySql, &mysql(new)), Ok(()), "{new}");
        }
        for old in ["5.7.44", "8.0.15", "unknown"] {
            assert!(fits(Kind::MySql, &mysql(old)).is_err(), "{old}");
        }
    }

    #[test]
    fn a_program_is_found_by_its_name_and_a_folder_is_none() {
        assert!(on_path("sh").is_some_and(|file| file.ends_with("sh")));
        assert_eq!(on_path("no-such-program-anywhere"), None);
        assert!(!is_program(Path::new("/usr")));
    }
}
