//! A row of the table: an operation, and what is asked of it.

use std::future::ready;

use chat_core::model::operator::Right;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::caller::Caller;
use crate::stage::Stage;

/// Sets up what the request needs, and makes it.
type Prepare = for<'a> fn(&'a Stage) -> BoxFuture<'a, Request>;

/// An operation, and one case of it.
pub(crate) struct Row {
    /// `METHOD /path` as in the document, or the type of a command.
    pub(crate) operation: &'static str,
    /// What is asked, where one operation has more than one row.
    case: &'static str,
    pub(crate) prepare: Prepare,
    /// The right that an operator needs.
    pub(crate) right: Option<Right>,
    /// Of whom there can be none in this case.
    pub(crate) never: &'static [Caller],
}

pub(crate) fn row(operation: &'static str, prepare: Prepare) -> Row {
    Row { operation, case: "", prepare, right: None, never: &[] }
}

impl Row {
    pub(crate) fn case(self, case: &'static str) -> Self {
        Self { case, ..self }
    }

    pub(crate) fn takes(self, right: Right) -> Self {
        Self { right: Some(right), ..self }
    }

    pub(crate) fn never_by(self, never: &'static [Caller]) -> Self {
        Self { never, ..self }
    }

    /// What the row is called.
    pub(crate) fn name(&self) -> String {
        if self.case.is_empty() { self.operation.to_owned() } else { format!("{}, {}", self.operation, self.case) }
    }

    /// Whether it would change something: then a refusal is looked at twice.
    pub(crate) fn writes(&self) -> bool {
        !self.operation.starts_with("GET ") && !["hello", "typing", "auth", "ping"].contains(&self.operation)
    }
}

/// What the caller asks.
pub(crate) struct Request {
    /// The room that it concerns; it fills `{roomId}`.
    pub(crate) room: String,
    pub(crate) what: What,
}

/// How they ask it.
#[derive(Debug)]
pub(crate) enum What {
    /// A REST request: what fills the path beside the room, and the body.
    Rest(Vec<(&'static str, String)>, Option<Value>),
    /// An event stream.
    EventStream,
    /// The handshake of a WebSocket, with the token in a header.
    Handshake,
    /// The same as browsers do it, with the token as a subprotocol.
    BrowsersHandshake,
    /// A command on a WebSocket that the caller opens for it.
    Command(Value),
    /// A command on a WebSocket that was open already when the caller became what they are.
    LateCommand(Value),
    /// `hello` with the room as one that the client knows.
    HelloNaming,
    /// `auth` with the caller's token on the connection of somebody else.
    AuthElsewhere,
}

/// A request that needs nothing set up.
pub(crate) fn at_once<'a>(request: Request) -> BoxFuture<'a, Request> {
    Box::pin(ready(request))
}

impl Stage {
    /// A request of this kind.
    pub(crate) fn what(&self, what: What) -> Request {
        Request { room: self.room.clone(), what }
    }

    /// A REST request without a body.
    pub(crate) fn ask(&self) -> Request {
        self.what(What::Rest(Vec::new(), None))
    }
}

impl Request {
    /// Fills a place of the path.
    pub(crate) fn with(mut self, place: &'static str, id: &str) -> Self {
        if let What::Rest(ids, _) = &mut self.what {
            ids.push((place, id.to_owned()));
        }
        self
    }

    pub(crate) fn saying(mut self, body: Value) -> Self {
        if let What::Rest(_, slot) = &mut self.what {
            *slot = Some(body);
        }
        self
    }

    /// The same in another room than the stage's.
    pub(crate) fn within(self, room: String) -> Self {
        Self { room, ..self }
    }
}
