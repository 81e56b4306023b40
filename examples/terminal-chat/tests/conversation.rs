//! Two people at two terminals.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may stop where something is amiss")]

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
};

use chat_tests::{
    PASSWORD, PATIENCE, Server,
    proxy::{Passage, Proxy},
};

/// A program that runs, killed when this is dropped.
struct Terminal {
    process: Child,
    keyboard: Option<ChildStdin>,
    lines: Receiver<String>,
    seen: Vec<String>,
}

impl Terminal {
    fn start(base: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_terminal-chat"))
            .arg(base)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program");
        let (tell, lines) = channel();
        let screen = BufReader::new(process.stdout.take().unwrap());
        std::thread::spawn(move || screen.lines().map_while(Result::ok).try_for_each(|line| tell.send(line)));
        let keyboard = process.stdin.take();
        Self { process, keyboard, lines, seen: Vec::new() }
    }

    fn types(&mut self, line: &str) {
        writeln!(self.keyboard.as_mut().unwrap(), "{line}").expect("it listens");
    }

    /// Waits for the next line that holds this, and answers it.
    fn shows(&mut self, part: &str) -> String {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(part) {
                        return line;
                    }
                }
                Err(error) => panic!("no {part:?} ({error}) in {:#?}", self.seen),
            }
        }
    }

    /// No more is typed; the program ends by itself, and as if all were well.
    fn ends(mut self) {
        self.keyboard = None;
        assert!(self.process.wait().unwrap().success());
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Ended already, or ends now.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_meet_and_a_cut_connection_costs_them_nothing() {
    let server = Server::start().await;
    let host = server.base().strip_prefix("http://").unwrap();
    let proxy = Proxy::before(host, Passage::relay).await;
    let base = format!("http://{}", proxy.address());
    server.prime("alice").await;

    let mut alice = Terminal::start(&base);
    alice.types("/rooms");
    alice.shows("sign in first");
    alice.types("/login alice not-her-password");
    alice.shows("invalid_credentials");
    alice.types(&format!("/login alice {PASSWORD}"));
    alice.shows("signed in as alice");
    alice.shows("connected as alice");
    alice.types("/create tin-whistle-7 Tea and cake");
    let room = alice.shows("you are in").split(' ').nth(3).unwrap().to_owned();

    let mut bob = Terminal::start(&base);
    bob.types("/register bob kestrel-ladder-92 +4915112345678 Bob the Builder");
    bob.shows("connected as bob");
    bob.types("hello?");
    bob.shows("go into a room first");
    bob.types(&format!("/join {room} wrong-words"));
    bob.shows("wrong_room_password");
    bob.types(&format!("/join {room} tin-whistle-7"));
    bob.shows("which cost 0");
    alice.shows("[Tea and cake] 2 bob came in");
    alice.types("good afternoon");
    bob.shows("[Tea and cake] 3 alice: good afternoon");
    bob.types("/who");
    bob.shows("alice (The alice), Owner");

    proxy.lead_nowhere();
    proxy.cut().await;
    alice.shows("reconnecting in");
    bob.shows("reconnecting in");
    alice.types("are you still there?");
    proxy.lead_to(host);
    alice.shows("[Tea and cake] 4 alice: are you still there?");
    bob.shows("[Tea and cake] 4 alice: are you still there?");

    bob.types("/history");
    for line in ["1 alice came in", "2 bob came in", "3 alice: good afternoon", "4 alice: are you still there?"] {
        assert_eq!(bob.shows("[Tea and cake]"), format!("[Tea and cake] {line}"));
    }
    alice.shows("[Tea and cake] bob has read up to 4");
    bob.types("/leave");
    bob.shows("[Tea and cake] is yours no more: Left");
    alice.shows("[Tea and cake] 5 bob went");
    alice.ends();
    bob.types("/quit");
    bob.ends();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_edited_deleted_and_liked_and_who_is_writing_is_shown() {
    let server = Server::start().await;
    let alice = server.prime("alice").await;
    let bob = server.register("bob").await;
    let room = alice.create_room("Tea").await;
    bob.join(&room).await;
    let mut bob = Terminal::start(server.base());
    bob.types(&format!("/login bob {PASSWORD}"));
    bob.shows("[Tea] is your room");
    let mut alice = Terminal::start(server.base());
    alice.types(&format!("/login alice {PASSWORD}"));
    alice.shows("[Tea] is your room");
    bob.shows("alice is online");
    alice.types(&format!("/go {room}"));
    alice.types("/typing");
    bob.shows("[Tea] alice is writing");
    alice.types("helo");
    alice.types("/edit 3 hello");
    alice.types("/react 3 👍");
    alice.types("/delete 3");
    let told = ["3 alice: helo", "4 alice now says in 3: hello", "5 alice put 👍 under 3", "6 alice deleted 3"];
    for terminal in [&mut alice, &mut bob] {
        for line in told {
            assert_eq!(terminal.shows("[Tea] "), format!("[Tea] {line}"));
        }
    }
    alice.types("/history");
    alice.shows("[Tea] 3 alice wrote what is deleted");
}
