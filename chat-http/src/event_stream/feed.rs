//! What one stream says, from its welcome to its end.

use std::{sync::Arc, time::Duration};

use axum::extract::ws::Utf8Bytes;
use bytes::Bytes;
use chat_core::{
    api::ChatService,
    realtime::{
        connection::Connection,
        delivery::{Delivery, EndReason},
        expiry::{Due, Expiry},
    },
};
use futures_util::FutureExt;
use tokio::{
    sync::mpsc::{self, Permit},
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

use super::cursor::Cursor;
use crate::{
    code::Code,
    limits::CountedConnection,
    live::{
        frame::{self, Frame},
        words::NoticeCode,
    },
    problem::Problem,
    request_context::RequestContext,
};

/// A connection on its way to a client that only listens.
pub(super) struct Feed {
    pub(super) chat: Arc<dyn ChatService>,
    pub(super) context: RequestContext,
    pub(super) connection: Connection,
    pub(super) cursor: Cursor,
    pub(super) expiry: Expiry,
    pub(super) heartbeat: Duration,
    pub(super) _counted: Option<CountedConnection>,
}

/// A piece of the stream, and whether it is the last one.
struct Piece {
    text: String,
    last: bool,
}

/// A comment, by which both ends and those between them see that the stream lives.
const HEARTBEAT: &str = ":\n\n";
/// How many deliveries that are there at once go into one piece.
const BURST: usize = 64;

impl Feed {
    /// Says `welcome` and what follows, until the client is gone, or the chat ends it.
    pub(super) async fn run(mut self, welcome: String, client: mpsc::Sender<Bytes>) {
        let mut beats = interval_at(Instant::now() + self.heartbeat, self.heartbeat);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut welcome = Some(welcome);
        while let Some(room) = self.room(&client).await {
            let piece = match welcome.take() {
                Some(text) => Piece { text, last: false },
                None => tokio::select! {
                    delivery = self.connection.next() => self.burst(delivery),
                    _ = beats.tick() => Piece { text: HEARTBEAT.to_owned(), last: false },
                    () = self.expiry.due() => match self.expiry.take(self.chat.now()) {
                        Due::Notice => plain(&Frame::Notice { code: NoticeCode::TokenExpiring }.text(), false),
                        Due::End => self.error(&Problem::new(Code::TokenExpired)),
                        Due::Wait => Piece { text: String::new(), last: false },
                    },
                    () = client.closed() => return,
                },
            };
            room.send(piece.text.into());
            if piece.last {
                return;
            }
        }
    }

    /// Room for one more piece, once the client has taken the one before; `None` where it has not for two heartbeats, is
    /// gone, or the chat ends the connection meanwhile.
    async fn room<'c>(&self, client: &'c mpsc::Sender<Bytes>) -> Option<Permit<'c, Bytes>> {
        tokio::select! {
            room = timeout(2 * self.heartbeat, client.reserve()) => room.ok()?.ok(),
            _ = self.connection.ended() => client.try_reserve().ok(),
        }
    }

    fn burst(&mut self, first: Delivery) -> Piece {
        let mut piece = self.tell(first);
        for _ in 1..BURST {
            if piece.last {
                break;
            }
            let Some(delivery) = self.connection.next().now_or_never() else { break };
            let Piece { text, last } = self.tell(delivery);
            piece.text += &text;
            piece.last = last;
        }
        piece
    }

    fn tell(&mut self, delivery: Delivery) -> Piece {
        if let Delivery::Ended(reason) = delivery {
            return self.error(&problem(reason));
        }
        let moves = match &delivery {
            Delivery::Event(logged) => Some((logged.event.room, Some(logged.event.seq))),
            Delivery::RoomAdded(view) => Some((view.room.id, Some(view.room.last_seq))),
            Delivery::Reset { room, last_seq } => Some((*room, Some(*last_seq))),
            Delivery::RoomRemoved { room, .. } => Some((*room, None)),
            _ => None,
        };
        let Some(frame) = frame::told(&delivery) else { return Piece { text: String::new(), last: false } };
        match moves {
            Some((room, Some(seq))) => self.cursor.set(room, seq),
            Some((room, None)) => self.cursor.remove(room),
            None => return plain(&frame, matches!(delivery, Delivery::Draining)),
        }
        Piece { text: at(&self.cursor, &frame), last: false }
    }

    fn error(&self, problem: &Problem) -> Piece {
        plain(&Frame::Error { id: None, problem: problem.document(&self.context.another()) }.text(), true)
    }
}

/// A frame after which the client is where `cursor` says.
pub(super) fn at(cursor: &Cursor, frame: &Utf8Bytes) -> String {
    format!("id: {cursor}\ndata: {frame}\n\n")
}

fn plain(frame: &Utf8Bytes, last: bool) -> Piece {
    Piece { text: format!("data: {frame}\n\n"), last }
}

fn problem(reason: EndReason) -> Problem {
    match reason {
        EndReason::SessionEnded => Problem::new(Code::SessionRevoked),
        EndReason::Suspended => Problem::new(Code::Suspended),
        EndReason::TooSlow => Problem::new(Code::Overloaded).detail("more was waiting than may wait: come back"),
        EndReason::Overloaded => Problem::new(Code::Overloaded),
    }
}
