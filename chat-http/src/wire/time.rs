use chat_core::model::time::Timestamp;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use serde::{Serialize, Serializer};

use crate::response::{Schema, openapi_type};

/// A point in time: RFC 3339 in UTC with milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Time(pub(crate) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Schema for Time {
    const NAME: &'static str = "Time";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new_with_format("string", "date-time")))
    }
}

openapi_type!(Time);
