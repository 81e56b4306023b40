//! The program as its users meet it: one chat, for IRC clients and over HTTP.

#![expect(clippy::unwrap_used, reason = "a test may stop where what it needs is not there")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use chat_tests::{ADMIN_TOKEN, Client, PASSWORD, PATIENCE, ROOM_PASSWORD, Socket, registration};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The program, killed when this is dropped.
struct Gateway {
    process: Child,
    irc: String,
    base: String,
}

impl Gateway {
    fn start() -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_irc-gateway"))
            .args(["--listen", "127.0.0.1:0", "--http-listen", "127.0.0.1:0", "--admin-token", ADMIN_TOKEN])
            .env_remove("CHAT_DATABASE_URL")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut said = said.map(|line| line.unwrap().strip_prefix("listening on ").unwrap().to_owned());
        let irc = said.next().unwrap().strip_prefix("irc://").unwrap().to_owned();
        Self { irc, base: said.next().unwrap(), process }
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_user_of_irc_and_one_of_rest_talk_until_the_program_is_stopped() {
    let mut gateway = Gateway::start();
    let nobody = Client::nobody(&gateway.base);
    let alice = nobody.signed_in(&nobody.post("/api/register", registration("alice")).await.is(201));
    let path = "/admin/users/alice/prime";
    nobody.with_token(ADMIN_TOKEN).put(path, json!({"prime": true})).await.is(200);
    let room = alice.create_room("Tea").await;
    nobody.post("/api/register", registration("bob")).await.is(201);

    let stream = TcpStream::connect(&gateway.irc).await.unwrap();
    let (reader, mut writer) = stream.into_split();
    let mut lines = tokio::io::BufReader::new(reader).lines();
    let mut hears = async |part: &str| loop {
        let line = timeout(PATIENCE, lines.next_line()).await.expect("in time").unwrap().expect("no end before it");
        if line.contains(part) {
            break;
        }
    };
    let sign_in = format!("PASS {PASSWORD}\r\nNICK bob\r\nUSER bob 0 * :Bob\r\nJOIN #{room} {ROOM_PASSWORD}\r\n");
    writer.write_all(sign_in.as_bytes()).await.unwrap();
    hears(" 366 bob ").await;
    let mut socket = Socket::connect_at(&gateway.base, &alice).await;
    socket.hello().await;
    writer.write_all(format!("PRIVMSG #{room} :hello\r\nPING done\r\n").as_bytes()).await.unwrap();
    hears("PONG chat :done").await;
    assert_eq!(socket.message(&room, "hello").await["senderId"], "bob");
    alice.write(&room, "hello, bob").await;
    hears(&format!(":alice!alice@chat PRIVMSG #{room} :hello, bob")).await;

    let id = gateway.process.id().to_string();
    assert!(Command::new("kill").args(["-s", "INT", &id]).status().unwrap().success());
    hears("ERROR :the server stops; come back").await;
    assert!(gateway.process.wait().unwrap().success());
}

#[test]
fn a_store_that_lasts_is_not_opened_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("chat.db");
    let mut program = Command::new(env!("CARGO_BIN_EXE_irc-gateway"));
    program.args(["--database-url", &format!("sqlite:{}", store.display())]);
    let output = program.env_remove("CHAT_JWT_KEY").env_remove("CHAT_PASSWORD_PEPPER").output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("--jwt-key and --password-pepper"));
    assert!(!store.exists());
}
