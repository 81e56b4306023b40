//! The number of an event in a path.

use chat_core::model::event::Seq;
use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaParamIn, MetaSchemaRef},
};

use crate::field::Field;

/// A number in a path. What is written otherwise than numbers are is that of no event, as 0 is.
pub(super) struct Number(pub(super) Seq);

impl Number {
    fn read(text: &str) -> Self {
        let seq = text.parse().map(Seq::new).unwrap_or_default();
        Self(if seq.to_string() == text { seq } else { Seq::ZERO })
    }
}

impl<'a> ApiExtractor<'a> for Number {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];
    const PARAM_IS_REQUIRED: bool = true;

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Path)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(Seq::schema())))
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        options: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        Ok(Self::read(request.raw_path_param(options.name).unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_a_path_is_digits_alone() {
        let read = |text| Number::read(text).0;
        assert_eq!(read("7"), Seq::new(7));
        assert_eq!(read("18446744073709551615"), Seq::new(u64::MAX));
        for other in ["", "0", "-1", "+7", "07", " 7", "7.0", "7e0", "x", "\u{665}", "18446744073709551616"] {
            assert_eq!(read(other), Seq::ZERO, "{other}");
        }
    }
}
