//! The number of an event in a path.

use chat_core::model::event::Seq;
use poem_openapi::{
    registry::MetaSchemaRef,
    types::{ParseFromParameter, ParseResult},
};

use crate::{
    field::Field,
    response::{Schema, openapi_type},
};

/// A number in a path. What is written otherwise than numbers are is that of no event, as 0 is.
pub(super) struct Number(pub(super) Seq);

impl ParseFromParameter for Number {
    fn parse_from_parameter(text: &str) -> ParseResult<Self> {
        let seq = text.parse().map(Seq::new).unwrap_or_default();
        Ok(Self(if seq.to_string() == text { seq } else { Seq::ZERO }))
    }
}

impl Schema for Number {
    const NAME: &'static str = "Seq";

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(Seq::schema()))
    }
}

openapi_type!(Number);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_path_is_digits_alone() {
        let read = |text| Number::parse_from_parameter(text).map(|number| number.0).ok();
        assert_eq!(read("7"), Some(Seq::new(7)));
        assert_eq!(read("18446744073709551615"), Some(Seq::new(u64::MAX)));
        for other in ["", "0", "-1", "+7", "07", " 7", "7.0", "7e0", "x", "\u{665}", "18446744073709551616"] {
            assert_eq!(read(other), Some(Seq::ZERO), "{other}");
        }
    }
}
