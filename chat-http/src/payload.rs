//! JSON in both directions, as exactly `application/json`: requests are read by [`Decode`], answers written by serde.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use poem::{IntoResponse, Request, RequestBody, Response, Result};
use poem_openapi::{
    ApiExtractor, ApiExtractorType, ExtractParamOptions,
    registry::{MetaMediaType, MetaRequest, Registry},
};
use serde::Serialize;

use crate::{
    body,
    code::Code,
    fields::{Decode, Fields, UnknownFields},
    problem::Problem,
    request::{self, DescribedRequest},
};

/// The media type of bodies in both directions. RFC 8259 gives it no charset: JSON is UTF-8.
pub const JSON: &str = "application/json";

/// A JSON body. As an argument it takes what [`request!`](crate::request!) declares, as an answer (200) any type that
/// has a schema and serde.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<'a, T: Decode + DescribedRequest + Send> ApiExtractor<'a> for Json<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        request::register::<T>(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        let content = vec![MetaMediaType { content_type: JSON, schema: request::schema_ref::<T>() }];
        Some(MetaRequest { description: None, content, required: true })
    }

    async fn from_request(request: &'a Request, body: &mut RequestBody, _: ExtractParamOptions<()>) -> Result<Self> {
        let body = body::read(request, body).await?;
        check_content_type(request.headers())?;
        let fields = Fields::parse(&body).map_err(|error| Problem::invalid(vec![error]))?;
        Ok(Self(fields.read(UnknownFields::Refused).map_err(Problem::invalid)?))
    }
}

impl<T: Serialize + Send> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        json_body(StatusCode::OK, &self.0)
    }
}

/// `application/json`, with or without the superfluous `charset=utf-8`. No `+json`: those types mean more than their
/// syntax (in a merge patch `null` deletes, here it is as absent).
fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let content_type = sole(headers, &header::CONTENT_TYPE).unwrap_or_default();
    let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let plain = !headers.contains_key(header::CONTENT_ENCODING)
        || sole(headers, &header::CONTENT_ENCODING).is_some_and(|encoding| encoding.eq_ignore_ascii_case("identity"));
    if media_type.trim().eq_ignore_ascii_case(JSON) && parameters.split(';').all(is_utf8_or_no_charset) && plain {
        return Ok(());
    }
    Err(Problem::new(Code::UnsupportedMediaType))
}

/// The text of a header that came once. Of two a proxy before us may have looked at the other.
fn sole<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn is_utf8_or_no_charset(parameter: &str) -> bool {
    match parameter.split_once('=') {
        Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => {
            charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    }
}

pub(crate) fn json_body(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => {
            let mut response = Response::builder().status(status).body(body);
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
            response
        }
        Err(error) => {
            use poem::error::ResponseError;
            Problem::internal(format_args!("an answer could not be written: {error}")).as_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(content_type: &str) -> bool {
        let value = HeaderValue::from_str(content_type).unwrap();
        check_content_type(&HeaderMap::from_iter([(header::CONTENT_TYPE, value)])).is_ok()
    }

    #[test]
    fn json_is_taken_however_it_is_spelt() {
        assert!(is_taken("application/json"));
        assert!(is_taken("Application/JSON; Charset=UTF-8"));
        assert!(is_taken("application/json;charset=\"utf-8\""));
    }

    #[test]
    fn what_is_not_plain_json_is_not_taken() {
        assert!(!is_taken("text/plain"));
        assert!(!is_taken("application/json; charset=iso-8859-1"));
        assert!(!is_taken("application/merge-patch+json"));
        assert!(!is_taken("application/jsonp"));
        assert!(!is_taken(""));
        assert!(check_content_type(&HeaderMap::new()).is_err());
    }

    fn is_taken_with(headers: &[(HeaderName, &[u8])]) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        check_content_type(&map).is_ok()
    }

    #[test]
    fn a_compressed_body_is_not_taken() {
        let json = (header::CONTENT_TYPE, JSON.as_bytes());
        let encoding = |value: &'static [u8]| (header::CONTENT_ENCODING, value);
        assert!(is_taken_with(&[json.clone(), encoding(b"identity")]));
        assert!(!is_taken_with(&[json.clone(), encoding(b"gzip")]));
        assert!(!is_taken_with(&[json.clone(), encoding(b"\xe9")]));
        assert!(!is_taken_with(&[json, encoding(b"identity"), encoding(b"gzip")]));
    }

    #[test]
    fn two_content_types_are_none() {
        let kind = |value: &'static [u8]| (header::CONTENT_TYPE, value);
        assert!(is_taken_with(&[kind(JSON.as_bytes())]));
        assert!(!is_taken_with(&[kind(JSON.as_bytes()), kind(b"text/plain")]));
        assert!(!is_taken_with(&[kind(JSON.as_bytes()), kind(JSON.as_bytes())]));
    }
}
