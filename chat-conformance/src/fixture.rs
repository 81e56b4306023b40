//! What is looked at.

use std::sync::Arc;

use async_trait::async_trait;
use chat_core::ports::store::Store;

/// An empty, migrated store to look at, made anew for each promise. Dropped when the promise was looked at: a guard
/// that deletes its database then implements this itself. Every `Arc` of a store is one too.
///
/// ```
/// use std::sync::Arc;
///
/// use chat_conformance::Fixture;
/// use chat_core::ports::store::Store;
/// use chat_sqlite::SqliteStore;
///
/// /// A store that goes with its fixture.
/// struct InMemory(Arc<SqliteStore>);
///
/// impl Fixture for InMemory {
///     fn store(&self) -> Arc<dyn Store> {
///         self.0.clone()
///     }
/// }
/// ```
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// The store.
    fn store(&self) -> Arc<dyn Store>;

    /// A second store on the same data, as another process has it, with connections of its own. The default is the
    /// same store, which proves less.
    async fn another_node(&self) -> Arc<dyn Store> {
        self.store()
    }

    /// Cleans up what dropping cannot, since it has to wait. Called when the promise was looked at, also where it was
    /// broken.
    async fn remove(&self) {}
}

impl<S: Store> Fixture for Arc<S> {
    fn store(&self) -> Arc<dyn Store> {
        Arc::<S>::clone(self)
    }
}

/// What a test makes to look at: a [`Fixture`], or `None` where this machine has no database to make one in. Then the
/// test says nothing about the store; whoever makes fixtures sees to it that this is noticed.
pub trait Made: Send {
    /// What is looked at.
    type Fixture: Fixture;

    /// The fixture, where there is one.
    fn made(self) -> Option<Self::Fixture>;
}

impl<F: Fixture> Made for F {
    type Fixture = F;

    fn made(self) -> Option<F> {
        Some(self)
    }
}

impl<F: Fixture> Made for Option<F> {
    type Fixture = F;

    fn made(self) -> Option<F> {
        self
    }
}
