//! What clients say.

use chat_core::error::{Fault, FieldCode, FieldError};
use serde_json::{Number, Value};

use super::request::{Auth, Delete, Edit, Hello, React, Read, Send, Typing};
use crate::{
    fields::{Decode, Fields, UnknownFields},
    limits::Kind,
    request::{DescribedRequest, Description},
    strict_json,
};

/// A command, its fields read but for the ids of what must exist: a malformed one is found nowhere.
pub(super) enum Command {
    Hello(Hello),
    Send(Send),
    Change(Change),
    Read(Read),
    Typing(Typing),
    Auth(Auth),
    Ping,
}

impl Command {
    /// With what it is counted.
    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Send(_) | Self::Change(_) => Kind::Send,
            Self::Read(_) => Kind::Write,
            // It writes nothing.
            Self::Typing(_) => Kind::Read,
            // Who has read too much shall still be able to stay.
            Self::Hello(_) | Self::Auth(_) | Self::Ping => Kind::Read,
        }
    }
}

/// What changes a message that was sent before.
pub(super) enum Change {
    Edit(Edit),
    Delete(Delete),
    React(React),
}

/// What became of reading a frame.
pub(super) enum Heard {
    /// A command, and the number to answer it under.
    Command(Number, Command),
    /// It is wrong in its fields; answered under the number, where it has one.
    Refused {
        id: Option<Number>,
        faults: Vec<FieldError>,
        /// It was meant as a command other than `hello`, which must not come before that.
        not_hello: bool,
    },
    /// It is no command at all: what follows cannot be trusted to be understood either.
    Nonsense(&'static str),
}

/// Reads a text frame.
pub(super) fn read(text: &str) -> Heard {
    let Ok(Value::Object(mut members)) = strict_json::parse(text.as_bytes()) else {
        return Heard::Nonsense("a frame is one JSON object");
    };
    let Some(Value::String(kind)) = members.remove("type") else {
        return Heard::Nonsense("a frame has a type");
    };
    let not_hello = kind != HELLO && COMMANDS.iter().any(|command| command.name == kind);
    let refused = |id, field: &'static str, code, message: &'static str| Heard::Refused {
        id,
        faults: vec![Fault::new(code, message).at(field)],
        not_hello,
    };
    let id = match members.remove("id") {
        Some(Value::Number(id)) => id,
        Some(Value::Null) | None => return refused(None, "id", FieldCode::Required, "must be given"),
        Some(_) => return refused(None, "id", FieldCode::WrongType, "must be a number"),
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == kind) else {
        return refused(Some(id), "type", FieldCode::Unknown, "there is no such command");
    };
    match (command.read)(Fields::new(members)) {
        Ok(command) => Heard::Command(id, command),
        Err(faults) => Heard::Refused { id: Some(id), faults, not_hello },
    }
}

/// One command of the contract.
pub(crate) struct CommandType {
    /// Its `type`.
    pub(crate) name: &'static str,
    /// Reads its fields.
    read: fn(Fields) -> Result<Command, Vec<FieldError>>,
    /// What it says about itself.
    pub(crate) describe: fn() -> Description,
    /// What it is answered with.
    pub(crate) answer: AnswerType,
}

/// What the answer to a command holds, where it is not an `error`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerType {
    /// No `ok`: the frame `welcome`.
    Welcome,
    /// The event that a message is.
    Event,
    /// A message that was to be changed, and what the change logged.
    ChangedMessage,
    /// How far a room is read.
    ReadPosition,
    /// Nothing.
    Empty,
}

/// All commands.
pub(crate) const COMMANDS: [CommandType; 9] = [
    described::<Hello>(HELLO, |fields| known(fields).map(Command::Hello), AnswerType::Welcome),
    described::<Send>("send", |fields| known(fields).map(Command::Send), AnswerType::Event),
    described::<Edit>(
        "edit",
        |fields| known(fields).map(Change::Edit).map(Command::Change),
        AnswerType::ChangedMessage,
    ),
    described::<Delete>(
        "delete",
        |fields| known(fields).map(Change::Delete).map(Command::Change),
        AnswerType::ChangedMessage,
    ),
    described::<React>(
        "react",
        |fields| known(fields).map(Change::React).map(Command::Change),
        AnswerType::ChangedMessage,
    ),
    described::<Read>("read", |fields| known(fields).map(Command::Read), AnswerType::ReadPosition),
    described::<Typing>("typing", |fields| known(fields).map(Command::Typing), AnswerType::Empty),
    described::<Auth>("auth", |fields| known(fields).map(Command::Auth), AnswerType::Empty),
    CommandType { name: "ping", read: |_| Ok(Command::Ping), describe: ping, answer: AnswerType::Empty },
];

const HELLO: &str = "hello";

const fn described<T: DescribedRequest>(
    name: &'static str,
    read: fn(Fields) -> Result<Command, Vec<FieldError>>,
    answer: AnswerType,
) -> CommandType {
    CommandType { name, read, describe: T::describe, answer }
}

fn known<T: Decode>(fields: Fields) -> Result<T, Vec<FieldError>> {
    fields.read(UnknownFields::Ignored)
}

fn ping() -> Description {
    Description {
        text: "Is answered after everything that waited for the connection when it was heard.",
        fields: vec![],
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};
    use serde_json::{Map, json};

    use super::*;
    use crate::asyncapi;

    fn outcome(text: &str) -> String {
        match read(text) {
            Heard::Command(id, command) => {
                let name = match command {
                    Command::Hello(_) => "hello",
                    Command::Send(_) => "send",
                    Command::Change(Change::Edit(_)) => "edit",
                    Command::Change(Change::Delete(_)) => "delete",
                    Command::Change(Change::React(_)) => "react",
                    Command::Read(_) => "read",
                    Command::Typing(_) => "typing",
                    Command::Auth(_) => "auth",
                    Command::Ping => "ping",
                };
                format!("{name} {id}")
            }
            Heard::Refused { id, faults, .. } => {
                let faults: Vec<_> = faults.iter().map(|fault| format!("{}:{}", fault.field, fault.code)).collect();
                format!("refused {} {}", id.map_or_else(|| "-".to_owned(), |id| id.to_string()), faults.join(","))
            }
            Heard::Nonsense(_) => "nonsense".to_owned(),
        }
    }

    #[test]
    fn a_command_is_read_whatever_else_stands_in_it() {
        assert_eq!(outcome(r#"{"type":"ping","id":7,"later":true}"#), "ping 7");
        assert_eq!(outcome(r#"{"id":1,"roomId":"x","body":"hi","type":"send"}"#), "send 1");
        assert_eq!(outcome(r#"{"id":1,"roomId":"x","seq":3,"body":"hi","type":"edit"}"#), "edit 1");
        assert_eq!(outcome(r#"{"id":1,"roomId":"x","seq":3,"type":"delete"}"#), "delete 1");
        assert_eq!(outcome(r#"{"id":1,"roomId":"x","seq":3,"emoji":"👍","type":"react"}"#), "react 1");
        assert_eq!(outcome(r#"{"type":"typing","id":2,"roomId":"x"}"#), "typing 2");
        assert_eq!(outcome(r#"{"id":1.5,"type":"hello"}"#), "hello 1.5");
    }

    #[test]
    fn what_is_no_object_with_a_type_is_nonsense() {
        for text in
            ["", "x", "[]", "null", "{}", r#"{"id":1}"#, r#"{"id":1,"type":5}"#, r#"{"type":"ping","type":"ping"}"#]
        {
            assert_eq!(outcome(text), "nonsense", "{text}");
        }
    }

    #[test]
    fn what_is_wrong_in_its_fields_is_answered_under_its_number() {
        assert_eq!(outcome(r#"{"type":"ping"}"#), "refused - id:required");
        assert_eq!(outcome(r#"{"type":"ping","id":"7"}"#), "refused - id:wrong_type");
        assert_eq!(outcome(r#"{"type":"dance","id":7}"#), "refused 7 type:unknown");
        assert_eq!(outcome(r#"{"type":"send","id":7,"body":""}"#), "refused 7 roomId:required,body:too_short");
        let react = outcome(r#"{"type":"react","id":7,"roomId":"x","seq":3,"emoji":":+1:","remove":1}"#);
        assert_eq!(react, "refused 7 emoji:bad_format,remove:wrong_type");
    }

    /// The example of a command in the AsyncAPI document, and its schema.
    fn documented(document: &Value, command: &CommandType) -> (Map<String, Value>, Value) {
        let message = &document["components"]["messages"][format!("{}Command", command.name)];
        let schema = message["payload"]["$ref"].as_str().unwrap().trim_start_matches('#');
        let example = message["examples"][0]["payload"].as_object().unwrap();
        (example.clone(), document.pointer(schema).unwrap().clone())
    }

    fn outcome_of(members: Map<String, Value>) -> String {
        outcome(&Value::Object(members).to_string())
    }

    #[test]
    fn each_example_of_the_document_is_read_and_not_without_what_its_schema_requires() {
        let document = asyncapi::document(false);
        for command in &COMMANDS {
            let (example, schema) = documented(&document, command);
            let (name, id) = (command.name, &example["id"]);
            assert_eq!(outcome_of(example.clone()), format!("{name} {id}"));
            for member in schema["properties"].as_object().unwrap().keys() {
                let mut without = example.clone();
                without.remove(member);
                let expected = match member.as_str() {
                    "type" => "nonsense".to_owned(),
                    "id" => "refused - id:required".to_owned(),
                    field if schema["required"].as_array().unwrap().contains(&json!(field)) => {
                        format!("refused {id} {field}:required")
                    }
                    _ => format!("{name} {id}"),
                };
                assert_eq!(outcome_of(without), expected, "{name} without {member}");
            }
        }
    }

    #[test]
    fn the_lengths_in_the_document_are_those_that_are_taken() {
        let document = asyncapi::document(false);
        let mut bounded = Vec::new();
        for command in &COMMANDS {
            let (example, schema) = documented(&document, command);
            let (name, id) = (command.name, &example["id"]);
            for (field, schema) in schema["properties"].as_object().unwrap() {
                let Some(longest) = schema["maxLength"].as_u64() else { continue };
                let with = |length: u64| {
                    let mut with = example.clone();
                    with[field] = "x".repeat(usize::try_from(length).unwrap()).into();
                    outcome_of(with)
                };
                assert_eq!(with(longest), format!("{name} {id}"), "{field}");
                assert_eq!(with(longest + 1), format!("refused {id} {field}:too_long"));
                assert_eq!((with(0), &schema["minLength"]), (format!("refused {id} {field}:too_short"), &json!(1)));
                bounded.push(format!("{name}.{field}"));
            }
        }
        assert_eq!(bounded, ["send.body", "send.clientId", "edit.body"]);
    }

    /// Text in which the pieces of commands stand in any order.
    fn pieces() -> impl Strategy<Value = String> {
        let pieces = [
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "\\",
            "\"type\"",
            "\"id\"",
            "\"send\"",
            "\"hello\"",
            "\"rooms\"",
            "\"roomId\"",
            "\"body\"",
            "\"seq\"",
            "\"ping\"",
            "7",
            "-1",
            "1e999",
            "null",
            "\"type\":\"ping\"",
            "\"id\":7",
            "\\ud800",
            "\u{0}",
            " ",
        ];
        proptest::collection::vec(select(pieces.to_vec()), 0..20).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn whatever_text_comes_is_a_command_only_if_it_is_an_object_with_its_type_and_its_number(
            text in prop_oneof![pieces(), any::<String>()],
        ) {
            let object = serde_json::from_str::<Value>(&text).unwrap_or_default();
            match read(&text) {
                Heard::Command(id, _) => {
                    prop_assert_eq!(&object["id"], &Value::Number(id));
                    prop_assert!(object["type"].is_string());
                }
                Heard::Refused { faults, .. } => prop_assert!(!faults.is_empty() && object["type"].is_string()),
                Heard::Nonsense(_) => {}
            }
        }

        #[test]
        fn a_command_is_known_whatever_its_number_and_what_stands_beside_it(id in any::<i64>(), more in "[a-z]{5,9}", value in any::<String>()) {
            let text = serde_json::json!({"type": "ping", "id": id, &more: value}).to_string();
            prop_assert_eq!(outcome(&text), format!("ping {id}"));
        }
    }
}
