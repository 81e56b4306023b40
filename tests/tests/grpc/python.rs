//! A client in Python, of what grpcio-tools makes of the protocol.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;

use chat_tests::tree::{files, root};
use chat_tests::{PASSWORD, PATIENCE};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout_at;

use crate::ground::{Person, server};

/// The Python that has grpcio-tools, which `cargo xtask setup` makes.
fn python() -> PathBuf {
    let python = root().join("target/grpc-python/bin/python");
    assert!(python.exists(), "no {}: run `cargo xtask setup`", python.display());
    python
}

/// Makes the stubs of the protocol in a folder.
fn make_stubs(folder: &Path) {
    let protocol = root().join("chat-grpc/proto");
    let include = |folder: &Path| format!("-I{}", folder.display());
    let made = Command::new(python())
        .args(["-m", "grpc_tools.protoc", &include(&protocol)])
        .args([format!("--python_out={}", folder.display()), format!("--grpc_python_out={}", folder.display())])
        .args(files(&protocol, ".proto").into_iter().map(|(path, _)| root().join(path)))
        .status();
    assert!(made.expect("python").success());
}

/// A script that runs, and what it says. Killed when this is dropped.
struct Script {
    process: Child,
    said: UnboundedReceiver<String>,
    heard: Vec<String>,
}

impl Script {
    fn start(stubs: &Path, arguments: &[&str]) -> Self {
        let mut process = Command::new(python())
            .arg(root().join("tests/tests/grpc/client.py"))
            .args(arguments)
            .env("PYTHONPATH", stubs)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python");
        let said = lines(process.stdout.take().expect("stdout is piped"));
        Self { process, said, heard: Vec::new() }
    }

    /// The next line.
    async fn says(&mut self) -> String {
        let deadline = Instant::now() + PATIENCE;
        let line = timeout_at(deadline.into(), self.said.recv()).await.ok().flatten();
        let line = line.unwrap_or_else(|| panic!("the script says nothing after {:#?}", self.heard));
        self.heard.push(line.clone());
        line
    }
}

fn lines(output: ChildStdout) -> UnboundedReceiver<String> {
    let (say, said) = unbounded_channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Whoever listens has heard enough by then.
            let _ = say.send(line);
        }
    });
    said
}

impl Drop for Script {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn python_registers_makes_a_room_talks_and_hears() {
    let server = server().await;
    let stubs = tempfile::tempdir().expect("a folder");
    make_stubs(stubs.path());
    Person::prime(&server, "alice").await;
    let bob = Person::register(&server, "bob", 0).await;
    let mut script = Script::start(stubs.path(), &[&server.grpc(), "alice", PASSWORD]);
    assert_eq!(script.says().await, "registered python");
    assert_eq!(script.says().await, "refused UNAUTHENTICATED");
    let told = script.says().await;
    let room = told.strip_prefix("room ").unwrap_or_else(|| panic!("no room: {told}"));
    assert_eq!(script.says().await, "sent 2 hello from python");
    bob.join(room).await.expect("a seat");
    let mut bobs = bob.open().await;
    bobs.write(room, "hello from rust").await;
    assert_eq!(script.says().await, "heard hello from rust");
    bobs.write(room, "goodbye").await;
    assert_eq!(script.says().await, "heard goodbye");
    assert_eq!(script.says().await, "end OK");
    assert_eq!(bob.log(room).await.iter().filter_map(crate::ground::body).next(), Some("hello from python"));
}
