//! The bus of a single node.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;

use super::notice::Notice;
use crate::ports::bus::{Bus, BusSink};

/// Hands every notice to this process alone, before `publish` answers.
#[derive(Default)]
pub struct LocalBus {
    sink: OnceLock<Arc<dyn BusSink>>,
}

#[async_trait]
impl Bus for LocalBus {
    fn attach(&self, sink: Arc<dyn BusSink>) {
        // A bus serves one chat; a second one would hear nothing.
        if self.sink.set(sink).is_err() {
            tracing::error!("a bus was given to two chats: the second one hears nothing of it");
        }
    }

    fn reaches_others(&self) -> bool {
        false
    }

    async fn publish(&self, notices: Vec<Notice>) {
        if let Some(sink) = self.sink.get() {
            sink.deliver(notices);
        }
    }
}
