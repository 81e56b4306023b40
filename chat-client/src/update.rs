//! What the application is told.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::Stream;
use tokio::sync::mpsc;

use crate::{
    error::End,
    wire::{Event, FriendChange, NoticeCode, Problem, RemovalReason, Room, Time},
};

/// Something that the application is told.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Update {
    /// There is a connection, the first or another. Rooms that one has become a member of meanwhile follow as
    /// [`RoomAdded`](Self::RoomAdded), then what was missed.
    Connected {
        /// Who is signed in.
        user_id: String,
        /// On which device; absent where the host signs in.
        device_id: Option<String>,
    },
    /// The connection is lost, or none came about; another try follows after this wait.
    Reconnecting {
        /// Why.
        cause: Cause,
        /// How long.
        wait: Duration,
    },
    /// One is a member of this room now. Its events follow.
    RoomAdded(Room),
    /// One is a member no more. No event of the room follows until it is added again; then first those that were logged
    /// meanwhile, which members may read. Who has left and come back before the application heard of it may be told so by
    /// the log's own events alone.
    RoomRemoved {
        /// Of which room.
        room_id: String,
        /// Why.
        reason: RemovalReason,
    },
    /// The next event of a room, one's own among them: each once, in the order of the log, without a hole.
    Event(Event),
    /// The log of a room is shorter than what the application has heard of it, as after an older copy of the database was
    /// brought back. What the application knows of the room is void; what follows begins after this number.
    LogReplaced {
        /// Which room.
        room_id: String,
        /// After which number it goes on.
        after: u64,
    },
    /// Somebody has read a room up to this number. The greatest counts.
    Receipt {
        /// Which room.
        room_id: String,
        /// Who.
        user_id: String,
        /// Up to where.
        read_seq: u64,
    },
    /// Somebody is writing.
    Typing {
        /// Where.
        room_id: String,
        /// Who.
        user_id: String,
    },
    /// Somebody has come or gone.
    Presence {
        /// Who.
        user_id: String,
        /// Whether they are there now.
        online: bool,
        /// When they were there last.
        last_seen_at: Option<Time>,
    },
    /// Something has changed between oneself and somebody.
    Friend {
        /// What.
        change: FriendChange,
        /// With whom.
        user_id: String,
        /// By which request.
        request_id: Option<String>,
    },
    /// What the server says of the connection. The client has seen to it.
    Notice(NoticeCode),
    /// It is over; nothing follows.
    Ended(End),
}

/// Why there is no connection for the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The server closed it, with this code, or it broke without one.
    Closed(Option<u16>),
    /// The server was not reached.
    Network(String),
    /// Nothing came for longer than the server is silent.
    Silence,
    /// The server could not just then.
    Refused(Box<Problem>),
    /// An event came that was not the next one; what is missing is asked for anew. It would be a fault of the server.
    Hole {
        /// Of which room.
        room_id: String,
        /// The number that should have come.
        expected: u64,
        /// The one that did.
        came: u64,
    },
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed(Some(code)) => write!(f, "the server closed the connection ({code})"),
            Self::Closed(None) => f.write_str("the connection broke"),
            Self::Network(what) => write!(f, "the server was not reached: {what}"),
            Self::Silence => f.write_str("the server is silent"),
            Self::Refused(problem) => write!(f, "the server could not: {problem}"),
            Self::Hole { room_id, expected, came } => write!(f, "{came} came for {expected} in room {room_id}"),
        }
    }
}

/// What the application is told, in order. Read it all the time, beside your calls: while it is full the connection is not
/// read, and so no call is answered. Who does not care for it drops it, and is told nothing.
///
/// ```
/// use chat_client::{Update, Updates};
///
/// async fn follow(mut updates: Updates) {
///     while let Some(update) = updates.next().await {
///         match update {
///             Update::Event(event) => println!("{} {}", event.room_id, event.seq),
///             Update::Ended(why) => println!("{why:?}"),
///             _ => {}
///         }
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Updates(pub(crate) mpsc::Receiver<Update>);

impl Updates {
    /// The next thing; `None` after [`Update::Ended`].
    ///
    /// Cancel safe: what was not returned comes with the next call.
    pub async fn next(&mut self) -> Option<Update> {
        self.0.recv().await
    }
}

impl Stream for Updates {
    type Item = Update;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Update>> {
        self.0.poll_recv(cx)
    }
}
