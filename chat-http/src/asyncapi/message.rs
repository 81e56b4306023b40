//! What is said, and by whom: each command, each frame, each answer.

use serde_json::{Map, Value, json};

use super::{examples, schemas, schemas::Schemas};
use crate::websocket::{AnswerType, COMMANDS, CommandType};

/// The contents of an `ok`.
const RESULTS: [AnswerType; 4] =
    [AnswerType::Event, AnswerType::ChangedMessage, AnswerType::ReadPosition, AnswerType::Empty];

/// Whose it is, and where it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The client's, over the WebSocket.
    Command,
    /// The server's, over the WebSocket and as answer to a command alone.
    Answer,
    /// The server's, over both; over the WebSocket as answer alone.
    Welcome,
    /// The server's, over both.
    Frame,
}

/// One message of the document.
pub(super) struct Message {
    /// Its name in the document.
    name: String,
    /// Its `type` on the wire.
    kind: &'static str,
    part: Part,
    payload: Value,
    example: Option<Value>,
}

/// All of them.
pub(super) fn all(schemas: &Schemas) -> Vec<Message> {
    let commands = COMMANDS.iter().map(|command| Message {
        name: command_name(command),
        kind: command.name,
        part: Part::Command,
        payload: schemas::command(command),
        example: examples::command(command.name),
    });
    let answers = RESULTS.into_iter().filter_map(|answer| {
        let payload = schemas::ok(answer)?;
        Some(Message {
            name: answer_name(answer),
            kind: "ok",
            part: Part::Answer,
            payload,
            example: examples::ok(answer),
        })
    });
    let examples: Vec<Value> = examples::frames().chain(examples::event()).collect();
    let frames = schemas.frames().map(|(kind, payload)| Message {
        name: frame_name(kind),
        kind,
        part: if kind == "welcome" { Part::Welcome } else { Part::Frame },
        payload,
        example: examples.iter().find(|example| example["type"] == kind).cloned(),
    });
    commands.chain(answers).chain(frames).collect()
}

fn command_name(command: &CommandType) -> String {
    format!("{}Command", camel(command.name))
}

fn frame_name(kind: &str) -> String {
    format!("{}Frame", camel(kind))
}

fn answer_name(answer: AnswerType) -> String {
    match answer {
        AnswerType::Welcome => frame_name("welcome"),
        AnswerType::Event => "okEvent".to_owned(),
        AnswerType::ChangedMessage => "okChangedMessage".to_owned(),
        AnswerType::ReadPosition => "okReadPosition".to_owned(),
        AnswerType::Empty => "okEmpty".to_owned(),
    }
}

fn camel(snake: &str) -> String {
    let words = snake.split('_').enumerate();
    words.map(|(index, word)| if index == 0 { word.to_owned() } else { capital(word) }).collect()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

impl Message {
    /// Its schema, under the name that it has among the components.
    pub(super) fn schema(&self) -> (String, Value) {
        (capital(&self.name), self.payload.clone())
    }

    /// Itself, under its name.
    pub(super) fn component(&self) -> (String, Value) {
        let text = self.payload["description"].as_str().unwrap_or_default();
        let (first, _) = text.split_once(['.', ':']).unwrap_or((text, ""));
        let what = if self.part == Part::Command { "command" } else { "frame" };
        let mut message = json!({
            "name": self.name,
            "title": format!("The {what} {}", self.kind),
            "summary": format!("{}.", first.replace('\n', "")),
            "description": text,
            "contentType": "application/json",
            "payload": {"$ref": format!("#/components/schemas/{}", capital(&self.name))},
        });
        if self.payload["properties"].get("id").is_some() {
            message["correlationId"] = json!({"$ref": "#/components/correlationIds/command"});
        }
        if let Some(example) = &self.example {
            message["examples"] = json!([{"name": self.kind, "payload": example}]);
        }
        (self.name.clone(), message)
    }

    /// Where it stands among the components, under its name: for a channel.
    fn reference(&self) -> (String, Value) {
        (self.name.clone(), json!({"$ref": format!("#/components/messages/{}", self.name)}))
    }
}

/// The messages of the WebSocket, for its channel.
pub(super) fn of_websocket(messages: &[Message]) -> Map<String, Value> {
    messages.iter().map(Message::reference).collect()
}

/// The messages of the event stream, for its channel.
pub(super) fn of_stream(messages: &[Message]) -> Map<String, Value> {
    let streamed = messages.iter().filter(|message| matches!(message.part, Part::Welcome | Part::Frame));
    streamed.map(Message::reference).collect()
}

/// What is sent and received: an operation for each command, and one for the rest of each channel.
pub(super) fn operations(messages: &[Message], websocket: &str, stream: &str) -> Map<String, Value> {
    let channel = |channel: &str| json!({"$ref": format!("#/channels/{channel}")});
    let named = |channel: &str, name: &str| json!({"$ref": format!("#/channels/{channel}/messages/{name}")});
    let heard = |channel: &str, parts: &[Part]| -> Vec<Value> {
        let parts = messages.iter().filter(|message| parts.contains(&message.part));
        parts.map(|message| named(channel, &message.name)).collect()
    };
    let commands = COMMANDS.iter().map(|command| {
        let name = command_name(command);
        let text = (command.describe)().text.trim();
        let operation = json!({
            "action": "send",
            "channel": channel(websocket),
            "title": format!("The command {}", command.name),
            "summary": text,
            "description": format!("{text} It is answered under its number."),
            "messages": [named(websocket, &name)],
            "reply": {
                "channel": channel(websocket),
                "messages": [
                    named(websocket, &answer_name(command.answer)),
                    named(websocket, &frame_name("error")),
                ],
            },
        });
        (command.name.to_owned(), operation)
    });
    let hear = json!({
        "action": "receive",
        "channel": channel(websocket),
        "title": "Hear what happens",
        "summary": "The frames that answer no command.",
        "description": "The frames that answer no command. An `error` without a number is of a command without one.",
        "messages": heard(websocket, &[Part::Frame]),
    });
    let listen = json!({
        "action": "receive",
        "channel": channel(stream),
        "title": "Hear what happens, and say nothing",
        "summary": "Each frame is the JSON of one `data`.",
        "description": "Each frame is the JSON of one `data`, and answers no command.",
        "messages": heard(stream, &[Part::Welcome, Part::Frame]),
        "bindings": {"http": {"method": "GET", "bindingVersion": "0.3.0"}},
    });
    commands.chain([("hear".to_owned(), hear), ("listen".to_owned(), listen)]).collect()
}
