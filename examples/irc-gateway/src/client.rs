//! A client's socket: lines in, at no faster pace than is had of it, and lines out.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chat_core::model::time::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::{net::TcpStream, time::Instant, time::sleep_until, time::timeout};

use crate::{Limits, show::SERVER};

/// How long a line may be, its end and its tags left out, in bytes (RFC 1459, section 2.3).
pub(crate) const LONGEST: usize = 510;
/// How many bytes of a line are kept; no line with all the tags that it may have is longer.
const KEPT: usize = 4_608;
const PACE: Duration = Duration::from_millis(500);
/// How long a client that is told to go may take to hear it.
const GOODBYE: Duration = Duration::from_secs(2);

/// Why a conversation is over.
pub(crate) enum Over {
    Gone,
    Because(String),
}

pub(crate) struct Client {
    pub(crate) limits: Limits,
    /// From where: of IPv6 the network that one customer has.
    pub(crate) address: IpAddr,
    /// How it is called in replies.
    pub(crate) nick: String,
    /// It takes the time of each line as a tag (server-time).
    pub(crate) tagged: bool,
    pub(crate) last_heard: Instant,
    stream: BufReader<TcpStream>,
    begun: Vec<u8>,
    /// When its next line would come at the steady pace.
    due: Instant,
    out: String,
}

impl Client {
    pub(crate) fn new(stream: TcpStream, address: IpAddr, limits: Limits) -> Self {
        let address = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
            v4 => v4,
        };
        let (now, nick, stream) = (Instant::now(), "*".to_owned(), BufReader::new(stream));
        let (begun, out) = (Vec::new(), String::new());
        Self { limits, address, nick, tagged: false, last_heard: now, stream, begun, due: now, out }
    }

    /// The next line without its tags, once the pace allows it; or what is wrong with it. Cancel safe.
    pub(crate) async fn read(&mut self) -> Result<Result<String, &'static str>, Over> {
        if let Some(free) = self.due.checked_sub(PACE * self.limits.burst) {
            sleep_until(free).await;
        }
        loop {
            let bytes = self.stream.fill_buf().await.map_err(|_| Over::Gone)?;
            let end = bytes.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(bytes.len(), |end| end + 1);
            self.begun.extend_from_slice(&bytes[..taken.min(KEPT - self.begun.len())]);
            self.stream.consume(taken);
            if end.is_some() {
                self.charge();
                self.last_heard = Instant::now();
                return Ok(read_line(&std::mem::take(&mut self.begun)));
            }
            if taken == 0 {
                return Err(Over::Gone);
            }
        }
    }

    /// Counts a line.
    pub(crate) fn charge(&mut self) {
        self.due = self.due.max(Instant::now()) + PACE;
    }

    /// Puts a line there to be written. Whatever it is made of, it is one line, and no longer than one may be.
    pub(crate) fn say(&mut self, line: &str) {
        let line = &line[..line.floor_char_boundary(LONGEST)];
        self.out += &line.replace(['\r', '\n', '\0'], " ");
        self.out += "\r\n";
    }

    /// The same, of something that happened at that time.
    pub(crate) fn say_at(&mut self, at: Timestamp, lines: &[String]) {
        for line in lines {
            if self.tagged {
                self.out += &format!("@time={at} ");
            }
            self.say(line);
        }
    }

    /// Puts a reply there, under a number or the name of a command.
    pub(crate) fn reply(&mut self, command: &str, rest: &str) {
        self.say(&format!(":{SERVER} {command} {} {rest}", self.nick));
    }

    /// Writes all that is there.
    pub(crate) async fn flush(&mut self) -> Result<(), Over> {
        let out = std::mem::take(&mut self.out);
        let written = timeout(self.limits.patience, self.stream.write_all(out.as_bytes())).await;
        written.map_err(|_| Over::Gone)?.map_err(|_| Over::Gone)
    }

    /// Says why it is over.
    pub(crate) async fn goodbye(&mut self, over: Over) {
        let Over::Because(why) = over else { return };
        self.say(&format!("ERROR :{why}"));
        let saying = async {
            self.flush().await?;
            self.stream.shutdown().await.map_err(|_| Over::Gone)
        };
        // Who does not hear it is gone, or too slow: so they are not told.
        let _ = timeout(GOODBYE, saying).await;
    }
}

fn read_line(bytes: &[u8]) -> Result<String, &'static str> {
    const TOO_LONG: &str = "the line has more than 512 bytes; nothing was done";
    let line = bytes.strip_suffix(b"\n").ok_or(TOO_LONG)?;
    let text = std::str::from_utf8(line).map_err(|_| "INVALID_UTF8: the line is no UTF-8; nothing was done")?;
    let text = text.strip_suffix('\r').unwrap_or(text);
    let text = if text.starts_with('@') { text.split_once(' ').map_or("", |(_, rest)| rest) } else { text };
    if LONGEST < text.len() { Err(TOO_LONG) } else { Ok(text.to_owned()) }
}

/// The words of a line, the command in capitals; the last one may have spaces.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (words, last) = line.split_once(" :").map_or((line, None), |(words, last)| (words, Some(last)));
    let words = words.split(' ').filter(|word| !word.is_empty()).chain(last).map(str::to_owned);
    words.enumerate().map(|(place, word)| if place == 0 { word.to_ascii_uppercase() } else { word }).collect()
}
