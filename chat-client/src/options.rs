use std::{collections::HashMap, time::Duration};

use crate::backoff::Bounds;

/// Where the application begins to hear a room that it does not know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Begin {
    /// With what is logged from now on: after `last_seq` of the room as [`Update::RoomAdded`](crate::Update::RoomAdded)
    /// shows it.
    #[default]
    Live,
    /// With the first event of its log.
    FromStart,
}

/// How a connection behaves. The defaults are for an application of one user.
///
/// ```
/// use std::time::Duration;
///
/// use chat_client::{Begin, Options};
///
/// let known = [("019ad8c6-5d0e-7b52-8a43-3f3f3a1e6c11".to_owned(), 42)];
/// let options = Options::default().positions(known).backoff(Duration::from_secs(1), Duration::from_secs(60));
/// # drop(options.begin(Begin::Live));
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    pub(crate) begin: Begin,
    pub(crate) positions: HashMap<String, u64>,
    pub(crate) backoff: Bounds,
    pub(crate) updates: usize,
    pub(crate) handshake: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            begin: Begin::default(),
            positions: HashMap::new(),
            backoff: Bounds { first: Duration::from_millis(500), longest: Duration::from_secs(30) },
            updates: 256,
            handshake: Duration::from_secs(10),
        }
    }
}

impl Options {
    /// Where to begin in rooms that the application does not know. Default: [`Begin::Live`].
    #[must_use]
    pub fn begin(mut self, begin: Begin) -> Self {
        self.begin = begin;
        self
    }

    /// The number of the last event of each room that the application has: it hears what comes after.
    #[must_use]
    pub fn positions(mut self, positions: impl IntoIterator<Item = (String, u64)>) -> Self {
        self.positions = positions.into_iter().collect();
        self
    }

    /// How long a lost connection waits at most, the first time and ever. Default: half a second and 30 seconds.
    #[must_use]
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = Bounds { first, longest };
        self
    }

    /// How many updates may wait for the application before the connection is read no further. Default: 256; at least 1.
    #[must_use]
    pub fn waiting_updates(mut self, updates: usize) -> Self {
        self.updates = updates.max(1);
        self
    }

    /// How long the server has to answer when a connection is made. Default: 10 seconds.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake = timeout;
        self
    }
}
