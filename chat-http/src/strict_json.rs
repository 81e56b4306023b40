//! JSON in which an object names each member once.
//!
//! RFC 8259 leaves open what a repeated name means, and readers differ: what a proxy checked would not be what we
//! read. So it is refused at every depth.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, error::Category};

use chat_core::error::{Fault, FieldCode, FieldError};

use crate::fields::WHOLE_BODY;

/// Reads one JSON value that is all of `body`.
pub(crate) fn parse(body: &[u8]) -> Result<Value, FieldError> {
    if body.trim_ascii().is_empty() {
        return Err(Fault::new(FieldCode::Required, "the body is empty, a JSON object is needed").at(WHOLE_BODY));
    }
    serde_json::from_slice::<Strict>(body).map(|strict| strict.0).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let message = match error.classify() {
            Category::Eof => format!("the JSON ends too early ({place})"),
            // The only error of this kind is ours, below; its text may hold a name that the client made up.
            Category::Data => format!("a name stands twice in one object ({place})"),
            Category::Syntax | Category::Io => format!("not valid JSON ({place})"),
        };
        Fault::new(FieldCode::BadFormat, message).at(WHOLE_BODY)
    })
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, _>()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("duplicate name"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check_refused(body: &[u8]) {
        let fault = parse(body).unwrap_err();
        assert_eq!((fault.field.as_ref(), fault.code), (WHOLE_BODY, FieldCode::BadFormat));
    }

    #[test]
    fn json_is_read_as_it_stands() {
        let text = br#" {"a": [1, -2, 2.5, "x", null, true], "b": {"c": {}}} "#;
        assert_eq!(parse(text), Ok(json!({"a": [1, -2, 2.5, "x", null, true], "b": {"c": {}}})));
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_at_any_depth() {
        check_refused(br#"{"a": 1, "a": 1}"#);
        check_refused(br#"{"a": {"b": 1, "b": 2}}"#);
        check_refused(br#"{"a": 1, "\u0061": 2}"#);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        check_refused(br#"{"a": 1"#);
        check_refused(br#"{"a": 1} {}"#);
        check_refused(br#"{"a": 'x'}"#);
        check_refused(br#"{"a": NaN}"#);
        check_refused(br#"{"a": 1e999}"#);
        check_refused(br#"{"a": "\ud800"}"#);
        check_refused(b"{\"a\": \"\xff\"}");
    }

    #[test]
    fn depth_is_bounded() {
        check_refused("[".repeat(60_000).as_bytes());
    }

    /// Any value that JSON can write, not too deep.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..6).prop_map(Value::from),
                vec((any::<String>(), inner), 0..6).prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Bytes that are often nearly JSON.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let nearly = (value(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(value, at, byte)| {
            let mut bytes = value.to_string().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes
        });
        prop_oneof![vec(any::<u8>(), 0..64), nearly]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in value()) {
            prop_assert_eq!(parse(value.to_string().as_bytes()), Ok(value));
        }

        #[test]
        fn whatever_bytes_come_are_read_as_serde_reads_them_or_refused(bytes in bytes()) {
            if let Ok(value) = parse(&bytes) {
                prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).ok(), Some(value));
            }
        }
    }
}
