//! What the operations that page have in common.

use chat_core::error::{Fault, FieldCode};
use poem_openapi::registry::MetaSchema;
use serde_json::Value;

use crate::{
    field::{Field, whole},
    query::Query,
};

/// How much of a list is asked for at once.
pub(crate) struct Limit(usize);

impl Limit {
    const MAX: usize = 200;
    const DEFAULT: usize = 50;

    fn parse(count: i64) -> Result<Self, Fault> {
        match usize::try_from(count) {
            Ok(count @ 1..=Self::MAX) => Ok(Self(count)),
            _ => Err(Fault::new(FieldCode::OutOfRange, "from 1 to 200")),
        }
    }
}

impl Query<Limit> {
    /// How many: what was asked for, else the default.
    pub(crate) fn count(self) -> usize {
        self.0.map_or(Limit::DEFAULT, |limit| limit.0)
    }
}

impl Field for Limit {
    fn schema() -> MetaSchema {
        MetaSchema {
            minimum: Some(1.0),
            maximum: Some(Self::MAX as f64),
            default: Some(Self::DEFAULT.into()),
            ..MetaSchema::new_with_format("integer", "int32")
        }
    }

    fn from_json(value: Value) -> Result<Self, Fault> {
        Self::parse(whole(value)?)
    }

    fn from_text(text: &str) -> Result<Self, Fault> {
        Self::parse(i64::from_text(text)?)
    }
}
