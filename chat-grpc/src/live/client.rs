//! The client of a stream: what it says and what it takes.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use chat_core::realtime::{connection::Connection, delivery::EndReason};
use futures_util::{FutureExt, Stream, StreamExt};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};
use tonic::{Status, Streaming};

use super::over::Over;
use crate::{
    config::GrpcConfig,
    v1::{ClientFrame, ServerFrame, server_frame::Frame},
};

/// How long a client may take to read the end.
const CLOSING: Duration = Duration::from_secs(2);

pub(super) struct Client {
    heard: Streaming<ClientFrame>,
    told: mpsc::Sender<Frame>,
    end: oneshot::Sender<Option<Status>>,
    /// Ends when the client has taken all, or takes nothing any more.
    taken: oneshot::Receiver<Infallible>,
    /// Ends when the chat ends the connection, also while the client takes nothing.
    ended: Pin<Box<dyn Future<Output = EndReason> + Send>>,
    /// How long it may take nothing.
    patience: Duration,
}

/// What is on its way to the client: one frame, taken from here as the flow control of HTTP/2 allows, and then the end.
pub(crate) struct Outgoing {
    frames: mpsc::Receiver<Frame>,
    end: oneshot::Receiver<Option<Status>>,
    over: bool,
    _taken: oneshot::Sender<Infallible>,
}

impl Client {
    /// A client who says these frames, and what is on its way to it.
    pub(super) fn new(heard: Streaming<ClientFrame>, config: &GrpcConfig, connection: &Connection) -> (Self, Outgoing) {
        let (told, frames) = mpsc::channel(1);
        let (end, told_end) = oneshot::channel();
        let (is_taken, taken) = oneshot::channel();
        let ended = Box::pin(connection.ended());
        let client = Self { heard, told, end, taken, ended, patience: 2 * config.heartbeat };
        (client, Outgoing { frames, end: told_end, over: false, _taken: is_taken })
    }

    /// The next thing that it says; none where it has said all. Cancel safe.
    pub(super) async fn hear(&mut self) -> Result<Option<ClientFrame>, Over> {
        self.heard.next().await.transpose().map_err(|status| Over::unreadable(&status))
    }

    /// The same, where it is listened to; else only looks whether it is still there. Cancel safe.
    pub(super) async fn hear_if(&mut self, listening: bool) -> Result<Option<ClientFrame>, Over> {
        if listening {
            return self.hear().await;
        }
        self.told.closed().await;
        Err(Over::Gone)
    }

    /// Tells it one thing.
    pub(super) async fn tell(&mut self, frame: Frame) -> Result<(), Over> {
        tokio::select! {
            biased;
            told = timeout(self.patience, self.told.send(frame)) => {
                told.map_err(|_| Over::too_slow())?.map_err(|_| Over::Gone)
            }
            reason = &mut self.ended => Err(Over::ended(reason)),
        }
    }

    /// Tells it the end, and waits until it is on its way; a while, where it is not taken.
    pub(super) async fn goodbye(self, over: Over) {
        // Who is gone is not told.
        let _ = self.end.send(over.status());
        drop(self.told);
        // An error is what comes: nothing is ever sent.
        let _ = timeout(CLOSING, self.taken).await;
    }
}

impl Stream for Outgoing {
    type Item = Result<ServerFrame, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        if let Some(frame) = ready!(self.frames.poll_recv(context)) {
            return Poll::Ready(Some(Ok(ServerFrame { frame: Some(frame) })));
        }
        // The end was told before there came no more frames, unless there was a panic.
        let end = ready!(self.end.poll_unpin(context)).unwrap_or_else(|_| Some(Status::internal("a bug of ours")));
        self.over = true;
        Poll::Ready(end.map(Err))
    }
}
