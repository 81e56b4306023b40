//! How nodes tell each other what has happened.

use std::sync::Arc;

use async_trait::async_trait;

use crate::realtime::notice::Notice;

/// Carries notices of what was committed to every node, this one included.
///
/// A notice is a hint: it may be lost, come twice or out of order, and the receiving side copes, since the log is the
/// truth. What is published is seen by the local sink before `publish` answers, so that on one node nothing is late.
///
/// ```
/// use std::sync::{Arc, Mutex, OnceLock, PoisonError};
///
/// use chat_core::ports::bus::{Bus, BusSink};
/// use chat_core::realtime::notice::Notice;
///
/// /// Several chats in one process, as a test has them: clones of `nodes` reach each other.
/// #[derive(Default)]
/// struct SideBySide {
///     nodes: Arc<Mutex<Vec<Arc<dyn BusSink>>>>,
///     own: OnceLock<Arc<dyn BusSink>>,
/// }
///
/// #[async_trait::async_trait]
/// impl Bus for SideBySide {
///     fn attach(&self, sink: Arc<dyn BusSink>) {
///         self.nodes.lock().unwrap_or_else(PoisonError::into_inner).push(sink.clone());
///         let _ = self.own.set(sink);
///     }
///
///     async fn publish(&self, notices: Vec<Notice>) {
///         let nodes = self.nodes.lock().unwrap_or_else(PoisonError::into_inner).clone();
///         for node in nodes {
///             node.deliver(notices.clone()); // Its own among them, before this answers.
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait Bus: Send + Sync + 'static {
    /// Names the sink of this node. Called once, before anything is published.
    fn attach(&self, sink: Arc<dyn BusSink>);

    /// Whether it can reach another node than this one. Where it can, nodes also give each other signs of life by it.
    fn reaches_others(&self) -> bool {
        true
    }

    /// Publishes what was committed. Never fails: a node to which an event is not carried makes up for it from the store
    /// when it hears of a later one of the same room.
    async fn publish(&self, notices: Vec<Notice>);
}

/// Where a bus delivers. Does not block.
pub trait BusSink: Send + Sync + 'static {
    /// Takes notices that were committed, on this node or another.
    fn deliver(&self, notices: Vec<Notice>);
}
