//! What becomes of a body that nobody has read to its end.
//!
//! A socket that is closed over bytes that were not read is reset, and the answer with it: a client that writes first and
//! reads later would never see why it was refused. So what is left of a body is taken from the wire and thrown away,
//! within bounds, while the answer is on its way.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use futures_util::StreamExt;
use http::{HeaderMap, header};
use http_body::{Frame, SizeHint};
use tokio::{runtime::Handle, time::timeout};

/// So much is thrown away; of what is larger the client may miss the answer.
const MAX_THROWN_AWAY: usize = 16 * 1024 * 1024;
const THROWING_AWAY_ENDS_AFTER: Duration = Duration::from_secs(5);

/// A request's body that is read to its end, by whomever it was given to or else by nobody.
pub(crate) struct UnreadBody(Option<Body>);

impl UnreadBody {
    /// The body of a request with these headers. Who asks before they send (`Expect`) should have sent nothing that could
    /// be in the way: of them it is told whether their body was read.
    pub(crate) fn guard(headers: &HeaderMap, body: Body) -> (Body, Option<Expected>) {
        if !headers.contains_key(header::EXPECT) {
            return (Body::new(Self(Some(body))), None);
        }
        let expected = Expected(Arc::new(AtomicBool::new(body.is_end_stream())));
        (Body::new(ExpectedBody { body, ended: expected.clone() }), Some(expected))
    }
}

/// Whether a body that the client asked about was read to its end. If not, nothing that follows on the connection could be
/// told from it: hyper closes.
#[derive(Clone)]
pub(crate) struct Expected(Arc<AtomicBool>);

impl Expected {
    pub(crate) fn was_read(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

struct ExpectedBody {
    body: Body,
    ended: Expected,
}

impl HttpBody for ExpectedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.ended.0.store(true, Ordering::Release);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl HttpBody for UnreadBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(body) = &mut self.0 else { return Poll::Ready(None) };
        let polled = Pin::new(body).poll_frame(cx);
        if let Poll::Ready(None | Some(Err(_))) = polled {
            self.0 = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl Drop for UnreadBody {
    fn drop(&mut self) {
        let Some(body) = self.0.take().filter(|body| !body.is_end_stream()) else { return };
        if MAX_THROWN_AWAY as u64 <= body.size_hint().lower() {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            // Too slow is as too long: nobody waits for the end.
            runtime.spawn(timeout(THROWING_AWAY_ENDS_AFTER, throw_away(body)));
        }
    }
}

async fn throw_away(body: Body) {
    let mut pieces = body.into_data_stream();
    let mut bytes = 0;
    while let Some(Ok(piece)) = pieces.next().await {
        bytes += piece.len();
        if MAX_THROWN_AWAY < bytes {
            break;
        }
    }
}
