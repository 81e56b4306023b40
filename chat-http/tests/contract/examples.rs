//! Each message has an example, which its own schema takes and no other of the same side.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::document;

/// A message: its name, its example, and what takes it.
struct Message {
    name: String,
    example: Value,
    schema: Validator,
}

fn messages() -> Vec<Message> {
    let document = document();
    let mut components = document["components"].clone();
    components["schemas"].as_object_mut().unwrap().values_mut().for_each(close);
    let messages = document["components"]["messages"].as_object().unwrap();
    let message = |(name, message): (&String, &Value)| {
        let schema = json!({"$ref": message["payload"]["$ref"], "components": components});
        let schema = jsonschema::draft7::new(&schema).unwrap();
        Message { name: name.clone(), example: message["examples"][0]["payload"].clone(), schema }
    };
    messages.iter().map(message).collect()
}

/// Clients ignore members that they do not know; here there are to be none.
fn close(schema: &mut Value) {
    if schema.get("properties").is_some() {
        schema["additionalProperties"] = false.into();
    }
}

#[test]
fn each_message_has_an_example_that_its_schema_takes() {
    let messages = messages();
    assert_eq!(messages.len(), 9 + 4 + 11, "commands, kinds of ok, other frames");
    for Message { name, example, schema } in &messages {
        let faults: Vec<_> = schema.iter_errors(example).map(|fault| fault.to_string()).collect();
        assert!(example.is_object() && faults.is_empty(), "{name}: {faults:?} in {example}");
    }
}

#[test]
fn what_is_said_is_known_by_its_schema_alone() {
    let messages = messages();
    for Message { name, example, .. } in &messages {
        let takers = messages.iter().filter(|message| message.schema.is_valid(example));
        let takers: Vec<_> = takers.map(|message| &message.name).collect();
        assert_eq!(takers, [name]);
    }
}

#[test]
fn a_schema_takes_nothing_without_what_it_requires_nor_with_more() {
    for Message { name, example, schema } in messages() {
        let mut more = example.clone();
        more["more"] = true.into();
        assert!(!schema.is_valid(&more), "{name}");
        let whole: &Map<String, Value> = example.as_object().unwrap();
        for kind in ["type", "id", "roomId", "event", "room", "problem", "result"] {
            let mut without = whole.clone();
            let optional = kind == "id" && ["welcomeFrame", "errorFrame"].contains(&name.as_str());
            if without.remove(kind).is_some() && !optional {
                assert!(!schema.is_valid(&Value::Object(without)), "{name} without {kind}");
            }
        }
    }
}
