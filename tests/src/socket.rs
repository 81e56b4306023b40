//! A WebSocket client that remembers every frame and checks the order of events on its own.

use std::collections::{HashMap, HashSet, VecDeque};

use futures_util::{SinkExt, StreamExt};
use http::{HeaderName, HeaderValue, header};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::answer::{Unavailable, assert_problem};
use crate::order::RoomOrder;
use crate::{Client, PATIENCE, Server};

const FRAME_TYPES: [&str; 12] = [
    "welcome",
    "ok",
    "error",
    "event",
    "reset",
    "receipt",
    "typing",
    "presence",
    "room_added",
    "room_removed",
    "friend",
    "notice",
];

/// How a connection ended: the close code, `None` where there was none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed(pub Option<u16>);

/// One connection. Every frame is checked as it is read: known type, `type` first, compact, a whole
/// problem in each error, and the events of each room one after another ([`RoomOrder`]).
pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    user_id: String,
    next_id: u64,
    client_ids: HashMap<u64, Option<String>>,
    /// Sends of which nobody could say whether they were logged.
    doubtful: HashSet<String>,
    seen: Vec<Value>,
    untaken: VecDeque<Value>,
    order: RoomOrder,
    /// How far the client was in each room when it said hello.
    resumed: HashMap<String, i64>,
    closed: Option<Closed>,
}

impl Socket {
    /// Connects with `Authorization` and the subprotocol `chat.v1`, without saying hello.
    pub async fn connect(server: &Server, client: &Client) -> Self {
        Self::connect_at(server.base(), client).await
    }

    /// The same at a chat that an application has mounted at `base`, for instance `http://127.0.0.1:3000/chat`.
    pub async fn connect_at(base: &str, client: &Client) -> Self {
        let bearer = format!("Bearer {}", client.token());
        let headers = [(header::AUTHORIZATION, bearer.as_str()), (header::SEC_WEBSOCKET_PROTOCOL, "chat.v1")];
        Self::connect_at_with(base, client, &headers).await
    }

    /// Connects as a browser does, with the access token as a subprotocol.
    pub async fn connect_as_browser(server: &Server, client: &Client, token: &str) -> Self {
        let protocols = format!("chat.v1, bearer.{token}");
        Self::connect_with(server, client, &[(header::SEC_WEBSOCKET_PROTOCOL, &protocols)]).await
    }

    /// Connects with exactly these headers beside those of the handshake.
    ///
    /// # Panics
    /// When the handshake is refused, or answered with a subprotocol other than `chat.v1` where one was offered.
    pub async fn connect_with(server: &Server, client: &Client, headers: &[(HeaderName, &str)]) -> Self {
        Self::connect_at_with(server.base(), client, headers).await
    }

    /// The same at a chat that an application has mounted at `base`.
    ///
    /// # Panics
    /// As [`connect_with`](Self::connect_with).
    pub async fn connect_at_with(base: &str, client: &Client, headers: &[(HeaderName, &str)]) -> Self {
        let url = format!("{}/api/ws", base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().expect("an address of ours");
        for (name, value) in headers {
            request.headers_mut().insert(name, HeaderValue::from_str(value).expect("a header of ours"));
        }
        let offered = request.headers().contains_key(header::SEC_WEBSOCKET_PROTOCOL);
        let connecting = tokio::time::timeout(PATIENCE, connect_async(request)).await.expect("a handshake in time");
        let (stream, response) = connecting.unwrap_or_else(|error| panic!("handshake of {}: {error}", client.user_id));
        let chosen = response.headers().get(header::SEC_WEBSOCKET_PROTOCOL);
        assert_eq!(chosen.map(HeaderValue::as_bytes), offered.then_some(&b"chat.v1"[..]), "the subprotocol");
        Self {
            stream,
            user_id: client.user_id.clone(),
            next_id: 1,
            client_ids: HashMap::new(),
            doubtful: HashSet::new(),
            seen: Vec::new(),
            untaken: VecDeque::new(),
            order: RoomOrder::default(),
            resumed: HashMap::new(),
            closed: None,
        }
    }

    /// Connects and says hello.
    pub async fn open(server: &Server, client: &Client) -> Self {
        let mut socket = Self::connect(server, client).await;
        socket.hello().await;
        socket
    }

    /// Says hello and answers the `welcome`.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn hello(&mut self) -> Value {
        self.hello_with(json!({})).await
    }

    /// Says hello with the rooms that one knows and how far, `{roomId: lastSeq}`.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn hello_with(&mut self, rooms: Value) -> Value {
        let numbers = rooms.as_object().into_iter().flatten();
        self.resumed = numbers.filter_map(|(room, seq)| Some((room.clone(), seq.as_i64()?))).collect();
        let id = self.begin(json!({"type": "hello", "rooms": rooms})).await;
        let reply = self.until("welcome", |frame| frame["id"] == id).await;
        assert_eq!(reply["type"], "welcome", "{reply}");
        reply
    }

    /// Sends a command under a new id and answers its reply, `ok` or `error`.
    pub async fn command(&mut self, command: Value) -> Value {
        let id = self.begin(command).await;
        self.reply(id).await
    }

    /// Sends a command under a new id without waiting; `None` where the connection has ended, and it may have arrived all
    /// the same.
    pub async fn try_begin(&mut self, mut command: Value) -> Option<u64> {
        let id = self.number(&mut command);
        self.stream.send(Message::text(command.to_string())).await.ok()?;
        Some(id)
    }

    /// Waits for the reply to the command with this id, `ok` or `error`; `None` where the connection ends before.
    pub async fn try_reply(&mut self, id: u64) -> Option<Value> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(index) = self.untaken.iter().position(|frame| is_reply(frame, id)) {
                return self.untaken.remove(index);
            }
            if self.closed.is_some() {
                return None;
            }
            self.read("a reply or the end", deadline).await;
        }
    }

    /// Sends a command that succeeds, and answers its result.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn ok(&mut self, command: Value) -> Value {
        let asked = command.to_string();
        let reply = self.command(command).await;
        assert_eq!(reply["type"], "ok", "{asked}: {reply}");
        reply["result"].clone()
    }

    /// Sends a command that is refused with this status and code, and answers the problem.
    ///
    /// # Panics
    /// When it succeeds, or is refused otherwise.
    pub async fn refused(&mut self, command: Value, status: u16, code: &str) -> Value {
        let asked = command.to_string();
        let reply = self.command(command).await;
        let problem = &reply["problem"];
        assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)), "{asked}: {reply}");
        problem.clone()
    }

    /// Writes a message and answers its event.
    pub async fn write(&mut self, room: &str, body: &str) -> Value {
        self.ok(json!({"type": "send", "roomId": room, "body": body})).await
    }

    /// Sends a command under a new id without waiting; the answer is the id.
    pub async fn begin(&mut self, mut command: Value) -> u64 {
        let id = self.number(&mut command);
        self.send_text(&command.to_string()).await;
        id
    }

    fn number(&mut self, command: &mut Value) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        self.client_ids.insert(id, command["clientId"].as_str().map(str::to_owned));
        command["id"] = json!(id);
        id
    }

    /// Waits for the reply to the command with this id.
    pub async fn reply(&mut self, id: u64) -> Value {
        let what = format!("the reply to command {id}");
        self.until(&what, |frame| is_reply(frame, id)).await
    }

    /// Sends a text frame as it is.
    pub async fn send_text(&mut self, text: &str) {
        self.send(Message::text(text)).await;
    }

    /// Sends a binary frame.
    pub async fn send_binary(&mut self, bytes: &[u8]) {
        self.send(Message::binary(bytes.to_vec())).await;
    }

    async fn send(&mut self, message: Message) {
        let sent = self.stream.send(message).await;
        assert!(sent.is_ok(), "{} cannot send: {sent:?}; {}", self.user_id, self.frames());
    }

    /// The first frame for which `wanted` holds and that no earlier wait has taken; reads on until one comes.
    ///
    /// # Panics
    /// With all frames seen, when none comes in time or the connection ends.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let mut looked_at = 0;
        loop {
            if let Some(index) = (looked_at..self.untaken.len()).find(|index| wanted(&self.untaken[*index])) {
                return self.untaken.remove(index).expect("it was just found there");
            }
            looked_at = self.untaken.len();
            if let Some(closed) = self.closed {
                panic!("{} waits for {what}, but was closed: {closed:?}; {}", self.user_id, self.frames());
            }
            self.read(what, deadline).await;
        }
    }

    /// Waits for the message with this body in this room.
    pub async fn message(&mut self, room: &str, body: &str) -> Value {
        let what = format!("the message {body:?}");
        self.event(&what, |event| event["roomId"] == room && event["body"] == body).await
    }

    /// Waits for an event for which `wanted` holds.
    pub async fn event(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let frame = self.until(what, |frame| frame["type"] == "event" && wanted(&frame["event"])).await;
        frame["event"].clone()
    }

    /// Waits until this connection has heard a room up to `seq`, in whatever frames.
    pub async fn heard(&mut self, room: &str, seq: i64) {
        let what = format!("event {seq} of {room}");
        let deadline = Instant::now() + PATIENCE;
        while self.order.last(room).is_none_or(|last| last < seq) {
            assert_eq!(self.closed, None, "{} waits for {what}; {}", self.user_id, self.frames());
            self.read(&what, deadline).await;
        }
    }

    /// Reads until the connection ends, and tells how.
    pub async fn closed(&mut self) -> Closed {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(closed) = self.closed {
                return closed;
            }
            self.read("the end", deadline).await;
        }
    }

    /// Waits for the reply to a `ping`: whatever the server had queued for this connection before is seen then.
    pub async fn settle(&mut self) {
        let result = self.ok(json!({"type": "ping"})).await;
        assert_eq!(result, json!({}), "ping says nothing");
    }

    /// Who is connected.
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// All frames so far, taken or not.
    pub fn seen(&self) -> &[Value] {
        &self.seen
    }

    /// Every event that this connection was told of, also as the result of its own commands.
    pub fn told(&self) -> impl Iterator<Item = &Value> {
        let events = self.seen.iter().filter(|frame| frame["type"] == "event").map(|frame| &frame["event"]);
        let results = self.seen.iter().filter(|frame| frame["type"] == "ok").map(|frame| &frame["result"]);
        events.chain(results.flat_map(|result| result.get("kind").map(|_| result).or_else(|| result.get("event"))))
    }

    /// The events of a room that this connection has heard, in order, its own `ok`s among them.
    pub fn events(&self, room: &str) -> &[Value] {
        self.order.events(room)
    }

    async fn read(&mut self, what: &str, deadline: Instant) {
        let Ok(next) = timeout_at(deadline, self.stream.next()).await else {
            panic!("{} waited {PATIENCE:?} for {what}; {}", self.user_id, self.frames());
        };
        match next {
            Some(Ok(Message::Text(text))) => self.take_frame(text.as_str()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Close(frame))) => self.closed = Some(Closed(frame.map(|frame| frame.code.into()))),
            Some(Ok(other)) => panic!("a frame that is not text: {other:?}"),
            Some(Err(Error::ConnectionClosed | Error::AlreadyClosed | Error::Io(_) | Error::Protocol(_))) | None => {
                self.closed = Some(Closed(None));
            }
            Some(Err(error)) => panic!("{}: {error}; {}", self.user_id, self.frames()),
        }
    }

    fn take_frame(&mut self, text: &str) {
        assert!(text.starts_with(r#"{"type":""#), "`type` comes first: {text}");
        assert!(is_compact(text), "written compact: {text}");
        let frame: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("no JSON ({error}): {text}"));
        self.seen.push(frame.clone());
        let kind = frame["type"].as_str().expect("begins with it");
        assert!(FRAME_TYPES.contains(&kind), "the contract knows no such frame: {text}");
        match kind {
            "welcome" => {
                for room in frame["rooms"].as_array().unwrap_or_else(|| panic!("a welcome without rooms: {text}")) {
                    let has = self.resumed.get(id_of(room)).copied();
                    self.order.begin(id_of(room), has.unwrap_or_else(|| last_seq_of(room)));
                }
            }
            "room_added" => self.order.begin(id_of(&frame["room"]), last_seq_of(&frame["room"])),
            "room_removed" => self.order.end(id_of(&frame)),
            "event" => self.order.next(&frame["event"]),
            "ok" if frame["result"].get("kind").is_some() => match self.client_id(&frame) {
                Some(client_id) if self.doubtful.contains(&client_id) => {
                    self.order.answered_after_doubt(&frame["result"]);
                }
                client_id => self.order.answered(&frame["result"], client_id.as_deref()),
            },
            // That of a change which changed nothing tells of none.
            "ok" if frame["result"].get("event").is_some() => self.order.next(&frame["result"]["event"]),
            "error" => {
                assert_problem(&frame["problem"]);
                if Unavailable::told(&frame["problem"]) == Some(Unavailable::Unknown) {
                    self.doubtful.extend(self.client_id(&frame));
                }
            }
            _ => {}
        }
        self.untaken.push_back(frame);
    }

    /// The `clientId` of the command that this frame answers.
    fn client_id(&self, reply: &Value) -> Option<String> {
        let id = reply["id"].as_u64()?;
        self.client_ids.get(&id).unwrap_or_else(|| panic!("a reply to no command of ours: {reply}")).clone()
    }

    fn frames(&self) -> String {
        let frames: Vec<String> = self.seen.iter().map(Value::to_string).collect();
        format!("frames seen by {}:\n{}", self.user_id, frames.join("\n"))
    }
}

fn is_reply(frame: &Value, id: u64) -> bool {
    matches!(frame["type"].as_str(), Some("ok" | "error")) && frame["id"] == id
}

fn id_of(room: &Value) -> &str {
    room["roomId"].as_str().unwrap_or_else(|| panic!("no roomId: {room}"))
}

fn last_seq_of(room: &Value) -> i64 {
    room["lastSeq"].as_i64().unwrap_or_else(|| panic!("no lastSeq: {room}"))
}

/// No white space outside strings.
fn is_compact(json: &str) -> bool {
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            b' ' | b'\n' | b'\r' | b'\t' if !in_string => return false,
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_compact;

    #[test]
    fn spaces_count_outside_strings_alone() {
        assert!(is_compact(r#"{"a":"b c","d":"\" e"}"#));
        assert!(!is_compact(r#"{"a": 1}"#));
        assert!(!is_compact(r#"{"a":"\\" }"#));
    }
}
