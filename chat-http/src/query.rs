//! Query parameters, read as strictly as bodies. Parameters that no operation knows are ignored: proxies add some.

use poem::{Request, RequestBody, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaParamIn, MetaSchemaRef},
};

use chat_core::error::{Fault, FieldCode};

use crate::{field::Field, problem::Problem};

/// An optional parameter of the query. An empty value (`?limit=`) is a value, and mostly a wrong one.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub Option<T>);

impl<'a, T: Field + Send> ApiExtractor<'a> for Query<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::Parameter];

    type ParamType = ();
    type ParamRawType = ();

    fn param_in() -> Option<MetaParamIn> {
        Some(MetaParamIn::Query)
    }

    fn param_schema_ref() -> Option<MetaSchemaRef> {
        Some(MetaSchemaRef::Inline(Box::new(T::schema())))
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        options: ExtractParamOptions<Self::ParamType>,
    ) -> Result<Self> {
        let read = read(request.uri().query().unwrap_or_default(), options.name);
        Ok(Self(read.map_err(|fault| Problem::invalid(vec![fault.at(options.name)]))?))
    }
}

fn read<T: Field>(query: &str, name: &str) -> Result<Option<T>, Fault> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => T::from_text(&value).map(Some),
        (Some(_), Some(_)) => Err(Fault::new(FieldCode::BadFormat, "must be given once")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_found_among_others_and_decoded() {
        assert_eq!(read("x=1&name=a%20b+c&y", "name"), Ok(Some("a b c".to_owned())));
        assert_eq!(read::<String>("x=1", "name"), Ok(None));
        assert_eq!(read("", "limit"), Ok(None::<i64>));
    }

    #[test]
    fn a_wrong_or_repeated_parameter_is_refused() {
        let code = |query| read::<i64>(query, "limit").unwrap_err().code;
        assert_eq!(code("limit=ten"), FieldCode::WrongType);
        assert_eq!(code("limit="), FieldCode::WrongType);
        assert_eq!(code("limit=99999999999999999999"), FieldCode::OutOfRange);
        assert_eq!(code("limit=1&limit=2"), FieldCode::BadFormat);
    }
}
