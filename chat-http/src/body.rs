//! Reading a request's body, which may be of any size until it is read.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, header};
use poem::{Request, RequestBody};
use tokio::time::timeout;

use chat_core::error::{Fault, FieldCode};

use crate::{code::Code, fields::WHOLE_BODY, problem::Problem};

/// The largest body that is read, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// How long a body may take: enough for all of it over the slowest of lines, and not for ever. An extension of the
/// request, where it is not the default.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyTimeout(pub(crate) Duration);

impl Default for BodyTimeout {
    fn default() -> Self {
        Self(Duration::from_secs(30))
    }
}

/// The whole body, or `too_large`. Never holds more than [`MAX_BODY`] and one piece from the wire.
pub(crate) async fn read(request: &Request, body: &mut RequestBody) -> Result<Bytes, Problem> {
    let Ok(body) = body.take() else {
        return Ok(Bytes::new());
    };
    let late = |_| Problem::invalid(vec![Fault::new(FieldCode::BadFormat, "the body took too long").at(WHOLE_BODY)]);
    let BodyTimeout(time) = request.extensions().get().copied().unwrap_or_default();
    timeout(time, read_whole(request.headers(), body)).await.map_err(late)?
}

async fn read_whole(headers: &HeaderMap, body: poem::Body) -> Result<Bytes, Problem> {
    let mut pieces = Box::pin(body.into_bytes_stream());
    let announced = announced_length(headers);
    if announced.is_some_and(|length| MAX_BODY < length) {
        return Err(Problem::new(Code::TooLarge));
    }
    let mut whole = Vec::with_capacity(announced.unwrap_or_default());
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Problem::invalid(vec![cut_off().at(WHOLE_BODY)]))?;
        if MAX_BODY < whole.len() + piece.len() {
            return Err(Problem::new(Code::TooLarge));
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

fn announced_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn cut_off() -> Fault {
    Fault::new(FieldCode::BadFormat, "the body ends before its end")
}
