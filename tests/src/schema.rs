//! What the AsyncAPI document says of the server's frames, for every frame that a test sees.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// By type: the schemas of its frames, of which one must take it.
static SCHEMAS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let document = include_str!("../../chat-http/asyncapi.json");
    let document: Value = serde_json::from_str(document).expect("the committed document is JSON");
    let mut components = document["components"].clone();
    let schemas = components["schemas"].as_object_mut().expect("schemas");
    // Clients pass over members that they do not know; here there are to be none.
    for schema in schemas.values_mut().filter(|schema| schema.get("properties").is_some()) {
        schema["additionalProperties"] = false.into();
    }
    let mut by_type = BTreeMap::<String, Vec<Value>>::new();
    for (name, schema) in schemas.iter().filter(|(name, _)| !name.ends_with("Command")) {
        if let Some(kind) = schema["properties"]["type"]["const"].as_str() {
            let reference = json!({"$ref": format!("#/components/schemas/{name}")});
            by_type.entry(kind.to_owned()).or_default().push(reference);
        }
    }
    let compiled = by_type.into_iter().map(|(kind, frames)| {
        let schema = json!({"anyOf": frames, "components": components});
        (kind, jsonschema::draft7::new(&schema).expect("the schemas of the document"))
    });
    compiled.collect()
});

/// Checks a frame of this type.
///
/// # Panics
/// When the document knows no such type, or no schema of it takes the frame.
#[track_caller]
pub(crate) fn check(kind: &str, frame: &Value) {
    let schema = SCHEMAS.get(kind).unwrap_or_else(|| panic!("the document knows no such frame: {frame}"));
    let faults: Vec<_> =
        schema.iter_errors(frame).map(|fault| format!("{}: {fault:?}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "not as the document says: {frame}\n{faults:#?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_each_type_of_frame() {
        let types: Vec<_> = SCHEMAS.keys().map(String::as_str).collect();
        let all = "error event friend notice ok presence receipt reset room_added room_removed typing welcome";
        assert_eq!(types.join(" "), all);
    }

    #[test]
    fn a_frame_is_taken_as_it_is_written() {
        check("reset", &json!({"type": "reset", "roomId": "r", "lastSeq": 7}));
        check("ok", &json!({"type": "ok", "id": 1, "result": {}}));
        check("ok", &json!({"type": "ok", "id": 1.5, "result": {"readSeq": 1, "unread": 0}}));
    }

    #[test]
    #[should_panic = "the document knows no such frame"]
    fn a_type_that_the_document_does_not_know_is_refused() {
        check("dance", &json!({"type": "dance"}));
    }

    #[test]
    #[should_panic = "not as the document says"]
    fn a_member_that_the_document_does_not_know_is_refused() {
        check("reset", &json!({"type": "reset", "roomId": "r", "lastSeq": 7, "more": 1}));
    }

    #[test]
    #[should_panic = "not as the document says"]
    fn a_word_that_the_document_does_not_know_is_refused() {
        check("room_removed", &json!({"type": "room_removed", "roomId": "r", "reason": "bored"}));
    }

    #[test]
    #[should_panic = "not as the document says"]
    fn a_result_that_no_command_has_is_refused() {
        check("ok", &json!({"type": "ok", "id": 1, "result": {"done": true}}));
    }
}
