//! HTTP/1.1 itself, spoilt below what any library would send: request lines, headers, lengths, chunks.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use crate::chance::Outcome;
use crate::ground::Ground;
use crate::http::answers;
use crate::town::Town;

/// One fault of the bytes of a request.
#[derive(Clone, Debug)]
enum Fault {
    /// Another request line.
    Line(&'static str),
    /// One more line among the headers.
    Header(&'static str),
    /// So many headers more.
    Many(usize),
    /// A header with so many bytes more.
    Long(usize),
    /// The body in these chunks, whatever they are.
    Chunks(&'static [u8]),
    /// Lines end in this.
    LineEnd(&'static str),
    /// The bytes end too early.
    Cut(Index),
    /// These bytes stand somewhere within.
    Within(Index, &'static [u8]),
    /// These bytes stand in front.
    Before(&'static [u8]),
    /// Two lengths that say different things, by which a part of the body could be taken for the next request.
    Contradiction(&'static str),
}

const LINES: [&str; 27] = [
    "",
    " ",
    "GET",
    "GET /api/me",
    "GET  /api/me HTTP/1.1",
    "GET /api/me HTTP/1.1 x",
    "GET /api/me HTTP/0.9",
    "GET /api/me HTTP/1.0",
    "GET /api/me HTTP/1.2",
    "GET /api/me HTTP/2.0",
    "GET /api/me HTTP/11",
    "GET /api/me http/1.1",
    "GET /api/me HTTP/1.1\0",
    "G\tT /api/me HTTP/1.1",
    "GET\t/api/me\tHTTP/1.1",
    "GET http://evil.example/api/me HTTP/1.1",
    "GET //api//me HTTP/1.1",
    "GET api/me HTTP/1.1",
    "GET /api/me\0 HTTP/1.1",
    "GET /\u{e9} HTTP/1.1",
    "CONNECT chat:80 HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "PRI * HTTP/2.0",
    "GET ? HTTP/1.1",
    "GET # HTTP/1.1",
    "\u{16}\u{3}\u{1}\u{2}\0",
    "TRACE /api/me HTTP/1.1",
];

const HEADERS: [&str; 24] = [
    "X: a\r\n b",
    "X: a\r\n\tb",
    " X: a",
    "X : a",
    ": a",
    "X",
    "X:",
    "X\0: a",
    "X: a\0b",
    "X: a\rb",
    "X: a\nInjected: b",
    "X(): a",
    "X\u{e9}: a",
    "Host: other",
    "Host:",
    "Connection: close",
    "Connection: Upgrade\r\nUpgrade: websocket",
    "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    "Trailer: Authorization",
    "TE: chunked",
    "Expect: x",
    "Content-Type: text/plain",
    "Proxy-Connection: keep-alive",
    "Keep-Alive: timeout=x",
];

const CHUNKS: [&[u8]; 18] = [
    b"0\r\n\r\n",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"g\r\nhello\r\n0\r\n\r\n",
    b"-5\r\nhello\r\n0\r\n\r\n",
    b"\r\n\r\n",
    b"5\r\nhelloX\r\n0\r\n\r\n",
    b"5\r\nhel",
    b"5\nhello\n0\n\n",
    b"5 \r\nhello\r\n0\r\n\r\n",
    b"5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
    b"5;\0\r\nhello\r\n0\r\n\r\n",
    b"FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
    b"FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n",
    b"0x5\r\nhello\r\n0\r\n\r\n",
    b"0\r\nAuthorization: x\r\n\r\n",
    b"0\r\nnot a trailer\r\n\r\n",
    b"00000000000000000000005\r\nhello\r\n0\r\n\r\n",
    b"2\r\n{}\r\n0\r\n\r\nrest",
];

const PIECES: [&[u8]; 8] = [b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\xff", b" ", b":"];

const CONTRADICTIONS: [&str; 14] = [
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: chunked, gzip",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
    "Transfer-Encoding:\u{b}chunked",
    "Transfer-Encoding : chunked",
    "Content-Length: 3",
    "Content-Length: 3, 3",
    "Content-Length: +3",
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
];

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => select(&LINES[..]).prop_map(Fault::Line),
        4 => select(&HEADERS[..]).prop_map(Fault::Header),
        1 => select(vec![90_usize, 95, 96, 97, 100, 2_000]).prop_map(Fault::Many),
        1 => select(vec![8_000_usize, 32_000, 33_000, 70_000, 300_000]).prop_map(Fault::Long),
        3 => select(&CHUNKS[..]).prop_map(Fault::Chunks),
        1 => select(vec!["\n", "\r", "\r\r\n"]).prop_map(Fault::LineEnd),
        2 => any::<Index>().prop_map(Fault::Cut),
        3 => (any::<Index>(), select(&PIECES[..])).prop_map(|(at, piece)| Fault::Within(at, piece)),
        1 => select(vec![&b"\r\n"[..], b"\r\n\r\n\r\n", b"\0", b"\xff\xfe", b"\x16\x03\x01\x02\x00\x01"]).prop_map(Fault::Before),
        4 => select(&CONTRADICTIONS[..]).prop_map(Fault::Contradiction),
    ]
}

/// A message to a room, with a change of one's name behind it on the same connection, in one or two ways wrong.
#[derive(Clone, Debug)]
pub(crate) struct Spoilt(Vec<Fault>);

/// Requests spoilt as bytes.
pub(crate) fn spoilt() -> impl Strategy<Value = Spoilt> {
    prop::collection::vec(fault(), 1..=2).prop_map(Spoilt)
}

impl Spoilt {
    fn bytes(&self, town: &Town) -> Vec<u8> {
        let token = town.alice.token();
        let next = r#"{"name":"Smuggled"}"#;
        let next = format!(
            "PATCH /api/me HTTP/1.1\r\nHost: chat\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n{next}",
            next.len()
        );
        let message = json!({"roomId": town.room, "body": "hello"}).to_string();
        let contradicts = self.contradicts();
        // Where lengths contradict each other, the next request is a part of this one's body, or else is none.
        let mut body = if contradicts { format!("0\r\n\r\n{next}") } else { message }.into_bytes();
        let mut line = "POST /api/messages HTTP/1.1";
        let mut headers = format!(
            "Host: chat\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nConnection: keep-alive"
        );
        let (mut chunked, mut end) = (false, "\r\n");
        for fault in &self.0 {
            match fault {
                Fault::Line(other) => line = other,
                Fault::Header(more) | Fault::Contradiction(more) => headers = format!("{headers}\r\n{more}"),
                Fault::Many(count) => headers.push_str(&"\r\nX-Many: x".repeat(*count)),
                Fault::Long(count) => headers = format!("{headers}\r\nX-Long: {}", "x".repeat(*count)),
                Fault::Chunks(chunks) if !contradicts => (body, chunked) = (chunks.to_vec(), true),
                Fault::LineEnd(other) => end = other,
                Fault::Chunks(_) | Fault::Cut(_) | Fault::Within(..) | Fault::Before(_) => {}
            }
        }
        let length =
            if chunked { "Transfer-Encoding: chunked".to_owned() } else { format!("Content-Length: {}", body.len()) };
        let head = format!("{line}\r\n{headers}\r\n{length}\r\n\r\n").replace("\r\n", end);
        let mut bytes = [head.as_bytes(), &body].concat();
        if !contradicts {
            bytes.extend(next.as_bytes());
        }
        for fault in &self.0 {
            match fault {
                Fault::Cut(at) => bytes.truncate(at.index(bytes.len() + 1)),
                Fault::Within(at, piece) => {
                    let at = at.index(bytes.len() + 1);
                    bytes.splice(at..at, piece.iter().copied());
                }
                Fault::Before(piece) => drop(bytes.splice(0..0, piece.iter().copied())),
                _ => {}
            }
        }
        bytes
    }

    fn contradicts(&self) -> bool {
        self.0.iter().any(|fault| matches!(fault, Fault::Contradiction(_)))
    }

    /// Whether something other than contradicting lengths could rightly make another request of a part of the body.
    fn is_cut_up(&self) -> bool {
        self.0
            .iter()
            .any(|fault| matches!(fault, Fault::Within(..) | Fault::LineEnd(_) | Fault::Line(_) | Fault::Header(_)))
    }

    /// Sends the bytes, and looks at all that comes back.
    ///
    /// # Errors
    /// What does not hold.
    pub(crate) async fn check(&self, ground: &mut Ground<'_>) -> Result<Outcome, String> {
        ground.begin().await;
        let replies = answers(ground.server, &self.bytes(&ground.town)).await?;
        let mut taken = false;
        for reply in &replies {
            taken |= !reply.is_bare_refusal() && !reply.is_refusal("bytes");
        }
        // RFC 9112, 6.1: the connection ends with the answer to a request whose lengths contradict each other.
        if self.contradicts() && !self.is_cut_up() && 1 < replies.len() {
            return Err(format!("a part of a body was taken for a request: {replies:?}"));
        }
        ground.end(taken).await
    }
}
