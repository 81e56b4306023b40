//! A client's socket: lines in, at no faster pace than is had of it, and lines out.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chat_core::error::ChatError;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::{net::TcpStream, time::Instant, time::sleep_until, time::timeout};

use crate::{show::SERVER, show::refusal};

/// How long a line may be, its end left out, in bytes (RFC 1459, section 2.3).
pub(crate) const LONGEST: usize = 510;
/// How long a line waits in the client's socket after the one before it.
pub(crate) const PACE: Duration = Duration::from_millis(200);

/// Why a conversation is over.
pub(crate) struct Over(pub(crate) String);

pub(crate) struct Client {
    /// How long it may take to sign in, or take nothing of what it is sent.
    pub(crate) patience: Duration,
    /// From where: of IPv6 the network that one customer has.
    pub(crate) address: IpAddr,
    /// How it is called in replies.
    pub(crate) nick: String,
    stream: BufReader<TcpStream>,
    begun: Vec<u8>,
    /// When its next line is read.
    pub(crate) due: Instant,
    out: String,
}

impl Client {
    pub(crate) fn new(stream: TcpStream, address: IpAddr, patience: Duration) -> Self {
        let address = match address.to_canonical() {
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
            v4 => v4,
        };
        let (nick, stream, due) = ("*".to_owned(), BufReader::new(stream), Instant::now());
        Self { patience, address, nick, stream, begun: Vec::new(), due, out: String::new() }
    }

    /// The next line, once the pace allows it; an empty one for one of which nothing can be done. Cancel safe.
    pub(crate) async fn read(&mut self) -> Result<String, Over> {
        sleep_until(self.due).await;
        while !self.begun.ends_with(b"\n") {
            let bytes = self.stream.fill_buf().await.unwrap_or_default();
            let taken = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
            if taken == 0 {
                return Err(Over("you are gone".to_owned()));
            }
            // Of a line that is too long its end is kept.
            self.begun.truncate(LONGEST + 2);
            self.begun.extend_from_slice(&bytes[..taken]);
            self.stream.consume(taken);
        }
        self.due = Instant::now() + PACE;
        let line = std::mem::take(&mut self.begun);
        let text = line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(&line);
        match std::str::from_utf8(text) {
            _ if LONGEST < text.len() => self.reply("417", ":the line has more than 512 bytes; nothing was done"),
            Err(_) => self.reply("417", ":INVALID_UTF8: the line is no UTF-8; nothing was done"),
            Ok(text) => return Ok(text.to_owned()),
        }
        Ok(String::new())
    }

    /// Puts a line there to be written. Whatever it is made of, it is one line, and no longer than one may be.
    pub(crate) fn say(&mut self, line: &str) {
        self.out += &line[..line.floor_char_boundary(LONGEST)].replace(['\r', '\n', '\0'], " ");
        self.out += "\r\n";
    }

    /// Puts a reply there, under a number or the name of a command.
    pub(crate) fn reply(&mut self, command: &str, rest: &str) {
        self.say(&format!(":{SERVER} {command} {} {rest}", self.nick));
    }

    /// Tells what was refused: by a number for the client, and in words, since many clients have words of their own for
    /// each number.
    pub(crate) fn refuse(&mut self, what: &str, error: &ChatError) -> Over {
        let (number, text) = refusal(error);
        self.reply(number, format!("{what} :{text}").trim_start());
        self.reply("NOTICE", &format!(":{what} {text}"));
        Over(text)
    }

    /// Writes all that is there.
    pub(crate) async fn flush(&mut self) -> Result<(), Over> {
        let out = std::mem::take(&mut self.out);
        let taken = timeout(self.patience, self.stream.write_all(out.as_bytes())).await;
        let is_taken = taken.is_ok_and(|written| written.is_ok());
        if is_taken { Ok(()) } else { Err(Over("you take nothing".to_owned())) }
    }

    /// Says why it is over. Who does not hear it is gone, or too slow: so they are not told.
    pub(crate) async fn goodbye(&mut self, Over(why): Over) {
        self.say(&format!("ERROR :{why}"));
        let saying = async { (self.flush().await.is_ok(), self.stream.shutdown().await.is_ok()) };
        let _ = timeout(Duration::from_secs(2), saying).await;
    }
}

/// The words of a line, the command in capitals; the last one may have spaces.
pub(crate) fn words(line: &mut str) -> Vec<&str> {
    let end = line.find(' ').unwrap_or(line.len());
    line[..end].make_ascii_uppercase();
    let (words, last) = line.split_once(" :").map_or((&*line, None), |(words, last)| (words, Some(last)));
    words.split(' ').filter(|word| !word.is_empty()).chain(last).collect()
}

impl From<ChatError> for Over {
    fn from(error: ChatError) -> Self {
        Self(refusal(&error).1)
    }
}
