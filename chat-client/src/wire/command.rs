use std::collections::BTreeMap;

use serde::Serialize;

/// What a client says over the WebSocket, but for the number that the answer echoes.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(crate) enum Command {
    Hello {
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        rooms: BTreeMap<String, u64>,
    },
    Send {
        room_id: String,
        body: String,
        client_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        reply_to: Option<u64>,
    },
    Edit {
        room_id: String,
        seq: u64,
        body: String,
    },
    Delete {
        room_id: String,
        seq: u64,
    },
    React {
        room_id: String,
        seq: u64,
        emoji: String,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        remove: bool,
    },
    Read {
        room_id: String,
        seq: u64,
    },
    Typing {
        room_id: String,
    },
    Auth {
        access_token: String,
    },
}

/// A command under its number.
#[derive(Serialize)]
struct Numbered<'a> {
    id: u64,
    #[serde(flatten)]
    command: &'a Command,
}

impl Command {
    /// The frame that says it.
    pub(crate) fn text(&self, id: u64) -> String {
        #[expect(clippy::expect_used, reason = "text and numbers, under keys that are text")]
        serde_json::to_string(&Numbered { id, command: self }).expect("a command is JSON")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn commands_are_written_as_the_contract_says() {
        let room = || "r".to_owned();
        for (command, expected) in [
            (Command::Hello { rooms: BTreeMap::new() }, json!({"id": 9, "type": "hello"})),
            (
                Command::Hello { rooms: BTreeMap::from([(room(), 41)]) },
                json!({"id": 9, "type": "hello", "rooms": {"r": 41}}),
            ),
            (
                Command::Send { room_id: room(), body: "hi".to_owned(), client_id: "c".to_owned(), reply_to: Some(3) },
                json!({"id": 9, "type": "send", "roomId": "r", "body": "hi", "clientId": "c", "replyTo": 3}),
            ),
            (
                Command::Edit { room_id: room(), seq: 3, body: "ho".to_owned() },
                json!({"id": 9, "type": "edit", "roomId": "r", "seq": 3, "body": "ho"}),
            ),
            (Command::Delete { room_id: room(), seq: 3 }, json!({"id": 9, "type": "delete", "roomId": "r", "seq": 3})),
            (
                Command::React { room_id: room(), seq: 3, emoji: "👍".to_owned(), remove: false },
                json!({"id": 9, "type": "react", "roomId": "r", "seq": 3, "emoji": "👍"}),
            ),
            (
                Command::React { room_id: room(), seq: 3, emoji: "👍".to_owned(), remove: true },
                json!({"id": 9, "type": "react", "roomId": "r", "seq": 3, "emoji": "👍", "remove": true}),
            ),
            (Command::Read { room_id: room(), seq: 3 }, json!({"id": 9, "type": "read", "roomId": "r", "seq": 3})),
            (Command::Typing { room_id: room() }, json!({"id": 9, "type": "typing", "roomId": "r"})),
            (Command::Auth { access_token: "t".to_owned() }, json!({"id": 9, "type": "auth", "accessToken": "t"})),
        ] {
            assert_eq!(serde_json::from_str::<Value>(&command.text(9)).unwrap(), expected);
        }
    }
}
