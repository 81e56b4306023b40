//! How JSON is written.

/// No white space outside strings.
pub(crate) fn is_compact(json: &str) -> bool {
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
