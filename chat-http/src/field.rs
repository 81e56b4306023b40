//! How one JSON value becomes one typed field, and how the OpenAPI document describes it: both in one place, so that
//! neither can say anything the other does not.

use std::collections::BTreeMap;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use serde_json::Value;

use chat_core::error::{Fault, FieldCode};

/// A type that a field of a request may have.
pub trait Field: Sized {
    /// Its schema, written into the document wherever the field stands.
    fn schema() -> MetaSchema;

    /// Reads it from a JSON value, which is never `null`: that is as absent, and absence is the reader's matter.
    ///
    /// # Errors
    /// What is wrong with the value.
    fn from_json(value: Value) -> Result<Self, Fault>;

    /// Reads it from a query parameter. Unless said otherwise the text is what a JSON string would hold.
    ///
    /// # Errors
    /// What is wrong with the text.
    fn from_text(text: &str) -> Result<Self, Fault> {
        Self::from_json(Value::String(text.to_owned()))
    }
}

/// The text of a JSON string, for types that are made from text.
///
/// # Errors
/// `wrong_type`.
pub fn text(value: Value) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(Fault::new(FieldCode::WrongType, "must be a string")),
    }
}

/// A whole number, for types that are made from one. `5.0` and `1e2` are no whole numbers, although JSON has but one
/// kind: a client that computes with fractions should hear of it.
///
/// # Errors
/// `wrong_type`, and `out_of_range` beyond 64 bits.
pub fn whole(value: Value) -> Result<i64, Fault> {
    let Value::Number(number) = value else {
        return Err(Fault::new(FieldCode::WrongType, "must be a whole number"));
    };
    if let Some(whole) = number.as_i64() {
        return Ok(whole);
    }
    // An integer literal beyond 64 bits is read as a float, which is how it can be told from a fraction.
    if number.as_f64().is_some_and(|float| float.abs() < TWO_TO_THE_63) {
        return Err(Fault::new(FieldCode::WrongType, "must be a whole number, written without fraction or exponent"));
    }
    Err(Fault::new(FieldCode::OutOfRange, "must fit into 64 bits"))
}

const TWO_TO_THE_63: f64 = 9_223_372_036_854_775_808.0;

impl Field for String {
    fn schema() -> MetaSchema {
        MetaSchema::new("string")
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        text(value)
    }
}

impl Field for i64 {
    fn schema() -> MetaSchema {
        MetaSchema::new_with_format("integer", "int64")
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        whole(value)
    }

    fn from_text(text: &str) -> Result<Self, Fault> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Fault::new(FieldCode::WrongType, "must be a whole number"));
        }
        text.parse().map_err(|_| Fault::new(FieldCode::OutOfRange, "must fit into 64 bits"))
    }
}

impl Field for bool {
    fn schema() -> MetaSchema {
        MetaSchema::new("boolean")
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        value.as_bool().ok_or_else(|| Fault::new(FieldCode::WrongType, "must be true or false"))
    }

    fn from_text(text: &str) -> Result<Self, Fault> {
        text.parse().map_err(|_| Fault::new(FieldCode::WrongType, "must be true or false"))
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn schema() -> MetaSchema {
        MetaSchema {
            additional_properties: Some(Box::new(MetaSchemaRef::Inline(Box::new(T::schema())))),
            ..MetaSchema::new("object")
        }
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        let Value::Object(members) = value else {
            return Err(Fault::new(FieldCode::WrongType, "must be an object"));
        };
        // A null is as absent here as it is in a request.
        let members = members.into_iter().filter(|(_, value)| !value.is_null());
        members.map(|(name, value)| Ok((name, T::from_json(value)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check<T: Field>(value: Value, code: FieldCode) {
        match T::from_json(value) {
            Ok(_) => panic!("was taken"),
            Err(fault) => assert_eq!(fault.code, code),
        }
    }

    fn literal(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_whole_number_is_written_without_fraction_or_exponent() {
        assert_eq!(i64::from_json(literal("5")), Ok(5));
        assert_eq!(i64::from_json(literal("-0")).unwrap_or(0), 0);
        check::<i64>(literal("5.0"), FieldCode::WrongType);
        check::<i64>(literal("1e2"), FieldCode::WrongType);
        check::<i64>(json!("5"), FieldCode::WrongType);
        check::<i64>(json!(true), FieldCode::WrongType);
    }

    #[test]
    fn a_whole_number_beyond_64_bits_is_out_of_range() {
        assert_eq!(i64::from_json(literal("9223372036854775807")), Ok(i64::MAX));
        assert_eq!(i64::from_json(literal("-9223372036854775808")), Ok(i64::MIN));
        check::<i64>(literal("9223372036854775808"), FieldCode::OutOfRange);
        check::<i64>(literal("-9223372036854775809"), FieldCode::OutOfRange);
        check::<i64>(literal("99999999999999999999999999"), FieldCode::OutOfRange);
    }

    #[test]
    fn a_query_parameter_is_read_as_strictly_as_a_body() {
        assert_eq!(i64::from_text("-7"), Ok(-7));
        assert_eq!(i64::from_text("7.0").unwrap_err().code, FieldCode::WrongType);
        assert_eq!(i64::from_text("+7").unwrap_err().code, FieldCode::WrongType);
        assert_eq!(i64::from_text("").unwrap_err().code, FieldCode::WrongType);
        assert_eq!(i64::from_text("9223372036854775808").unwrap_err().code, FieldCode::OutOfRange);
        assert_eq!(bool::from_text("yes").unwrap_err().code, FieldCode::WrongType);
    }

    #[test]
    fn a_map_is_as_typed_as_its_values() {
        let rooms = BTreeMap::<String, i64>::from_json(json!({"a": 1, "b": 2}));
        assert_eq!(rooms, Ok(BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)])));
        assert_eq!(BTreeMap::<String, i64>::from_json(json!({"a": null})), Ok(BTreeMap::new()));
        check::<BTreeMap<String, i64>>(json!({"a": "1"}), FieldCode::WrongType);
        check::<BTreeMap<String, i64>>(json!([]), FieldCode::WrongType);
    }
}
