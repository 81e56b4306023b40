//! irssi, as its users have it: in a terminal.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use chat_tests::{PASSWORD, PATIENCE, ROOM_PASSWORD, Socket};
use tempfile::TempDir;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout_at;

use crate::ground::House;

/// An irssi in a terminal of its own, which the program `script` makes. Killed when this is dropped.
struct Irssi {
    process: Child,
    screen: UnboundedReceiver<Vec<u8>>,
    shown: String,
    _home: TempDir,
}

impl Irssi {
    fn start(house: &House, user_id: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let irssi = format!(
            "stty rows 50 cols 250; exec irssi --home={} -c {} -p {} -w {PASSWORD} -n {user_id}",
            home.path().display(),
            house.irc.ip(),
            house.irc.port()
        );
        let mut process = Command::new("script")
            .args(["--quiet", "--flush", "--command", &irssi, "/dev/null"])
            .env("TERM", "vt100")
            .env("LC_ALL", "C.UTF-8")
            .env("IRCUSER", user_id)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program `script`: run `cargo xtask setup`");
        let mut terminal = process.stdout.take().expect("stdout is piped");
        let (show, screen) = unbounded_channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while let Ok(count @ 1..) = terminal.read(&mut bytes) {
                // Whoever looks has seen enough by then.
                let _ = show.send(bytes[..count].to_vec());
            }
        });
        Self { process, screen, shown: String::new(), _home: home }
    }

    fn type_in(&mut self, line: &str) {
        let keyboard = self.process.stdin.as_mut().expect("stdin is piped");
        keyboard.write_all(format!("{line}\r").as_bytes()).expect("irssi runs");
        keyboard.flush().expect("irssi runs");
    }

    /// Waits until this is on the screen, after what was seen before.
    async fn shows(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.shown.find(text) {
                self.shown.drain(..at + text.len());
                return;
            }
            match timeout_at(deadline.into(), self.screen.recv()).await {
                Ok(Some(bytes)) => self.shown += &without_colours(&String::from_utf8_lossy(&bytes)),
                end => panic!(
                    "irssi does not show {text:?} ({end:?}; is it installed? `cargo xtask setup`): {}",
                    self.shown
                ),
            }
        }
    }
}

impl Drop for Irssi {
    fn drop(&mut self) {
        // Ended already, or ends now: either way it is gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a terminal shows, without where and how.
fn without_colours(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '\u{1b}' => match rest.next() {
                Some('[') => while rest.next().is_some_and(|part| !part.is_ascii_alphabetic()) {},
                Some('(' | ')') => drop(rest.next()),
                _ => {}
            },
            '\u{e}' | '\u{f}' | '\0' => {}
            other => shown.push(other),
        }
    }
    shown
}

#[tokio::test]
async fn irssi_signs_in_joins_sees_the_past_talks_and_hears() {
    let house = House::open().await;
    let alice = house.prime("alice").await;
    let room = alice.create_room("Teatime").await;
    alice.write(&room, "written-before").await;
    house.user("bob", 0).await;
    let mut socket = Socket::connect_at(&house.base, &alice).await;
    socket.hello().await;

    let mut irssi = Irssi::start(&house, "bob");
    irssi.shows("LIST names your rooms").await;
    irssi.type_in(&format!("/join #{room} {ROOM_PASSWORD}"));
    irssi.shows("Teatime").await;
    irssi.shows("written-before").await;
    irssi.type_in("hello from irssi");
    assert_eq!(socket.message(&room, "hello from irssi").await["senderId"], "bob");
    alice.write(&room, "heard-by-rest").await;
    irssi.shows("heard-by-rest").await;
    socket.write(&room, "heard-by-socket").await;
    irssi.shows("heard-by-socket").await;
    irssi.type_in("/me pours tea");
    socket.message(&room, "/me pours tea").await;
    irssi.type_in("/part");
    irssi.type_in("/quit");
    socket.settle().await;
    assert_eq!(alice.room(&room).await["memberCount"], 2, "a seat is not given up in passing");
}
