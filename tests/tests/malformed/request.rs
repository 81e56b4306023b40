//! Requests, right first and then spoilt in every part: method, path, query, headers, body.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

use crate::json;
use crate::operation::Operation;
use crate::town::Town;

/// One fault of a request.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    Method(&'static str),
    /// One segment of the path is another.
    Segment(Index, Piece),
    /// The path goes on.
    Longer(Piece),
    /// A parameter of the operation has this value.
    Parameter(Index, Piece),
    /// This stands in the query, too.
    Query(&'static str),
    /// Another content type, or none.
    ContentType(Option<&'static str>),
    /// Another `Authorization`, or none.
    Authorization(Option<&'static str>),
    /// One more header.
    Header(&'static str, Piece),
    /// The body comes in chunks of this size.
    Chunked(usize),
    /// Something is wrong with the body.
    Body(json::Fault),
}

/// A piece of text: one, so many times.
#[derive(Clone, Debug)]
pub(crate) struct Piece(&'static str, usize);

impl Piece {
    fn text(&self) -> String {
        self.0.repeat(self.1)
    }
}

/// What may stand in a path or a query as it is.
const ODD: [&str; 40] = [
    "",
    ".",
    "..",
    "%2e%2e",
    "%2F",
    "%252F",
    "%00",
    "a%00b",
    "%",
    "%zz",
    "%ff",
    "%c0%af",
    "%ed%a0%80",
    "%e2%80%ae",
    "*",
    "~",
    "0",
    "-1",
    "1e3",
    "1.5",
    "18446744073709551616",
    "9007199254740993",
    "+1",
    "%2B1",
    "%20",
    "null",
    "true",
    "undefined",
    "0199C1A2-0000-7000-8000-000000000000",
    "0199c1a200007000800000000000000f",
    "00000000-0000-0000-0000-000000000000",
    "%7B0199c1a2-0000-7000-8000-000000000000%7D",
    "urn:uuid:0199c1a2-0000-7000-8000-000000000000",
    "alice",
    "me",
    "..;",
    ";a=b",
    "'%20OR%201=1--",
    "%3Cscript%3E",
    "%F0%9F%98%80",
];

const QUERIES: [&str; 16] = [
    "",
    "&",
    "&&&",
    "=",
    "?",
    "a",
    "a=",
    "=b",
    "%",
    "a=%ff",
    "%00=%00",
    "limit=1&limit=2",
    "limit",
    "colour=blue",
    "before=1&after=1",
    "utm_source=x&limit=1;before=2",
];

const CONTENT_TYPES: [&str; 12] = [
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "json",
    "application/problem+json",
    "application/json; charset=utf-16",
    "application/json;",
    "APPLICATION/JSON; a=\"b;c\"",
    "application/json, application/json",
    "*/*",
];

const AUTHORIZATIONS: [&str; 18] = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer  ",
    "Bearer x",
    "bearer .",
    "Bearer ..",
    "Bearer a.b.c",
    "Basic YWxpY2U6c2VjcmV0",
    "Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhbGljZSJ9.",
    "Bearer null",
    "Bearer \u{e9}",
    "Bearer a b",
    "Token x",
    "Bearer x, Bearer y",
    "Digest username=\"alice\"",
    "Bearer rft_AAAA",
    ",",
];

/// Headers that some of the way here may look at.
const HEADERS: [(&str, &str); 26] = [
    ("Content-Type", "text/plain"),
    ("Content-Type", "application/json"),
    ("Authorization", "Bearer x"),
    ("Content-Encoding", "gzip"),
    ("Accept", "text/html;q=0.1, */*;q=x"),
    ("Accept-Encoding", "gzip, br, zstd, \u{1f600}"),
    ("Expect", "100-continue"),
    ("Expect", "200-maybe"),
    ("Origin", "null"),
    ("Origin", "https://evil.example"),
    ("Cookie", "session=alice; ; =;"),
    ("X-Forwarded-For", "127.0.0.1, , ::1, x"),
    ("Forwarded", "for=_x;by=\""),
    ("X-HTTP-Method-Override", "DELETE"),
    ("X-Request-Id", "../../etc/passwd"),
    ("Range", "bytes=0-1,5-2,-"),
    ("If-None-Match", "*"),
    ("If-Modified-Since", "yesterday"),
    ("Upgrade", "websocket"),
    ("Upgrade", "h2c"),
    ("Connection", "close, keep-alive, x"),
    ("Access-Control-Request-Method", "DELETE"),
    ("Sec-Fetch-Site", "cross-site"),
    ("Host", "evil.example:99999"),
    ("TE", "trailers, x;q=9"),
    ("X-Odd", "\u{e9}\t\u{ff}"),
];

const METHODS: [&str; 11] =
    ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "get", "X"];

fn piece(of: &'static [&'static str]) -> impl Strategy<Value = Piece> {
    let times = prop_oneof![8 => Just(1), 1 => Just(2), 1 => select(vec![65, 300, 2_000])];
    (select(of), times).prop_map(|(text, times)| Piece(text, times))
}

fn fault() -> impl Strategy<Value = Fault> {
    let headers = (select(&HEADERS[..]), prop_oneof![12 => Just(1), 1 => Just(400)]);
    prop_oneof![
        1 => select(&METHODS[..]).prop_map(Fault::Method),
        3 => (any::<Index>(), piece(&ODD)).prop_map(|(at, piece)| Fault::Segment(at, piece)),
        1 => piece(&ODD).prop_map(Fault::Longer),
        2 => (any::<Index>(), piece(&ODD)).prop_map(|(at, piece)| Fault::Parameter(at, piece)),
        1 => select(&QUERIES[..]).prop_map(Fault::Query),
        1 => prop::option::weighted(0.8, select(&CONTENT_TYPES[..])).prop_map(Fault::ContentType),
        2 => prop::option::weighted(0.8, select(&AUTHORIZATIONS[..])).prop_map(Fault::Authorization),
        2 => headers.prop_map(|((name, value), times)| Fault::Header(name, Piece(value, times))),
        1 => select(vec![1_usize, 7, 4_096]).prop_map(Fault::Chunked),
        12 => json::fault().prop_map(Fault::Body),
    ]
}

/// A request for one of the operations, with faults.
#[derive(Clone, Debug)]
pub(crate) struct Spoilt {
    pub(crate) operation: Operation,
    faults: Vec<Fault>,
}

/// Requests for all operations, of which those with a body come more often, in one to three ways wrong.
pub(crate) fn spoilt() -> impl Strategy<Value = Spoilt> {
    let operations = Operation::all();
    let with_body: Vec<Operation> = operations.iter().filter(|operation| operation.body.is_some()).cloned().collect();
    let operation = prop_oneof![1 => select(operations), 2 => select(with_body)];
    let faults = prop_oneof![
        4 => prop::collection::vec(fault(), 1),
        1 => prop::collection::vec(fault(), 2..=3),
    ];
    (operation, faults).prop_map(|(operation, faults)| Spoilt { operation, faults })
}

/// A request in parts.
struct Parts {
    method: String,
    segments: Vec<String>,
    query: Vec<String>,
    content_type: Option<String>,
    authorization: Option<String>,
    more: Vec<(&'static str, String)>,
    chunks: Option<usize>,
    members: Option<Vec<(String, Value)>>,
    body_faults: Vec<json::Fault>,
}

/// The bytes of a request, and what of it the answer depends on.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
}

impl Spoilt {
    /// The request, as it is asked for in this town.
    pub(crate) fn request(&self, town: &Town) -> Request {
        let mut parts = Parts::right(&self.operation, town);
        for fault in &self.faults {
            parts.spoil(fault, &self.operation);
        }
        parts.written()
    }
}

/// The request as it should be.
pub(crate) fn right(operation: &Operation, town: &Town) -> Request {
    Parts::right(operation, town).written()
}

impl Parts {
    fn right(operation: &Operation, town: &Town) -> Self {
        let segments = operation.path.trim_start_matches('/').split('/').map(|segment| {
            let parameter = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
            parameter.map_or(segment, |name| town.parameter(operation, name)).to_owned()
        });
        // Only one of the two may stand there.
        let query =
            operation.query.iter().filter(|name| *name != "before" || !operation.query.contains(&"after".into()));
        let members = town.body(operation);
        Self {
            method: operation.method.clone(),
            segments: segments.collect(),
            query: query.map(|name| format!("{name}={}", Town::query(operation, name))).collect(),
            content_type: members.is_some().then(|| "application/json".to_owned()),
            authorization: Some(format!("Bearer {}", town.token(operation))),
            more: Vec::new(),
            chunks: None,
            members,
            body_faults: Vec::new(),
        }
    }

    fn spoil(&mut self, fault: &Fault, operation: &Operation) {
        match fault {
            Fault::Method(method) => (*method).clone_into(&mut self.method),
            Fault::Segment(at, piece) => {
                let at = at.index(self.segments.len());
                self.segments[at] = piece.text();
            }
            Fault::Longer(piece) => self.segments.push(piece.text()),
            Fault::Parameter(at, piece) if !operation.query.is_empty() => {
                let name = &operation.query[at.index(operation.query.len())];
                let right = format!("{name}=");
                self.query.retain(|parameter| !parameter.starts_with(&right));
                self.query.push(format!("{name}={}", piece.text()));
            }
            Fault::Parameter(_, piece) => self.query.push(piece.text()),
            Fault::Query(text) => self.query.push((*text).to_owned()),
            Fault::ContentType(kind) => self.content_type = kind.map(str::to_owned),
            Fault::Authorization(value) => self.authorization = value.map(str::to_owned),
            Fault::Header(name, piece) => self.more.push((name, piece.text())),
            Fault::Chunked(size) => self.chunks = Some(*size),
            Fault::Body(fault) => self.body_faults.push(fault.clone()),
        }
    }

    fn written(self) -> Request {
        let path = format!("/{}", self.segments.join("/"));
        let query = self.query.join("&");
        let target = if query.is_empty() { path } else { format!("{path}?{query}") };
        let mut head = format!("{} {target} HTTP/1.1\r\nHost: chat\r\n", self.method);
        let named = [("Content-Type", self.content_type), ("Authorization", self.authorization)];
        let named = named.into_iter().filter_map(|(name, value)| Some((name, value?)));
        for (name, value) in named.chain(self.more) {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = match (self.members, self.body_faults.as_slice()) {
            (None, []) => None,
            (members, faults) => Some(json::spoilt(&members.unwrap_or_default(), faults)),
        };
        let mut bytes = head.into_bytes();
        match (body, self.chunks) {
            (None, _) => bytes.extend(b"\r\n"),
            (Some(body), None) => {
                bytes.extend(format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes());
                bytes.extend(body);
            }
            (Some(body), Some(size)) => {
                bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
                // Single bytes in chunks of their own are enough where there are few.
                for chunk in body.chunks(size.max(body.len() / 1_000)) {
                    bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                    bytes.extend(chunk);
                    bytes.extend(b"\r\n");
                }
                bytes.extend(b"0\r\n\r\n");
            }
        }
        Request { bytes, method: self.method, target }
    }
}
