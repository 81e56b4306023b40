//! Somebody who does what a page says: in a shell, in a folder of their own, with the servers that the page has them start.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use chat_tests::{PATIENCE, program};
use tempfile::TempDir;

/// Where the pages say that the server is.
pub(crate) const TOLD: &str = "127.0.0.1:8080";
/// Where deploy.md has its database; this reader has a file instead.
pub(crate) const TOLD_DATABASE: &str = "mysql://chat:a-password-of-yours@127.0.0.1:3306/chat";

/// The program is built already, of the same sources, and takes the place of the shell, so that it is what is ended.
const CARGO: &str = r#"
cargo() {
    [ "$1 $2" = "run --release" ] || { echo "this shell has no: cargo $*" >&2; return 1; }
    shift 2
    [ "${1-}" != -- ] || shift
    exec "$CHAT_SERVER" "$@"
}
"#;

/// A reader.
pub(crate) struct Reader {
    folder: TempDir,
    server: Option<Running>,
}

impl Reader {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), server: None }
    }

    /// Runs a script that ends in a server, instead of the server there was.
    pub(crate) fn start(&mut self, script: &str) {
        self.server = None;
        let process = self.shell(script).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        self.server = Some(Running::new(process.expect("bash")));
    }

    /// Waits until the server has printed each of these lines, in which `…` stands for anything.
    pub(crate) fn sees(&mut self, lines: &str) {
        let server = self.server.as_mut().expect("what prints something was started before");
        let told = lines.replace(TOLD, &server.address);
        for line in told.lines().filter(|line| !line.trim().is_empty()) {
            server.says(|said| is_like(said, line), line);
        }
    }

    /// Runs a script to its end, and answers what it printed.
    pub(crate) fn runs(&mut self, script: &str) -> String {
        let output = self.shell(script).output().expect("bash");
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{script}\n{said}\n{complained}");
        said.into_owned()
    }

    /// Whether a server was started.
    pub(crate) fn has_server(&self) -> bool {
        self.server.is_some()
    }

    fn shell(&self, script: &str) -> Command {
        let here = self.server.as_ref().map_or(TOLD, |server| server.address.as_str());
        let script = script.replace(TOLD, here).replace(TOLD_DATABASE, "sqlite:chat.db");
        let mut shell = Command::new("bash");
        shell.args(["-eo", "pipefail", "-c", &format!("{CARGO}{script}")]).current_dir(self.folder.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CHAT_") || name == "DATABASE_URL") {
            shell.env_remove(name);
        }
        shell.env("CHAT_SERVER", program()).env("CHAT_LISTEN", "127.0.0.1:0").env("CHAT_PASSWORD_COST", "4");
        shell
    }
}

/// A server that a page has started. Killed when this is dropped.
struct Running {
    process: Child,
    lines: Receiver<String>,
    said: Vec<String>,
    /// Where it listens.
    address: String,
}

impl Running {
    fn new(mut process: Child) -> Self {
        let (say, lines) = channel();
        listen(process.stdout.take().expect("it is piped"), say.clone());
        listen(process.stderr.take().expect("it is piped"), say);
        let mut running = Self { process, lines, said: Vec::new(), address: String::new() };
        let listening = "listening on http://";
        let line = running.says(|said| said.starts_with(listening), listening);
        running.address = line.trim_start_matches(listening).to_owned();
        running
    }

    /// Waits for a line.
    fn says(&mut self, wanted: impl Fn(&str) -> bool, what: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(line) = self.said.iter().find(|line| wanted(line)) {
                return line.clone();
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else { panic!("it does not say `{what}`: {:#?}", self.said) };
            self.said.push(line);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn listen(output: impl Read + Send + 'static, say: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Whoever listens has heard enough by then.
            let _ = say.send(line);
        }
    });
}

/// Whether a line is like another, in which `…` stands for anything.
fn is_like(line: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('…') else { return line == pattern };
    let Some(line) = line.strip_prefix(first) else { return false };
    (0..=line.len()).any(|at| line.get(at..).is_some_and(|line| is_like(line, rest)))
}

#[test]
fn an_ellipsis_stands_for_anything() {
    assert!(is_like("a token is 123", "a token is …") && is_like("abc", "abc") && is_like("a1b2c", "a…b…c"));
    assert!(!is_like("abc", "ab") && !is_like("a1b2", "a…b…c") && !is_like("xabc", "abc"));
}
