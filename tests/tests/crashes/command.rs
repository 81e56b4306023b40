//! What is asked of the server, and what became of it.

use std::collections::BTreeMap;

use chat_tests::{Answer, Client, ROOM_PASSWORD, Server, Unavailable};
use http::Method;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

/// The owner of every room.
pub(crate) const OWNER: &str = "alice";
/// Who asks for grants.
pub(crate) const OPERATOR: &str = "operator";
/// How much a grant is.
pub(crate) const GRANT: i64 = 7;

/// Who can ask, by name.
pub(crate) struct Clients(pub(crate) BTreeMap<String, Client>);

impl Clients {
    pub(crate) fn of(&self, name: &str) -> &Client {
        &self.0[name]
    }

    /// The same sessions at a server that was started again.
    pub(crate) fn at(&self, server: &Server) -> Self {
        Self(self.0.iter().map(|(name, client)| (name.clone(), client.at(server))).collect())
    }
}

/// An invite that was answered, or found when the answer was lost; only the answer tells the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invite {
    pub(crate) id: String,
    pub(crate) token: Option<String>,
}

/// One command, whose sender is in `by`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) by: String,
    pub(crate) what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Send { room: String, client_id: String },
    Join { room: String, invite: Option<Invite> },
    Leave { room: String },
    Grant { user: String, key: String },
    Invite { room: String, user: String },
    Befriend { user: String },
    Accept { request: String },
    Withdraw { request: String },
    Unfriend { user: String },
    Block { user: String },
    Unblock { user: String },
}

/// What a message says. Each has its own text.
pub(crate) fn body_of(client_id: &str) -> String {
    format!("This is {client_id}, with an é and a 🦀.")
}

impl Command {
    pub(crate) fn new(by: &str, what: What) -> Self {
        Self { by: by.to_owned(), what }
    }

    pub(crate) fn request(&self, clients: &Clients) -> RequestBuilder {
        let client = clients.of(&self.by);
        let post = |path: &str, body: Value| client.request(Method::POST, path).json(&body);
        match &self.what {
            What::Send { room, client_id } => post("/api/messages", message(room, client_id)),
            What::Join { room, invite: None } => {
                post("/api/joinroom", json!({"roomId": room, "password": ROOM_PASSWORD}))
            }
            What::Join { invite: Some(invite), .. } => post("/api/joinroom", json!({"inviteToken": invite.token})),
            What::Leave { room } => client.request(Method::POST, &format!("/api/chatrooms/{room}/leave")),
            // The ledger shows reasons and no keys.
            What::Grant { user, key } => {
                post(&format!("/admin/users/{user}/coins"), json!({"amount": GRANT, "reason": key, "key": key}))
            }
            What::Invite { room, user } => {
                post(&format!("/api/chatrooms/{room}/invites"), json!({"userId": user, "password": ROOM_PASSWORD}))
            }
            What::Befriend { user } => post("/api/friend-requests", json!({"userId": user})),
            What::Accept { request } => client.request(Method::POST, &format!("/api/friend-requests/{request}/accept")),
            What::Withdraw { request } => client.request(Method::DELETE, &format!("/api/friend-requests/{request}")),
            What::Unfriend { user } => client.request(Method::DELETE, &format!("/api/friends/{user}")),
            What::Block { user } => client.request(Method::PUT, &format!("/api/blocks/{user}")),
            What::Unblock { user } => client.request(Method::DELETE, &format!("/api/blocks/{user}")),
        }
    }

    /// Asks once, by REST.
    pub(crate) async fn ask(&self, clients: &Clients) -> Outcome {
        let answer = clients.of(&self.by).attempt(self.request(clients)).await;
        answer.map_or(Outcome::Lost, Outcome::of)
    }
}

/// A message as REST and WebSocket take it.
pub(crate) fn message(room: &str, client_id: &str) -> Value {
    json!({"roomId": room, "body": body_of(client_id), "clientId": client_id})
}

/// What became of a command.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// Acknowledged, with this answer.
    Done(Value),
    /// Refused by a rule, with this code: nothing was changed.
    Refused(String),
    /// The server said that nothing was changed for want of its database.
    NotDone,
    /// The server said that it does not know.
    Unknown,
    /// The connection broke before an answer.
    Lost,
}

impl Outcome {
    fn of(answer: Answer) -> Self {
        if answer.status < 300 { Self::Done(answer.json) } else { Self::refusal(&answer.json) }
    }

    /// The reply to a command by WebSocket.
    pub(crate) fn of_reply(reply: &Value) -> Self {
        if reply["type"] == "ok" { Self::Done(reply["result"].clone()) } else { Self::refusal(&reply["problem"]) }
    }

    fn refusal(problem: &Value) -> Self {
        match Unavailable::told(problem) {
            Some(Unavailable::NotDone) => Self::NotDone,
            Some(Unavailable::Unknown) => Self::Unknown,
            None => Self::Refused(problem["code"].as_str().expect("checked on arrival").to_owned()),
        }
    }

    /// Whether the server decided on the command, and said how.
    pub(crate) fn is_definite(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Refused(_))
    }
}
