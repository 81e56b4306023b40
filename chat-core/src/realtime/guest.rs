//! A client that has come to the door.

use std::sync::Arc;

use super::hub::Hub;

/// Somebody whom a transport is serving, before, while and after they have a
/// [`Connection`](super::connection::Connection). The chat is not [drained](crate::Chat::drained) before all of them
/// are gone: hold it until the last byte is written.
pub struct Guest {
    hub: Arc<Hub>,
}

impl Guest {
    pub(crate) fn new(hub: Arc<Hub>) -> Self {
        hub.count_in();
        Self { hub }
    }

    /// Waits until the chat begins to shut down. A connection is told so by itself.
    pub async fn draining(&self) {
        self.hub.draining().await;
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.hub.count_out();
    }
}
