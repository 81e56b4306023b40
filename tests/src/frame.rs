//! What a frame of the server's looks like, whichever way it comes.

use serde_json::Value;

use crate::schema;

/// A frame and its type, which comes first, in JSON that is written compact. The AsyncAPI document knows both.
///
/// # Panics
/// When it is not so.
pub(crate) fn read(text: &str) -> (String, Value) {
    assert!(text.starts_with(r#"{"type":""#), "`type` comes first: {text}");
    assert!(is_compact(text), "written compact: {text}");
    let frame: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("no JSON ({error}): {text}"));
    let kind = frame["type"].as_str().expect("begins with it").to_owned();
    schema::check(&kind, &frame);
    (kind, frame)
}

pub(crate) fn id_of(room: &Value) -> &str {
    room["roomId"].as_str().unwrap_or_else(|| panic!("no roomId: {room}"))
}

pub(crate) fn last_seq_of(room: &Value) -> i64 {
    room["lastSeq"].as_i64().unwrap_or_else(|| panic!("no lastSeq: {room}"))
}

/// No white space outside strings.
fn is_compact(json: &str) -> bool {
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => in_string = !in_string,
            b' ' | b'\n' | b'\r' | b'\t' if !in_string => return false,
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_compact;

    #[test]
    fn spaces_count_outside_strings_alone() {
        assert!(is_compact(r#"{"a":"b c","d":"\" e"}"#));
        assert!(!is_compact(r#"{"a": 1}"#));
        assert!(!is_compact(r#"{"a":"\\" }"#));
    }
}
