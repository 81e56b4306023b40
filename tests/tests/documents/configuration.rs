//! What configures other programs is what these take.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use chat_tests::tree::root;
use chat_tests::{PATIENCE, Server, program};

use crate::page::blocks_of;
use crate::reader::TOLD;

/// What systemd has to say against a unit of this text.
fn said_of_unit(text: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let unit = folder.path().join("chat-server.service");
    let here = program().display().to_string();
    fs::write(&unit, text.replace("/usr/local/bin/chat-server", &here)).expect("a unit");
    let output = Command::new("systemd-analyze").args(["verify", "--man=no"]).arg(&unit).output().expect("systemd");
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    // It looks at the units that this one is wanted by, too, some of which are not what they should be.
    let ours = complained.lines().filter(|line| line.contains("chat-server"));
    ours.collect::<Vec<_>>().join("\n")
}

#[test]
fn systemd_takes_the_unit() {
    for block in blocks_of("ini") {
        assert!(block.text.contains("ExecStart=/usr/local/bin/chat-server\n"), "{}: of the server", block.place());
        assert_eq!(said_of_unit(&block.text), "", "{}", block.place());
        let wrong = block.text.replace("DynamicUser=", "DynamicUsers=");
        assert!(said_of_unit(&wrong).contains("DynamicUsers"), "{}: what it does not know is told", block.place());
    }
}

/// nginx, where there is one: on the PATH, or where `cargo xtask setup` has unpacked it.
fn nginx() -> PathBuf {
    let unpacked = root().join("target/nginx/usr/sbin/nginx");
    let on_the_path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&on_the_path).map(|folder| folder.join("nginx"));
    let mut places = places.chain([PathBuf::from("/usr/sbin/nginx"), unpacked]);
    places.find(|place| place.exists()).expect("nginx: run `cargo xtask setup`")
}

/// An nginx in the foreground. Killed when this is dropped.
struct Proxy {
    process: Child,
    port: u16,
}

impl Proxy {
    /// Serves by this configuration in front of the server at `address`.
    fn start(folder: &Path, configuration: &str, address: &str) -> Self {
        // Nobody else is given it in between: the system hands out its ports one after another.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let path = |name: &str| folder.join(name).display().to_string();
        let here = configuration
            .replace("/etc/ssl/chat.example.pem", &path("certificate.pem"))
            .replace("/etc/ssl/private/chat.example.key", &path("key.pem"))
            .replace("listen 443 ssl", &format!("listen 127.0.0.1:{port} ssl"))
            .replace(TOLD, address);
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary = temporary.map(|kind| format!("{kind}_temp_path {};\n", path(kind))).concat();
        let whole = format!(
            "daemon off;\nmaster_process off;\npid {};\nerror_log stderr;\nevents {{}}\n\
             http {{\naccess_log off;\n{temporary}{here}}}\n",
            path("nginx.pid")
        );
        fs::write(folder.join("nginx.conf"), whole).expect("a configuration");
        let nginx = |test: &[&str]| {
            let mut command = Command::new(nginx());
            command.args(["-e", "stderr", "-p"]).arg(folder).args(["-c", &path("nginx.conf")]).args(test);
            command.stdin(Stdio::null());
            command
        };
        let tested = nginx(&["-t"]).output().expect("nginx");
        let said = String::from_utf8_lossy(&tested.stderr).into_owned();
        assert!(tested.status.success() && !said.contains("[warn]"), "{said}");
        let process = nginx(&[]).stdout(Stdio::null()).spawn().expect("nginx");
        let proxy = Self { process, port };
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < PATIENCE, "nginx does not listen");
            std::thread::yield_now();
        }
        proxy
    }

    /// What is answered to a client that knows it as chat.example, and is at another address than the proxy: the head and
    /// the body.
    fn answers(&self, folder: &Path, path: &str, more: &[&str]) -> String {
        let url = format!("https://chat.example:{}{path}", self.port);
        let output = Command::new("curl")
            .args(["-si", "--http1.1", "--max-time", "30", "--interface", "127.0.0.2", "--cacert"])
            .arg(folder.join("certificate.pem"))
            .args(["--resolve", &format!("chat.example:{}:127.0.0.1", self.port), &url])
            .args(more)
            .output()
            .expect("curl");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn nginx_serves_the_chat_by_its_configuration() {
    // A WebSocket that says no hello ends soon, and two sign-ins are all that an address has.
    let flags = ["--trusted-proxy", "127.0.0.1", "--rate-limits", "on", "--hello-timeout", "100ms"];
    let limits = ["--rate-limit", "sign-in=2/1h"];
    let server = Server::with(&[flags.as_slice(), limits.as_slice()].concat()).await;
    let address = server.base().trim_start_matches("http://").to_owned();
    for block in blocks_of("nginx") {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = rcgen::generate_simple_self_signed(["chat.example".to_owned()]).expect("a certificate");
        fs::write(folder.path().join("certificate.pem"), made.cert.pem()).expect("a file");
        fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).expect("a file");
        let proxy = Proxy::start(folder.path(), &block.text, &address);
        let ask = |path: &str, more: &[&str]| proxy.answers(folder.path(), path, more);

        let ready = ask("/readyz", &[]);
        assert!(ready.starts_with("HTTP/1.1 200") && ready.ends_with("ok\n"), "{ready}");
        assert!(ready.contains("Strict-Transport-Security: "), "{ready}");
        assert!(ask("/admin/users", &[]).starts_with("HTTP/1.1 404"), "operators come by another way");

        let origin = format!("Origin: https://chat.example:{}", proxy.port);
        let upgrade = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", &origin];
        let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        let socket: Vec<&str> = upgrade.iter().flat_map(|header| ["-H", header]).chain(["-H", key]).collect();
        let protocols = ["-H", "Sec-WebSocket-Protocol: chat.v1, bearer.nobody"];
        let switched = ask("/api/ws", &[socket, protocols.to_vec()].concat());
        assert!(switched.starts_with("HTTP/1.1 101"), "a page of the same host opens a socket: {switched}");

        let login = r#"{"userId":"nobody","deviceId":"d","password":"kestrel-ladder-92"}"#;
        let from = |client: &str| {
            let forwarded = format!("X-Forwarded-For: {client}");
            ask("/api/login", &["--json", login, "-H", &forwarded])
        };
        for invented in ["192.0.2.1", "192.0.2.2"] {
            assert!(from(invented).starts_with("HTTP/1.1 401"), "there is no such user");
        }
        assert!(from("192.0.2.3").starts_with("HTTP/1.1 429"), "what a client says of itself counts for nothing");
    }
}

/// What cargo says of a package with these lines.
fn said_of_package(lines: &str) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let here = lines.replace("../chat/", &format!("{}/", root().display()));
    let package = format!("[package]\nname = \"app\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n{here}");
    fs::write(folder.path().join("Cargo.toml"), package).expect("a manifest");
    fs::write(folder.path().join("lib.rs"), "").expect("a source");
    // The versions of this workspace, so that none is looked for elsewhere.
    fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("the lock file");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["tree", "--depth", "1", "--offline", "--manifest-path"]);
    let output = command.arg(folder.path().join("Cargo.toml")).output().expect("cargo");
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

#[test]
fn cargo_takes_the_dependencies() {
    for block in blocks_of("toml") {
        assert_eq!(said_of_package(&block.text), Ok(()), "{}", block.place());
    }
    let missing = "[dependencies]\nchat-core = { path = \"../chat/chat-nucleus\" }\n";
    assert!(said_of_package(missing).is_err_and(|said| said.contains("chat-nucleus")), "what does not exist is told");
}
