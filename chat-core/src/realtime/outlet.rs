//! The hub's end of a connection.

use std::sync::{Arc, OnceLock};

use tokio::sync::{Notify, mpsc};

use super::{connection::ConnectionId, delivery::EndReason, notice::Logged};
use crate::{
    api::Sent,
    error::ChatError,
    model::{
        event::Seq,
        friend::{FriendChange, RequestId},
        room::RoomId,
        session::SessionId,
        user::UserId,
    },
};

/// What waits for a connection's reader.
#[derive(Debug)]
pub(crate) enum Item {
    Event(Arc<Logged>),
    /// The user took a seat: the reader looks the room up when it comes to this.
    RoomAdded(RoomId),
    Receipt {
        room: RoomId,
        user: UserId,
        read_seq: Seq,
    },
    Friend {
        change: FriendChange,
        with: UserId,
        request: Option<RequestId>,
    },
    /// The answer to a send that logged nothing.
    Answered {
        command: u64,
        result: Result<Sent, ChatError>,
    },
    Draining,
}

/// Where the hub puts what a connection shall hear. Nothing here waits: one slow reader does not hold others back.
pub(crate) struct Outlet {
    pub(crate) id: ConnectionId,
    pub(crate) user: UserId,
    pub(crate) session: Option<SessionId>,
    queue: mpsc::Sender<Item>,
    end: OnceLock<EndReason>,
    ended: Notify,
}

/// How many items may wait for a reader before it is taken for too slow.
const QUEUE: usize = 1_024;

impl Outlet {
    pub(crate) fn new(id: ConnectionId, user: UserId, session: Option<SessionId>) -> (Self, mpsc::Receiver<Item>) {
        let (queue, items) = mpsc::channel(QUEUE);
        (Self { id, user, session, queue, end: OnceLock::new(), ended: Notify::new() }, items)
    }

    /// Puts an item into the queue; a reader that has left no room for it is cut off, never skipped (R-MSG-08).
    pub(crate) fn offer(&self, item: Item) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.queue.try_send(item) {
            self.end(EndReason::TooSlow);
        }
    }

    /// Ends the connection at once; what waits in the queue is not read any more. The first reason stands.
    pub(crate) fn end(&self, reason: EndReason) {
        if self.end.set(reason).is_ok() {
            self.ended.notify_waiters();
        }
    }

    /// Why the connection was ended from this side, where it was.
    pub(crate) fn end_reason(&self) -> Option<EndReason> {
        self.end.get().copied()
    }

    /// Waits until the connection is ended from this side. Cancel safe.
    pub(crate) async fn ended(&self) -> EndReason {
        loop {
            // Registered before the look, so that an end in between is not missed.
            let ended = self.ended.notified();
            if let Some(reason) = self.end_reason() {
                return reason;
            }
            ended.await;
        }
    }
}
