//! The schemas of the document: those of the types by which frames are written and commands read.

use poem_openapi::{
    registry::{MetaSchema, MetaSchemaRef, Registry},
    types::Type,
};
use serde_json::{Map, Value, json};

use crate::{
    live::{
        declare::{CommandId, DescribedFrame},
        frame::Frame,
    },
    openapi::{all_codes, plain_integers},
    request::Description,
    response::DescribedField,
    websocket::{AnswerType, CommandType},
    wire::{
        event::{Event, MessageEvent},
        message::{ChangedMessage, ReadPosition},
    },
};

/// All types that frames are made of, and the frames.
pub(super) struct Schemas {
    registry: Registry,
    frames: Vec<DescribedFrame>,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let mut registry = Registry::new();
        let mut frames = Frame::describe(&mut registry);
        Event::register(&mut registry);
        ChangedMessage::register(&mut registry);
        ReadPosition::register(&mut registry);
        frames.push(event());
        Self { registry, frames }
    }

    /// The frames but for `ok`, each with its type and its schema.
    pub(super) fn frames(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.frames.iter().map(|frame| (frame.kind, payload(frame.kind, frame.text, &frame.fields)))
    }

    /// The types that the frames' schemas lead to, by their names.
    pub(super) fn types(&self) -> Map<String, Value> {
        let mut types: Map<_, _> =
            self.registry.schemas.iter().map(|(name, schema)| (name.clone(), written(schema))).collect();
        if let Some(problem) = types.get_mut("Problem") {
            problem["properties"]["code"]["description"] = all_codes().into();
        }
        types
    }
}

/// The schema of a command.
pub(super) fn command(command: &CommandType) -> Value {
    let Description { text, fields } = (command.describe)();
    let id = DescribedField {
        name: "id",
        text: "A number of the client's choice, which the answer bears.",
        required: true,
        schema: CommandId::schema_ref(),
    };
    let fields = fields.into_iter().map(|field| DescribedField {
        name: field.name,
        text: if field.text.trim().is_empty() { field.schema.description.unwrap_or_default() } else { field.text },
        required: field.required,
        schema: MetaSchemaRef::Inline(Box::new(field.schema)),
    });
    payload(command.name, text, &[id].into_iter().chain(fields).collect::<Vec<_>>())
}

/// The schema of the `ok` to a command that is answered so; `None` where the answer is another frame.
pub(super) fn ok(answer: AnswerType) -> Option<Value> {
    let (text, result) = match answer {
        AnswerType::Welcome => return None,
        AnswerType::Event => ("The message was logged.", MessageEvent::schema_ref()),
        AnswerType::ChangedMessage => ("The message is as was asked for.", ChangedMessage::schema_ref()),
        AnswerType::ReadPosition => ("The read position is this.", ReadPosition::schema_ref()),
        AnswerType::Empty => {
            ("It is done, and there is nothing to say.", MetaSchemaRef::Inline(Box::new(MetaSchema::new("object"))))
        }
    };
    let fields = [
        DescribedField {
            name: "id",
            text: "Of the command that it answers.",
            required: true,
            schema: CommandId::schema_ref(),
        },
        DescribedField { name: "result", text: "What REST answers.", required: true, schema: result },
    ];
    let mut schema = payload("ok", text, &fields);
    if answer == AnswerType::Empty {
        schema["properties"]["result"]["maxProperties"] = 0.into();
    }
    Some(schema)
}

/// What is encoded once for all connections.
fn event() -> DescribedFrame {
    let schema = Event::schema_ref();
    let field = DescribedField { name: "event", text: "The event.", required: true, schema };
    let text = "Something happened in a room: every event once, in the order of the room's log.";
    DescribedFrame { kind: "event", text, fields: vec![field] }
}

/// The schema of an object with this `type`.
fn payload(kind: &str, text: &str, fields: &[DescribedField]) -> Value {
    let described = fields.iter().map(|field| (field.name.to_owned(), described(field)));
    let kind = ("type".to_owned(), json!({"type": "string", "const": kind}));
    let required = fields.iter().filter(|field| field.required).map(|field| field.name);
    let required: Vec<_> = ["type"].into_iter().chain(required).collect();
    let properties: Map<_, _> = [kind].into_iter().chain(described).collect();
    json!({
        "type": "object",
        "description": text.trim(),
        "required": required,
        "properties": properties,
    })
}

fn described(field: &DescribedField) -> Value {
    let mut schema = written(&field.schema);
    // Beside a `$ref` JSON Schema of that age takes nothing.
    if schema.get("$ref").is_none() {
        schema["description"] = field.text.trim().into();
    }
    schema
}

fn written(schema: &impl serde::Serialize) -> Value {
    let mut schema = json!(schema);
    plain_integers(&mut schema);
    // OpenAPI's is an object, AsyncAPI's a name; the kinds exclude one another without it.
    if let Some(members) = schema.as_object_mut() {
        members.remove("discriminator");
    }
    schema
}
