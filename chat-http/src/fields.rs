//! The one decoder of what clients send: REST bodies and WebSocket commands alike.
//!
//! A request reads its fields from [`Fields`], which remembers every fault, so that one answer names them all.

use std::borrow::Cow;

use serde_json::{Map, Value};

use chat_core::error::{Fault, FieldCode, FieldError};

use crate::{field::Field, strict_json};

/// What becomes of fields that the request does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownFields {
    /// Each is a fault: on REST a typo must not pass silently.
    Refused,
    /// They are passed over: a WebSocket client may be newer than the server.
    Ignored,
}

/// A request that can be read from an object's fields.
pub trait Decode: Sized {
    /// Reads every field, also after a fault, so that all faults are found. `None` only if `fields` took one down.
    fn decode(fields: &mut Fields) -> Option<Self>;
}

/// The members of a JSON object while a request is being read from them, and what was wrong with them so far.
#[derive(Debug)]
pub struct Fields {
    members: Map<String, Value>,
    faults: Vec<FieldError>,
}

/// The field name under which a fault of the body as a whole is reported.
pub const WHOLE_BODY: &str = "";

impl Fields {
    /// Reads a body that must be one JSON object, in which no name stands twice.
    ///
    /// # Errors
    /// What is wrong with the body as a whole.
    pub fn parse(body: &[u8]) -> Result<Self, FieldError> {
        match strict_json::parse(body)? {
            Value::Object(members) => Ok(Self::new(members)),
            _ => Err(Fault::new(FieldCode::WrongType, "the body must be a JSON object").at(WHOLE_BODY)),
        }
    }

    /// Reads from members that were parsed already.
    pub fn new(members: Map<String, Value>) -> Self {
        Self { members, faults: Vec::new() }
    }

    /// A field that must be there. `None`: it was not, or was refused; the fault is taken down.
    pub fn required<T: Field>(&mut self, name: &'static str) -> Option<T> {
        let value = self.optional(name)?;
        if value.is_none() {
            self.refuse(name, Fault::new(FieldCode::Required, "must be given"));
        }
        value
    }

    /// A field that may be absent; an explicit `null` is as absent. `None`: it was refused, and the fault is taken
    /// down; `Some(None)`: it is absent.
    pub fn optional<T: Field>(&mut self, name: &'static str) -> Option<Option<T>> {
        match self.members.remove(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => match T::from_json(value) {
                Ok(value) => Some(Some(value)),
                Err(fault) => {
                    self.refuse(name, fault);
                    None
                }
            },
        }
    }

    /// Takes down a fault that only shows when fields are seen together.
    pub fn refuse(&mut self, field: impl Into<Cow<'static, str>>, fault: Fault) {
        self.faults.push(fault.at(field));
    }

    /// Reads a whole request; `Err` holds every fault, in the order in which the request reads its fields.
    ///
    /// # Errors
    /// Every fault, one at least.
    pub fn read<T: Decode>(mut self, unknown: UnknownFields) -> Result<T, Vec<FieldError>> {
        let request = T::decode(&mut self);
        if unknown == UnknownFields::Refused {
            let unknown = Fault::new(FieldCode::Unknown, "there is no such field");
            let names = self.members.into_iter().map(|(name, _)| shortened(name));
            self.faults.extend(names.take(MAX_UNKNOWN_TOLD).map(|name| unknown.clone().at(name)));
        }
        match request {
            Some(request) if self.faults.is_empty() => Ok(request),
            _ => Err(self.faults),
        }
    }
}

/// So many unknown fields are named; a body can hold thousands, and the answer would be longer than the request.
const MAX_UNKNOWN_TOLD: usize = 20;

/// Names are the client's: cut them, so that an answer cannot be made as long as a request.
fn shortened(name: String) -> String {
    match name.char_indices().nth(64) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Order {
        dish: String,
        count: i64,
        note: Option<String>,
    }

    impl Decode for Order {
        fn decode(fields: &mut Fields) -> Option<Self> {
            let dish = fields.required("dish");
            let count = fields.required("count");
            let note = fields.optional("note");
            Some(Self { dish: dish?, count: count?, note: note? })
        }
    }

    fn faults(body: &str, unknown: UnknownFields) -> Vec<(String, FieldCode)> {
        let read = Fields::parse(body.as_bytes()).map_err(|fault| vec![fault]);
        match read.and_then(|fields| fields.read::<Order>(unknown)) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.into_iter().map(|fault| (fault.field.into_owned(), fault.code)).collect(),
        }
    }

    /// The one caller for faults of a REST body.
    #[track_caller]
    fn check(body: &str, expected: &[(&str, FieldCode)]) {
        let expected: Vec<_> = expected.iter().map(|(field, code)| ((*field).to_owned(), *code)).collect();
        assert_eq!(faults(body, UnknownFields::Refused), expected, "{body}");
    }

    #[test]
    fn all_faults_of_all_fields_are_told_at_once() {
        check(
            r#"{"count": "two", "note": 5, "nope": 1}"#,
            &[
                ("dish", FieldCode::Required),
                ("count", FieldCode::WrongType),
                ("note", FieldCode::WrongType),
                ("nope", FieldCode::Unknown),
            ],
        );
    }

    #[test]
    fn an_explicit_null_is_as_absent() {
        check(r#"{"dish": "soup", "count": 1, "note": null}"#, &[]);
        check(r#"{"dish": null, "count": 1}"#, &[("dish", FieldCode::Required)]);
    }

    #[test]
    fn a_body_that_is_no_object_is_refused_as_a_whole() {
        check("[]", &[(WHOLE_BODY, FieldCode::WrongType)]);
        check("null", &[(WHOLE_BODY, FieldCode::WrongType)]);
        check("", &[(WHOLE_BODY, FieldCode::Required)]);
        check("  \n", &[(WHOLE_BODY, FieldCode::Required)]);
        check(r#"{"dish": "#, &[(WHOLE_BODY, FieldCode::BadFormat)]);
    }

    #[test]
    fn unknown_fields_are_ignored_where_a_client_may_be_newer() {
        let body = r#"{"dish": "soup", "count": 1, "later": true}"#;
        assert_eq!(faults(body, UnknownFields::Ignored), []);
        check(body, &[("later", FieldCode::Unknown)]);
    }

    #[test]
    fn a_long_name_of_an_unknown_field_is_not_sent_back_whole() {
        let body = format!(r#"{{"dish": "soup", "count": 1, "{}": 1}}"#, "ä".repeat(10_000));
        let faults = faults(&body, UnknownFields::Refused);
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].0.chars().count(), 65);
    }

    #[test]
    fn thousands_of_unknown_fields_are_not_all_sent_back() {
        let unknown: String = (0..5_000).map(|n| format!(r#", "x{n}": 1"#)).collect();
        let body = format!(r#"{{"dish": "soup", "count": 1{unknown}}}"#);
        assert_eq!(faults(&body, UnknownFields::Refused).len(), MAX_UNKNOWN_TOLD);
    }
}
