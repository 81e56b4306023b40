//! A client of the event stream, which checks each frame and the order of events on its own.

use http::{Method, header};
use reqwest::Response;
use serde_json::Value;
use tokio::time::timeout;

use crate::answer::assert_problem;
use crate::frame::{self, id_of, last_seq_of};
use crate::order::RoomOrder;
use crate::{Client, PATIENCE};

/// One stream, from its welcome on. Events of a room must come one after another, also over a reconnection.
pub struct Listener {
    response: Option<Response>,
    /// What was read and is no whole message yet.
    rest: Vec<u8>,
    last_id: Option<String>,
    order: RoomOrder,
    seen: Vec<Value>,
    may_break: bool,
}

/// What stands between two empty lines.
enum Message {
    Frame(Value),
    Beat,
}

impl Listener {
    /// Opens a stream and hears its welcome.
    pub async fn open(client: &Client) -> Self {
        Self::resume(client, None, RoomOrder::default()).await
    }

    /// Ends this one and comes back from the last id that it has heard, perhaps with another token.
    pub async fn again(mut self, client: &Client) -> Self {
        self.response = None;
        Self::resume(client, self.last_id, self.order).await
    }

    async fn resume(client: &Client, last_id: Option<String>, order: RoomOrder) -> Self {
        let mut request = client.request(Method::GET, "/api/events");
        if let Some(id) = &last_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{response:?}");
        let text = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!(text(header::CONTENT_TYPE.as_str()), Some("text/event-stream"));
        assert_eq!(text(header::CACHE_CONTROL.as_str()), Some("no-store"));
        assert_eq!(text("x-accel-buffering"), Some("no"));
        let (response, rest, seen) = (Some(response), Vec::new(), Vec::new());
        let mut listener = Self { response, rest, last_id, order, seen, may_break: false };
        let welcome = listener.next().await.expect("a welcome");
        assert_eq!(welcome["type"], "welcome", "{welcome}");
        assert!(welcome.get("id").is_none(), "it answers no command: {welcome}");
        listener
    }

    /// The next frame, `None` at the end.
    ///
    /// # Panics
    /// When neither comes in time, or what comes is no frame.
    pub async fn next(&mut self) -> Option<Value> {
        loop {
            match self.message().await? {
                Message::Frame(frame) => return Some(frame),
                Message::Beat => {}
            }
        }
    }

    async fn message(&mut self) -> Option<Message> {
        loop {
            if let Some(end) = self.rest.windows(2).position(|pair| pair == b"\n\n") {
                let message: Vec<u8> = self.rest.drain(..end + 2).collect();
                let message = String::from_utf8(message).expect("UTF-8");
                return Some(self.take(message.trim_end_matches('\n')));
            }
            match timeout(PATIENCE, self.response.as_mut()?.chunk()).await.expect("something in time") {
                Ok(Some(chunk)) => self.rest.extend_from_slice(&chunk),
                Ok(None) => {
                    assert!(self.rest.is_empty(), "it ends within a message");
                    self.response = None;
                }
                Err(error) => {
                    assert!(self.may_break, "a broken stream: {error}");
                    self.response = None;
                }
            }
        }
    }

    fn take(&mut self, message: &str) -> Message {
        if message == ":" {
            return Message::Beat;
        }
        let (id, data) = match message.split_once('\n') {
            Some((id, data)) => (Some(id.strip_prefix("id: ").expect("an id")), data),
            None => (None, message),
        };
        let (kind, frame) = frame::read(data.strip_prefix("data: ").expect("data"));
        let moves = ["welcome", "event", "room_added", "room_removed", "reset"].contains(&kind.as_str());
        assert_eq!(id.is_some(), moves, "an id stands with what says how far one is: {message}");
        match kind.as_str() {
            "welcome" => {
                for room in frame["rooms"].as_array().expect("rooms") {
                    if self.order.last(id_of(room)).is_none() {
                        self.order.begin(id_of(room), last_seq_of(room));
                    }
                }
            }
            "event" => self.order.next(&frame["event"]),
            "room_added" => self.order.begin(id_of(&frame["room"]), last_seq_of(&frame["room"])),
            "room_removed" => self.order.end(id_of(&frame)),
            "reset" => self.order.restart(id_of(&frame), last_seq_of(&frame)),
            "error" => assert_problem(&frame["problem"]),
            "ok" => panic!("nobody has asked: {message}"),
            _ => {}
        }
        if let Some(id) = id {
            assert!(id.len() <= 4 * 1024, "{} characters", id.len());
            self.last_id = Some(id.to_owned());
        }
        self.seen.push(frame.clone());
        Message::Frame(frame)
    }

    /// Reads on until a frame comes for which `wanted` holds.
    ///
    /// # Panics
    /// When the stream ends before.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.next().await;
            let frame = frame.unwrap_or_else(|| panic!("the end comes before {what}, after {:?}", self.seen.last()));
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// Reads on until a room was heard so far.
    pub async fn heard(&mut self, room: &str, seq: i64) {
        while self.order.last(room).is_none_or(|last| last < seq) {
            self.until("the next event", |_| true).await;
        }
    }

    /// Reads to the end, which may be anywhere.
    pub async fn broken(&mut self) {
        self.may_break = true;
        while self.next().await.is_some() {}
    }

    /// Reads to the end, and answers the last frame.
    ///
    /// # Panics
    /// When there was none.
    pub async fn ended(&mut self) -> Value {
        while self.next().await.is_some() {}
        self.seen.last().expect("a welcome at least").clone()
    }

    /// Waits for a comment that says that the stream lives.
    ///
    /// # Panics
    /// When the stream ends before.
    pub async fn beat(&mut self) {
        while let Message::Frame(_) = self.message().await.expect("no end before a heartbeat") {}
    }

    /// The events of a room that were heard, over all its streams.
    pub fn events(&self, room: &str) -> &[Value] {
        self.order.events(room)
    }

    /// How far it has heard a room, `None` for one that it does not hear.
    pub fn last(&self, room: &str) -> Option<i64> {
        self.order.last(room)
    }

    /// The id to come back with.
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// All frames of this stream.
    pub fn seen(&self) -> &[Value] {
        &self.seen
    }
}
