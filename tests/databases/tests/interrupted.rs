//! Whoever is killed leaves nothing either: private servers go with their process, and a database on a server
//! that was named goes with the next one who comes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use chat_test_databases::{Kind, Server};
use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, Row};

const PATIENCE: Duration = Duration::from_secs(60);

/// The program of this package, which holds a fresh database while its standard input is open.
struct Holder {
    process: Child,
    url: String,
    _input: Option<ChildStdin>,
}

fn program(kind: Kind) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-test-databases"));
    command.arg(kind.name()).stdin(Stdio::piped()).stdout(Stdio::piped());
    for kind in Kind::ALL {
        command.env_remove(kind.variable());
    }
    command
}

/// That there is no server of the kind, and none is required.
fn is_absence(status: ExitStatus) -> bool {
    assert_eq!(status.code(), Some(1), "it says why on standard error");
    true
}

impl Holder {
    /// `None` where there is no server of the kind.
    fn start(mut command: Command) -> Option<Self> {
        let mut process = command.spawn().expect("the program of this package");
        let mut url = String::new();
        let stdout = process.stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut url).expect("its output");
        if url.is_empty() && is_absence(process.wait().expect("our own child")) {
            return None;
        }
        assert!(url.starts_with("mysql://"), "it prints a URL: `{url}`");
        let input = process.stdin.take();
        Some(Self { process, url: url.trim().to_owned(), _input: input })
    }

    fn name(&self) -> &str {
        self.url.rsplit_once('/').expect("a database").1
    }

    /// Ends it by a signal, in the middle of its work.
    fn end_by(mut self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().expect("kill is in PATH").success());
        let status = self.process.wait().expect("our own child");
        assert_eq!(status.code(), None, "by the signal, not by itself");
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn answers(url: &str) -> bool {
    MySqlConnection::connect(url).await.is_ok()
}

async fn until_empty(folder: &Path) {
    let begun = Instant::now();
    let left = || std::fs::read_dir(folder).expect("our own folder").flatten().map(|entry| entry.path());
    while let Some(path) = left().next() {
        assert!(begun.elapsed() < PATIENCE, "{} stays", path.display());
        tokio::task::yield_now().await;
    }
}

async fn a_private_server_ends_with_its_process(kind: Kind) {
    // Not by INT, which a shell's background jobs ignore, and their children with them.
    for signal in ["KILL", "TERM"] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = program(kind);
        command.env("TMPDIR", folder.path());
        let Some(holder) = Holder::start(command) else { return };
        let url = holder.url.clone();
        assert!(answers(&url).await);
        assert!(std::fs::read_dir(folder.path()).expect("our own folder").next().is_some(), "its data is there");

        holder.end_by(signal);

        until_empty(folder.path()).await;
        assert!(!answers(&url).await, "after SIG{signal}");
    }
}

async fn a_process_that_is_killed_while_its_server_starts_leaves_nothing(kind: Kind) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut process = program(kind).env("TMPDIR", folder.path()).spawn().expect("the program of this package");
    let begun = Instant::now();
    let started = || {
        let folder = std::fs::read_dir(folder.path()).expect("our own folder").flatten().next()?;
        folder.path().join("group").exists().then_some(())
    };
    // The data is being made as soon as there is a process group on record.
    while started().is_none() {
        assert!(begun.elapsed() < PATIENCE, "nothing starts");
        if let Some(status) = process.try_wait().expect("our own child")
            && is_absence(status)
        {
            return;
        }
        tokio::task::yield_now().await;
    }
    process.kill().expect("our own child");
    process.wait().expect("our own child");
    until_empty(folder.path()).await;
}

/// The server's URL as one names it: without a database. Who comes to a named server sweeps it, and nobody holds
/// the lock of the database that a private one has.
fn url(server: &Server) -> &str {
    server.admin_url().rsplit_once('/').expect("a database").0
}

fn named(kind: Kind, server: &Server) -> Command {
    let mut command = program(kind);
    command.env(kind.variable(), url(server));
    command
}

async fn databases(server: &Server) -> Vec<String> {
    let mut admin = MySqlConnection::connect(url(server)).await.expect("the server answers");
    let rows = sqlx::query("SHOW DATABASES").fetch_all(&mut admin).await.expect("rows");
    rows.iter().map(|row| row.get(0)).collect()
}

async fn a_killed_owners_database_goes_with_the_next_who_comes(kind: Kind) {
    let Some(server) = Server::private(kind).await else { return };
    let living = Holder::start(named(kind, &server)).expect("a server");
    let killed = Holder::start(named(kind, &server)).expect("a server");
    let orphan = killed.name().to_owned();
    killed.end_by("KILL");
    assert!(databases(&server).await.contains(&orphan), "nobody has come yet");

    // The server may take a moment to see that the owner is gone; until then the database is not an orphan.
    let begun = Instant::now();
    while databases(&server).await.contains(&orphan) {
        assert!(begun.elapsed() < PATIENCE, "{orphan} stays");
        drop(Holder::start(named(kind, &server)).expect("a server"));
    }

    assert!(databases(&server).await.contains(&living.name().to_owned()), "its owner lives");
    assert!(answers(&living.url).await);
}

async fn a_database_that_is_not_ours_is_left_alone(kind: Kind) {
    let Some(server) = Server::private(kind).await else { return };
    let mut admin = MySqlConnection::connect(url(&server)).await.expect("the server answers");
    sqlx::raw_sql("CREATE DATABASE chat_test_mine").execute(&mut admin).await.expect("made");
    Holder::start(named(kind, &server)).expect("a server").end_by("KILL");
    assert!(databases(&server).await.contains(&"chat_test_mine".to_owned()));
}

fn ended(mut command: Command) -> (bool, String) {
    let Output { status, stderr, .. } =
        command.stdin(Stdio::null()).stderr(Stdio::piped()).output().expect("the program of this package");
    (status.code() == Some(101), String::from_utf8_lossy(&stderr).into_owned())
}

async fn without_a_server_a_test_says_so_and_panics_where_it_is_required(kind: Kind) {
    let absent = || {
        let mut command = program(kind);
        command.env(kind.variable(), "none").env_remove("CHAT_TEST_REQUIRE");
        command
    };
    let (panicked, said) = ended(absent());
    assert!(!panicked && said.contains(&format!("not tested on {kind}")), "{said}");

    let mut required = absent();
    required.env("CHAT_TEST_REQUIRE", "mariadb,mysql");
    let (panicked, said) = ended(required);
    assert!(panicked && said.contains(&format!("{kind} is required: no {kind}: ")), "{said}");

    let mut misspelt = absent();
    misspelt.env("CHAT_TEST_REQUIRE", "maria");
    let (panicked, said) = ended(misspelt);
    assert!(panicked && said.contains("no database `maria`"), "{said}");
}

async fn a_named_server_that_does_not_serve_is_never_passed_over(kind: Kind) {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address");
    drop(taken);
    let mut silent = program(kind);
    silent.env(kind.variable(), format!("mysql://root@{address}"));
    let (panicked, said) = ended(silent);
    assert!(panicked && said.contains("does not answer"), "{said}");

    let other = if kind == Kind::MySql { Kind::MariaDb } else { Kind::MySql };
    let Some(server) = Server::private(other).await else { return };
    let mut wrong = program(kind);
    wrong.env(kind.variable(), url(&server));
    let (panicked, said) = ended(wrong);
    assert!(panicked && said.contains(&format!("names no {kind}")), "{said}");
}

macro_rules! on_each_kind {
    ($($test:ident)*) => {
        mod mariadb {
            $(#[tokio::test] async fn $test() { super::$test(super::Kind::MariaDb).await })*
        }
        mod mysql {
            $(#[tokio::test] async fn $test() { super::$test(super::Kind::MySql).await })*
        }
    };
}

on_each_kind! {
    a_private_server_ends_with_its_process
    a_process_that_is_killed_while_its_server_starts_leaves_nothing
    a_killed_owners_database_goes_with_the_next_who_comes
    a_database_that_is_not_ours_is_left_alone
    without_a_server_a_test_says_so_and_panics_where_it_is_required
    a_named_server_that_does_not_serve_is_never_passed_over
}
