//! The hub's end of a connection.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use tokio::sync::Notify;

use super::{
    connection::ConnectionId,
    delivery::EndReason,
    notice::Logged,
    queue::{Full, Queue, Weighed},
};
use crate::{
    api::Sent,
    error::ChatError,
    model::{
        event::{Event, EventKind, Seq},
        friend::{FriendChange, RequestId},
        message::Message,
        room::RoomId,
        session::SessionId,
        time::Timestamp,
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
    /// A member types, since that time.
    Typing {
        room: RoomId,
        user: UserId,
        since: Timestamp,
    },
    /// A user is online, or is not and was last seen then.
    Presence {
        user: UserId,
        last_seen: Option<Timestamp>,
    },
    /// The answer to a send that logged nothing.
    Answered {
        command: u64,
        result: Result<Sent, ChatError>,
    },
    /// What was offered before is behind the reader.
    Mark(u64),
    Draining,
}

impl Weighed for Item {
    fn weight(&self) -> usize {
        match self {
            Self::Event(logged) => text_of(&logged.event),
            Self::Answered { result: Ok(sent), .. } => text_of(&sent.event),
            Self::Answered { result: Err(_), .. }
            | Self::RoomAdded(_)
            | Self::Receipt { .. }
            | Self::Friend { .. }
            | Self::Typing { .. }
            | Self::Presence { .. }
            | Self::Mark(_)
            | Self::Draining => 0,
        }
    }

    fn is_ephemeral(&self) -> bool {
        match self {
            Self::Typing { .. } | Self::Presence { .. } => true,
            Self::Event(_)
            | Self::Answered { .. }
            | Self::RoomAdded(_)
            | Self::Receipt { .. }
            | Self::Friend { .. }
            | Self::Mark(_)
            | Self::Draining => false,
        }
    }
}

/// How many bytes the text takes that somebody wrote for this event.
fn text_of(event: &Event) -> usize {
    match &event.kind {
        EventKind::Message(Message { body, .. }) | EventKind::MessageEdited { body, .. } => {
            body.as_ref().map_or(0, |body| body.as_str().len())
        }
        _ => 0,
    }
}

/// Where the hub puts what a connection shall hear. Nothing here waits: one slow reader does not hold others back.
pub(crate) struct Outlet {
    pub(crate) id: ConnectionId,
    pub(crate) user: UserId,
    pub(crate) session: Option<SessionId>,
    greeted: AtomicBool,
    /// Up to which number it has seen who is online; 0 before it has looked.
    looked: AtomicU64,
    queue: Queue<Item>,
    end: OnceLock<EndReason>,
    ended: Notify,
}

impl Outlet {
    pub(crate) fn new(id: ConnectionId, user: UserId, session: Option<SessionId>) -> Self {
        Self {
            id,
            user,
            session,
            greeted: AtomicBool::new(false),
            looked: AtomicU64::new(0),
            queue: Queue::new(),
            end: OnceLock::new(),
            ended: Notify::new(),
        }
    }

    /// Notes that hello was said; answers whether it was before.
    pub(crate) fn greet(&self) -> bool {
        self.greeted.swap(true, Ordering::Relaxed)
    }

    pub(crate) fn is_greeted(&self) -> bool {
        self.greeted.load(Ordering::Relaxed)
    }

    /// Notes that it has seen who is online, up to what has this number. Under the lock under which it is told, too.
    pub(crate) fn look(&self, serial: u64) {
        self.looked.store(serial.max(1), Ordering::Relaxed);
    }

    /// Whether it is to be told what has this number: it has looked around, and not seen it.
    pub(crate) fn hears(&self, serial: u64) -> bool {
        let looked = self.looked.load(Ordering::Relaxed);
        looked != 0 && looked < serial
    }

    /// Puts an item into the queue. A reader that has left no room for it is cut off, never skipped (R-MSG-08); only what
    /// is ephemeral may be dropped, and is dropped first.
    pub(crate) fn offer(&self, item: Item) {
        if let Err(Full) = self.queue.offer(item) {
            self.end(EndReason::TooSlow);
        }
    }

    /// The next item; waits for one. For the connection alone. Cancel safe.
    pub(crate) async fn next_item(&self) -> Item {
        self.queue.take().await
    }

    /// Ends the connection at once; what waits in the queue is not read any more. The first reason stands.
    pub(crate) fn end(&self, reason: EndReason) {
        if self.end.set(reason).is_ok() {
            self.queue.close();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::message::MessageBody;

    fn event(body: &str) -> Event {
        let body = Some(MessageBody::parse(body.into()).unwrap());
        let kind = EventKind::Message(Message {
            body,
            client_id: None,
            reply_to: None,
            mentions: Vec::new(),
            edited_at: None,
            deleted_at: None,
            reactions: Vec::new(),
        });
        let sender = UserId::parse("alice").unwrap();
        Event { room: RoomId::new(), seq: Seq::new(1), sender, at: Timestamp::from_millis(0), kind }
    }

    #[test]
    fn r_msg_08_an_event_weighs_what_its_text_takes() {
        let logged = Item::Event(Arc::new(Logged::new(event("\u{1F600}!"))));
        let answered = Item::Answered { command: 1, result: Ok(Sent { event: event("ok"), repeated: true }) };
        assert_eq!((logged.weight(), answered.weight(), Item::Draining.weight()), (5, 2, 0));
    }

    #[test]
    fn r_msg_08_a_reader_that_leaves_no_room_is_cut_off_and_keeps_nothing_waiting() {
        let outlet = Outlet::new(ConnectionId(1), UserId::parse("bob").unwrap(), None);
        let text = Arc::new(Logged::new(event(&"\u{1F600}".repeat(MessageBody::MAX))));
        let offered = (1..).find(|_| {
            outlet.offer(Item::Event(Arc::clone(&text)));
            outlet.end_reason().is_some()
        });
        assert_eq!((outlet.end_reason(), offered), (Some(EndReason::TooSlow), Some(66)), "16,000 bytes each");
        assert_eq!(Arc::strong_count(&text), 1);
    }
}
