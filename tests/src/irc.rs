//! A client of IRC on a plain socket.

use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::PATIENCE;

/// A client of IRC, which checks what each line must be.
pub struct Irc {
    stream: BufReader<TcpStream>,
    seen: Vec<String>,
    asked: usize,
}

impl Irc {
    /// Connects.
    ///
    /// # Panics
    /// When nobody listens there.
    pub async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("a connection");
        Self { stream: BufReader::new(stream), seen: Vec::new(), asked: 0 }
    }

    /// Says who it is, on the device `irc-test`.
    pub async fn sign_in(&mut self, user_id: &str, password: &str) {
        self.say(&format!("PASS :{password}\r\nNICK {user_id}\r\nUSER test 0 * :Somebody")).await;
    }

    /// Sends lines.
    pub async fn say(&mut self, lines: &str) {
        self.send(format!("{lines}\r\n").as_bytes()).await;
    }

    /// Sends bytes.
    ///
    /// # Panics
    /// When nobody takes them.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("somebody listens");
    }

    /// The next line; `None` at the end.
    pub async fn next(&mut self) -> Option<String> {
        let mut bytes = Vec::new();
        let read = timeout(PATIENCE, self.stream.read_until(b'\n', &mut bytes)).await;
        let read = read.unwrap_or_else(|_| panic!("nothing comes after {:#?}", self.seen));
        if read.unwrap_or(0) == 0 {
            return None;
        }
        let line = String::from_utf8(bytes).expect("what the server says is UTF-8");
        let text = line.strip_suffix("\r\n").unwrap_or_else(|| panic!("a line ends as lines do: {line:?}"));
        assert!(!text.contains(['\r', '\n', '\0']), "one line: {text:?}");
        assert!(text.len() <= 510, "{} bytes: {text}", text.len());
        self.seen.push(text.to_owned());
        Some(text.to_owned())
    }

    /// The next line for which `wanted` holds, and what came before it.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> (Vec<String>, String) {
        let mut before = Vec::new();
        loop {
            match self.next().await {
                Some(line) if wanted(&line) => return (before, line),
                Some(line) => before.push(line),
                None => panic!("the end comes before {what}: {:#?}", self.seen),
            }
        }
    }

    /// The next line for which `wanted` holds.
    pub async fn line(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.until(what, wanted).await.1
    }

    /// The next line that has this in it.
    pub async fn has(&mut self, part: &str) -> String {
        self.line(part, |line| line.contains(part)).await
    }

    /// All that comes before the answer to what is asked now.
    pub async fn settle(&mut self) -> Vec<String> {
        self.asked += 1;
        let token = format!("settle-{}", self.asked);
        self.say(&format!("PING {token}")).await;
        self.until(&token, |line| line == format!(":chat PONG chat :{token}")).await.0
    }

    /// Says something, and answers all that comes of it.
    pub async fn ask(&mut self, lines: &str) -> Vec<String> {
        self.say(lines).await;
        self.settle().await
    }

    /// Joins a room in which one has a seat, or takes one by its password; what is shown of it.
    pub async fn join(&mut self, room: &str, password: &str) -> Vec<String> {
        self.say(&format!("JOIN #{room} {password}")).await;
        let end = format!("#{room} :these are all");
        let (mut shown, _) = self.until(&end, |line| line.ends_with(&end)).await;
        assert!(shown.iter().any(|line| line.ends_with(&format!(" JOIN #{room}"))), "{shown:#?}");
        shown.extend(self.settle().await);
        shown
    }

    /// The last line before the server closes.
    pub async fn end(&mut self) -> String {
        while self.next().await.is_some() {}
        self.seen.last().cloned().unwrap_or_default()
    }

    /// How many bytes there are until the server closes, whatever they say.
    pub async fn rest(&mut self) -> usize {
        let mut bytes = Vec::new();
        // A connection that was cut off may end in an error.
        let _ = timeout(PATIENCE, self.stream.read_to_end(&mut bytes)).await.expect("an end in time");
        bytes.len()
    }

    /// What was said to the room so far, `sender: text`.
    pub fn heard(&self, room: &str) -> Vec<String> {
        let spoken = |line: &String| {
            let (source, rest) = line.strip_prefix(':')?.split_once(' ')?;
            let text = rest.strip_prefix(&format!("PRIVMSG #{room} :"))?;
            Some(format!("{}: {text}", source.split('!').next().unwrap_or_default()))
        };
        self.seen.iter().filter_map(spoken).collect()
    }
}
