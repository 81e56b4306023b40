//! Reading a request's body, which may be of any size until it is read.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use http::{HeaderMap, header};
use poem::RequestBody;

use chat_core::error::{Fault, FieldCode};

use crate::{code::Code, fields::WHOLE_BODY, problem::Problem};

/// The largest body that is read, in bytes.
pub const MAX_BODY: usize = 64 * 1024;

/// So much more is taken from the wire and thrown away, so that a client that writes first and reads later gets to
/// see the answer: a socket closed over unread bytes is reset, and the answer with it.
const MAX_THROWN_AWAY: usize = 16 * 1024 * 1024;
const THROWING_AWAY_ENDS_AFTER: Duration = Duration::from_secs(5);

/// The whole body, or `too_large`. Never holds more than [`MAX_BODY`] and one piece from the wire.
pub(crate) async fn read(headers: &HeaderMap, body: &mut RequestBody) -> Result<Bytes, Problem> {
    let Ok(body) = body.take() else {
        return Ok(Bytes::new());
    };
    let mut pieces = Box::pin(body.into_bytes_stream());
    let announced = announced_length(headers);
    if announced.is_some_and(|length| MAX_BODY < length) {
        // Who asks first has sent nothing yet, and needs no more than the answer.
        if !headers.contains_key(header::EXPECT) && announced.is_some_and(|length| length <= MAX_THROWN_AWAY) {
            throw_away(&mut pieces).await;
        }
        return Err(Problem::new(Code::TooLarge));
    }
    let mut whole = Vec::with_capacity(announced.unwrap_or_default());
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Problem::invalid(vec![cut_off().at(WHOLE_BODY)]))?;
        if MAX_BODY < whole.len() + piece.len() {
            drop(whole);
            throw_away(&mut pieces).await;
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

async fn throw_away(pieces: &mut (impl Stream<Item = std::io::Result<Bytes>> + Unpin)) {
    let all = async {
        let mut bytes = 0;
        while let Some(Ok(piece)) = pieces.next().await {
            bytes += piece.len();
            if MAX_THROWN_AWAY < bytes {
                break;
            }
        }
    };
    // Too slow is as too long: the answer goes out, whether or not it can be seen.
    let _ = tokio::time::timeout(THROWING_AWAY_ENDS_AFTER, all).await;
}
