//! WebSocket frames as bytes: what no library would send, and what the server says to it.

use chat_tests::raw::websocket;
use chat_tests::{PATIENCE, Server, assert_problem};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What the server says.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// A text frame, which is JSON.
    Frame(Value),
    /// A close frame and its code, where it has one.
    Closed(Option<u16>),
    /// The end of the connection.
    Gone,
}

impl Said {
    /// Whether it answers a command: `ok`, `welcome` or `error`.
    pub(crate) fn is_reply(&self) -> bool {
        matches!(self, Self::Frame(frame) if ["ok", "welcome", "error"].iter().any(|kind| frame["type"] == *kind))
    }

    /// Whether it says that a command was carried out.
    pub(crate) fn is_ok(&self) -> bool {
        matches!(self, Self::Frame(frame) if frame["type"] == "ok" || frame["type"] == "welcome")
    }
}

/// A frame of a client, masked; its length is written as short as can be.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    frame_with(first, true, Length::Shortest, payload)
}

/// How the length of a frame is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Length {
    Shortest,
    /// In two bytes, whether it needs them or not; where it needs more, in eight.
    Two,
    Eight,
    /// In eight bytes, and more by so many than there are.
    Lie(u64),
}

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A frame in all its parts.
pub(crate) fn frame_with(first: u8, masked: bool, length: Length, payload: &[u8]) -> Vec<u8> {
    let bit = if masked { 0x80 } else { 0 };
    let count = payload.len() as u64;
    let mut bytes = vec![first];
    match (length, u8::try_from(count), u16::try_from(count)) {
        (Length::Shortest, Ok(short @ 0..=125), _) => bytes.push(bit | short),
        (Length::Shortest | Length::Two, _, Ok(long)) => {
            bytes.push(bit | 126);
            bytes.extend(long.to_be_bytes());
        }
        (length, ..) => {
            let more = if let Length::Lie(more) = length { more } else { 0 };
            bytes.push(bit | 127);
            bytes.extend(count.saturating_add(more).to_be_bytes());
        }
    }
    if masked {
        bytes.extend(MASK);
        bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    } else {
        bytes.extend(payload);
    }
    bytes
}

/// A connection on which bytes are sent and frames come back.
pub(crate) struct Wire(TcpStream);

impl Wire {
    /// Connects as somebody who is signed in, without a hello.
    pub(crate) async fn open(server: &Server, token: &str) -> Self {
        Self(websocket(server, token).await)
    }

    /// Connects and says hello.
    pub(crate) async fn greeted(server: &Server, token: &str) -> Result<Self, String> {
        let mut wire = Self::open(server, token).await;
        wire.send(&frame(0x81, br#"{"type":"hello","id":0}"#)).await;
        match wire.reply().await? {
            said if said.is_ok() => Ok(wire),
            other => Err(format!("a hello was answered {other:?}")),
        }
    }

    /// Sends bytes; the server may be gone before it has read them all.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// Says that nothing more comes.
    pub(crate) async fn end(&mut self) {
        let _ = self.0.shutdown().await;
    }

    /// The next answer to a command, or the end.
    ///
    /// # Errors
    /// As [`Wire::next`].
    pub(crate) async fn reply(&mut self) -> Result<Said, String> {
        loop {
            let said = self.next().await?;
            if said.is_reply() || !matches!(said, Said::Frame(_)) {
                return Ok(said);
            }
        }
    }

    /// What the server says next, pings and pongs left out.
    ///
    /// # Errors
    /// When nothing comes in time, or what comes is no frame of the contract.
    async fn next(&mut self) -> Result<Said, String> {
        loop {
            let read = timeout(PATIENCE, self.read()).await.map_err(|_| "nothing was said in time")?;
            // A connection that is reset has ended, too.
            let Ok((first, payload)) = read else { return Ok(Said::Gone) };
            match first {
                0x81 => return text(&payload).map(Said::Frame),
                0x88 => return closed(&payload),
                0x89 | 0x8a => {}
                other => return Err(format!("a frame that begins with {other:#x}")),
            }
        }
    }

    async fn read(&mut self) -> std::io::Result<(u8, Vec<u8>)> {
        let first = self.0.read_u8().await?;
        // A server does not mask: the bit would make the length none of these.
        let length = match self.0.read_u8().await? {
            126 => self.0.read_u16().await?.into(),
            127 => self.0.read_u64().await?,
            short => short.into(),
        };
        let mut payload = vec![0; usize::try_from(length).expect("a frame fits into memory")];
        self.0.read_exact(&mut payload).await?;
        Ok((first, payload))
    }
}

fn text(payload: &[u8]) -> Result<Value, String> {
    let frame: Value = serde_json::from_slice(payload).map_err(|error| format!("no JSON: {error}"))?;
    if frame["type"] == "error" {
        assert_problem(&frame["problem"]);
    }
    Ok(frame)
}

fn closed(payload: &[u8]) -> Result<Said, String> {
    if std::str::from_utf8(payload.get(2..).unwrap_or_default()).is_err() {
        return Err(format!("a close frame that says {}", payload.escape_ascii()));
    }
    Ok(Said::Closed(payload.first_chunk().map(|code| u16::from_be_bytes(*code))))
}

#[test]
fn a_length_is_written_in_each_of_its_ways() {
    let heads = [Length::Shortest, Length::Two, Length::Eight, Length::Lie(5)].map(|length| {
        let bytes = frame_with(0x81, false, length, b"hi");
        bytes[..bytes.len() - 2].to_vec()
    });
    assert_eq!(heads[0], [0x81, 2]);
    assert_eq!(heads[1], [0x81, 126, 0, 2]);
    assert_eq!(heads[2], [0x81, 127, 0, 0, 0, 0, 0, 0, 0, 2]);
    assert_eq!(heads[3], [0x81, 127, 0, 0, 0, 0, 0, 0, 0, 7]);
    let masked = frame(0x81, b"hi");
    assert_eq!(masked[..2], [0x81, 0x82]);
    assert_eq!([masked[6] ^ MASK[0], masked[7] ^ MASK[1]], *b"hi");
}
