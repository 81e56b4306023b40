//! What is said to the server and by it is as the documents of its contract have it.

use serde_json::{Deserializer, Value, json};

use crate::page::{Block, blocks, blocks_of, pages};
use crate::scripts::starts;

/// Takes whatever may go over a socket, without members that nobody knows.
fn frames() -> jsonschema::Validator {
    let document = include_str!("../../../chat-http/asyncapi.json");
    let document: Value = serde_json::from_str(document).expect("the committed document is JSON");
    let mut components = document["components"].clone();
    let schemas = components["schemas"].as_object_mut().expect("schemas");
    for schema in schemas.values_mut().filter(|schema| schema.get("properties").is_some()) {
        schema["additionalProperties"] = false.into();
    }
    let frames = schemas.iter().filter(|(_, schema)| schema["properties"]["type"]["const"].is_string());
    let frames: Vec<_> = frames.map(|(name, _)| json!({"$ref": format!("#/components/schemas/{name}")})).collect();
    assert!(frames.len() > 15, "commands and frames: {}", frames.len());
    jsonschema::draft7::new(&json!({"anyOf": frames, "components": components})).expect("the schemas of the document")
}

/// What is wrong with a value that stands in a page: a command, a frame, or a problem document.
fn fault(value: &Value) -> Option<String> {
    let frame = if value.get("status").is_some() {
        let expected = format!("/api/docs/errors#{}", value["code"].as_str().unwrap_or_default());
        if value["type"] != expected.as_str() {
            return Some(format!("its type is not {expected}: {value}"));
        }
        json!({"type": "error", "problem": value})
    } else {
        value.clone()
    };
    (!frames().is_valid(&frame)).then(|| format!("no frame, command or problem: {value}"))
}

/// What is wrong with JSON, of which there may be several values.
fn faults(block: &Block) -> Vec<String> {
    let values = Deserializer::from_str(&block.text).into_iter::<Value>();
    let faults = values.filter_map(|value| value.map_or_else(|error| Some(error.to_string()), |value| fault(&value)));
    faults.map(|fault| format!("{}: {fault}", block.place())).collect()
}

#[test]
fn the_json_of_the_pages_is_what_the_documents_of_the_contract_describe() {
    let faults: Vec<_> = blocks_of("json").iter().flat_map(faults).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    for bad in [
        r#"{"type":"dance"}"#,
        r#"{"type":"typing","id":1}"#,
        r#"{"type":"ping","id":1,"more":2}"#,
        r#"{"type":"ping","id":1"#,
        r#"{"type":"/api/docs/errors#a","title":"B","status":409,"code":"b","detail":"c","requestId":"d"}"#,
    ] {
        assert_eq!(self::faults(&Block::sample("json", bad)).len(), 1, "{bad}");
    }
    assert!(self::faults(&Block::sample("json", r#"{"type":"ping","id":1} {"type":"ping","id":2}"#)).is_empty());
}

/// What is wrong with lines of an event stream: each is a comment, an id, or data that is a frame.
fn faults_of_stream(block: &Block) -> Vec<String> {
    let faults = block.text.lines().filter_map(|line| match line.split_once(": ") {
        Some(("data", frame)) => match serde_json::from_str(frame) {
            Ok(frame) => fault(&frame),
            Err(error) => Some(format!("{error}: {line}")),
        },
        Some(("id", _)) => None,
        _ if line.is_empty() || line == ":" => None,
        _ => Some(format!("printed by nothing that was started before it, and no event: {line}")),
    });
    faults.map(|fault| format!("{}: {fault}", block.place())).collect()
}

#[test]
fn text_is_what_a_server_prints_or_an_event_stream() {
    let mut faults = Vec::new();
    for page in pages() {
        let blocks = blocks(&page);
        let before = std::iter::once(None).chain(blocks.iter().map(Some));
        let unprinted =
            before.zip(&blocks).filter(|(before, block)| block.kind == "text" && !before.is_some_and(starts));
        faults.extend(unprinted.flat_map(|(_, block)| faults_of_stream(block)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let sample = |text: &str| faults_of_stream(&Block::sample("text", text)).len();
    assert_eq!((sample("$ true\n"), sample("data: {}\n"), sample("id: 1\n\n:\n")), (1, 1, 0));
}
