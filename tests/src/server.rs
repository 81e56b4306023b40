//! The real server in a process of its own, with a folder of its own.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::PATIENCE;
use crate::store::{Kept, StoreKind};
use crate::{jwt_key, pepper};

/// The operator's token of every server that is started in ordinary mode.
pub const ADMIN_TOKEN: &str = "operator-token-of-the-tests-0123456789";

const JWT_KEY: &str = "--jwt-key";
const READY: &str = "listening on ";
const BINARY: &str = "chat-server";

/// A running `chat-server`. Killed when dropped; a failing test shows its log.
pub struct Server {
    folder: TempDir,
    flags: Vec<String>,
    /// What it logs, in place of what `RUST_LOG` says to the tests.
    log_filter: Option<String>,
    /// How many files it may have open, softly and at all; `None`: as many as the tests.
    open_files: Option<(u32, u32)>,
    process: Option<Child>,
    printed: Arc<Mutex<Vec<String>>>,
    base: String,
    database_url: String,
    /// Dropped after the process is killed, which [`Drop`] does first.
    _kept: Kept,
}

impl Server {
    /// A server in ordinary mode on a fresh store: a SQLite file, or what [`STORE`](crate::STORE) names.
    ///
    /// # Panics
    /// When a store is named that is not to be had.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// The same with more flags, for instance `["--invite-ttl", "1s"]`.
    pub async fn with(flags: &[&str]) -> Self {
        Self::ordinary(Self::chosen().await, &[&["--admin-token", ADMIN_TOKEN], flags].concat()).await
    }

    /// The same with these keys: the first signs, all verify.
    pub async fn with_keys(keys: &[&str]) -> Self {
        let flags: Vec<&str> = keys.iter().flat_map(|key| [JWT_KEY, key]).collect();
        Self::with(&flags).await
    }

    /// The same, with a limit of open files, sockets among them, that it finds at its start and one that it cannot pass.
    pub async fn with_open_files(soft: u32, hard: u32, flags: &[&str]) -> Self {
        let mut server = Self::prepared(Self::chosen().await, &[&["--admin-token", ADMIN_TOKEN], flags].concat());
        server.open_files = Some((soft, hard));
        server.run().await;
        server
    }

    /// A server in ordinary mode on a fresh store of this kind; `None` where there is no such database.
    pub async fn on(kind: StoreKind) -> Option<Self> {
        let kept = Kept::fresh(kind).await?;
        Some(Self::ordinary(kept, &["--admin-token", ADMIN_TOKEN]).await)
    }

    /// The same with these further flags, and with a log of all that this filter lets through.
    pub async fn logging(kind: StoreKind, filter: &str, flags: &[&str]) -> Option<Self> {
        let kept = Kept::fresh(kind).await?;
        let flags = [&["--admin-token", ADMIN_TOKEN], flags].concat();
        let mut server = Self::prepared(kept, &flags);
        server.log_filter = Some(filter.to_owned());
        server.run().await;
        Some(server)
    }

    /// A server in ordinary mode on the store at this URL, which stays the caller's, with these further flags.
    pub async fn at(database_url: &str, flags: &[&str]) -> Self {
        let kept = Kept::At(database_url.to_owned());
        Self::ordinary(kept, &[&["--admin-token", ADMIN_TOKEN], flags].concat()).await
    }

    /// A server in ordinary mode on the store at this URL, which is told nothing else: it makes its secrets itself.
    pub async fn without_secrets(database_url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let flags = vec!["--database-url".to_owned(), database_url.to_owned()];
        let kept = Kept::At(database_url.to_owned());
        Self::launch(folder, flags, kept, database_url.to_owned()).await
    }

    /// A server in ordinary mode that no operator can reach.
    pub async fn without_admin() -> Self {
        Self::ordinary(Self::chosen().await, &[]).await
    }

    async fn chosen() -> Kept {
        let kind = StoreKind::chosen();
        Kept::fresh(kind).await.unwrap_or_else(|| panic!("there is no {kind} for the tests"))
    }

    async fn ordinary(kept: Kept, flags: &[&str]) -> Self {
        let mut server = Self::prepared(kept, flags);
        server.run().await;
        server
    }

    fn prepared(kept: Kept, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = match &kept {
            Kept::InFolder => format!("sqlite:{}", folder.path().join("chat.db").display()),
            Kept::In(database) => database.url().to_owned(),
            Kept::At(url) => url.clone(),
        };
        let keys: &[&str] = if flags.contains(&JWT_KEY) { &[] } else { &[JWT_KEY, jwt_key()] };
        let secrets = ["--database-url", &store, "--password-pepper", pepper()];
        let flags = secrets.iter().chain(keys).chain(flags).map(|flag| (*flag).to_owned()).collect();
        Self::stopped(folder, flags, kept, store.clone())
    }

    /// A server in demo mode: no database named, sample accounts, an admin token that it prints.
    pub async fn demo() -> Self {
        Self::demo_with(&[]).await
    }

    /// The same with these flags.
    pub async fn demo_with(flags: &[&str]) -> Self {
        let flags = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = format!("sqlite:{}", folder.path().join("data/chat.db").display());
        Self::launch(folder, flags, Kept::InFolder, store).await
    }

    async fn launch(folder: TempDir, flags: Vec<String>, kept: Kept, store: String) -> Self {
        let mut server = Self::stopped(folder, flags, kept, store);
        server.run().await;
        server
    }

    fn stopped(folder: TempDir, flags: Vec<String>, kept: Kept, database_url: String) -> Self {
        let (printed, base) = (Arc::default(), String::new());
        let (log_filter, open_files) = (None, None);
        Self { folder, flags, log_filter, open_files, process: None, printed, base, database_url, _kept: kept }
    }

    async fn run(&mut self) {
        self.printed = Arc::default();
        let mut command = command(self.folder.path(), &self.flags, self.open_files);
        if let Some(filter) = &self.log_filter {
            command.env("RUST_LOG", filter);
        }
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(log_file(self.folder.path()))
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {BINARY}: {error}"));
        let address = watch(process.stdout.take().expect("stdout is piped"), Arc::clone(&self.printed));
        self.process = Some(process);
        self.base = match timeout(PATIENCE, address).await {
            Ok(Ok(base)) => base,
            Ok(Err(_)) => panic!("{BINARY} ended without saying `{READY}…`"),
            Err(_) => panic!("{BINARY} did not say `{READY}…` within {PATIENCE:?}"),
        };
    }

    /// What the server says when it refuses to start with these flags on an empty folder.
    ///
    /// # Panics
    /// When it starts instead.
    pub async fn refuses_to_start(flags: &[&str]) -> String {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        let mut process = command(folder.path(), &flags, None)
            .stdout(Stdio::null())
            .stderr(log_file(folder.path()))
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {BINARY}: {error}"));
        let id = process.id();
        let waiting = tokio::task::spawn_blocking(move || process.wait().expect("our own child"));
        let Ok(status) = timeout(PATIENCE, waiting).await else {
            signal(id, "KILL");
            panic!("{BINARY} runs with {flags:?}");
        };
        assert!(!status.expect("waiting does not panic").success(), "{BINARY} ended as if all were well");
        log_of(folder.path())
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `127.0.0.1:PORT`, where gRPC is served.
    ///
    /// # Panics
    /// When it is not: the server was started without `--grpc-listen`.
    pub fn grpc(&self) -> String {
        self.listens("grpc")
    }

    /// The URL of the store.
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// Where the server keeps its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The lines on standard output since the last start.
    pub fn printed(&self) -> Vec<String> {
        self.printed.lock().expect("the reader does not panic").clone()
    }

    /// Everything on standard error since the first start.
    pub fn log(&self) -> String {
        log_of(self.folder.path())
    }

    /// Where it listens for what is not HTTP, as `127.0.0.1:1234`.
    ///
    /// # Panics
    /// When it has not said so.
    pub fn listens(&self, scheme: &str) -> String {
        let printed = self.printed();
        let mut urls =
            printed.iter().filter_map(|line| line.strip_prefix(READY)?.strip_prefix(&format!("{scheme}://")));
        urls.next_back().unwrap_or_else(|| panic!("no {scheme} in {printed:?}")).to_owned()
    }

    /// Waits until `wanted` holds of all that the server has printed and logged, and answers that.
    ///
    /// # Panics
    /// With what it did print, when that does not come.
    pub async fn says(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let begun = Instant::now();
        loop {
            let said = format!("{}\n{}", self.printed().join("\n"), self.log());
            if wanted(&said) {
                return said;
            }
            assert!(begun.elapsed() < PATIENCE, "{BINARY} did not say {what}: {said}");
            tokio::task::yield_now().await;
        }
    }

    /// How much memory the server has in use, in KiB (VmRSS of /proc/PID/status).
    ///
    /// # Panics
    /// When the server does not run, or on systems without /proc.
    pub fn memory_kib(&self) -> u64 {
        self.status_kib("VmRSS:")
    }

    /// How much memory the server has had in use at most since its start, in KiB (VmHWM of /proc/PID/status).
    ///
    /// # Panics
    /// When the server does not run, or on systems without /proc.
    pub fn peak_memory_kib(&self) -> u64 {
        self.status_kib("VmHWM:")
    }

    fn status_kib(&self, name: &str) -> u64 {
        let id = self.process.as_ref().expect("a running server").id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("the status of our own child");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a running process has memory");
        line.trim().trim_end_matches(" kB").parse().expect("a number of kB")
    }

    /// SIGKILL: the process is gone when this returns, with nothing said to anybody.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("our own child");
            process.wait().expect("our own child");
        }
    }

    /// SIGTERM, without waiting.
    ///
    /// # Panics
    /// When the server does not run.
    pub fn terminate(&self) {
        signal(self.process.as_ref().expect("a running server").id(), "TERM");
    }

    /// Waits until the process has ended by itself.
    ///
    /// # Panics
    /// When it does not end in time.
    pub async fn ended(&mut self) -> ExitStatus {
        let mut process = self.process.take().expect("a running server");
        let id = process.id();
        let waiting = tokio::task::spawn_blocking(move || process.wait().expect("our own child"));
        let Ok(status) = timeout(PATIENCE, waiting).await else {
            signal(id, "KILL");
            panic!("{BINARY} did not end within {PATIENCE:?}");
        };
        status.expect("waiting does not panic")
    }

    /// Starts again on the same folder; kills before what still runs.
    pub async fn restart(&mut self) {
        self.kill();
        self.run().await;
    }

    /// Starts again on the same folder, with these keys.
    pub async fn restart_with_keys(&mut self, keys: &[&str]) {
        while let Some(at) = self.flags.iter().position(|flag| flag == JWT_KEY) {
            self.flags.drain(at..at + 2);
        }
        self.flags.extend(keys.iter().flat_map(|key| [JWT_KEY, key].map(str::to_owned)));
        self.restart().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Ended already, or ends now: either way it is gone.
            let _ = process.kill();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            eprintln!("---- log of {BINARY} ----\n{}---- end of its log ----", self.log());
        }
    }
}

fn command(folder: &Path, flags: &[String], open_files: Option<(u32, u32)>) -> Command {
    let mut command = match open_files {
        None => Command::new(program()),
        Some((soft, hard)) => {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$0\" \"$@\"")]).arg(program());
            shell
        }
    };
    let given = |flag: &str| flags.iter().any(|given| given == flag);
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CHAT_") || name == "DATABASE_URL" {
            command.env_remove(name);
        }
    }
    command
        .args(["--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.join("data"))
        .args(flags)
        .args(if given("--password-cost") { [].as_slice() } else { &["--password-cost", "4"] })
        // Tests ask much, and all from one address: who tests the limits says so.
        .args(if given("--rate-limits") { [].as_slice() } else { &["--rate-limits", "off"] })
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// What the server says of its options.
pub fn help() -> String {
    printed(&["--help"], Path::new("."))
}

/// What the server prints when it is started so in a folder, where it ends by itself.
///
/// # Panics
/// When it cannot be started, or ends otherwise than well.
pub fn printed(arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program()).args(arguments).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| panic!("{BINARY}: {error}"));
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The server's program. Cargo puts the binaries of a profile into one folder, and test executables into one below it.
/// `CHAT_TEST_SERVER` names another binary, for instance a release build.
///
/// # Panics
/// When there is none.
pub fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("CHAT_TEST_SERVER") {
        return path.into();
    }
    let running = std::env::current_exe().expect("the path of what is running");
    let folders = running.ancestors().skip(1).take(2);
    let path = folders.map(|folder| folder.join(BINARY)).find(|path| path.exists());
    path.unwrap_or_else(|| {
        panic!(
            "no {BINARY} for {}: run `cargo build --package {BINARY}` first, or `cargo xtask test`",
            running.display()
        )
    })
}

fn log_file(folder: &Path) -> File {
    File::options().create(true).append(true).open(folder.join("stderr.log")).expect("a log in our own folder")
}

fn log_of(folder: &Path) -> String {
    std::fs::read(folder.join("stderr.log"))
        .map_or_else(|error| format!("no log: {error}\n"), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Collects the lines of standard output and tells the address once. The receiver fails when the output
/// ends before.
fn watch(stdout: ChildStdout, printed: Arc<Mutex<Vec<String>>>) -> oneshot::Receiver<String> {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        let mut tell = Some(tell);
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let base = line.strip_prefix(READY).filter(|url| url.starts_with("http://")).map(str::to_owned);
            printed.lock().expect("nobody panics with it").push(line);
            if let Some(base) = base
                && let Some(tell) = tell.take()
            {
                // The one who waits may have given up; then nobody needs the address.
                let _ = tell.send(base);
            }
        }
    });
    told
}

fn signal(process: u32, name: &str) {
    let status = Command::new("kill").args(["-s", name, &process.to_string()]).status().expect("kill is in PATH");
    assert!(status.success(), "kill -s {name} {process}: {status}");
}
