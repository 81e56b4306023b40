use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    charge::{ChargeId, StandingCharge},
    time::Timestamp,
};

/// Reading charges of the host's wallet.
#[async_trait]
pub trait ChargeStore: Send + Sync + 'static {
    /// At most `limit` of those that are due at `now`, those first that are due for longest, then by id.
    async fn due_charges(&self, now: Timestamp, limit: usize) -> Result<Vec<StandingCharge>, StoreError>;
}

/// Writing charges of the host's wallet. Each is protected by a lock of its own.
#[async_trait]
pub trait ChargeTx: Send {
    /// Inserts a charge of a user and a room that exist. No lock.
    async fn insert_charge(&mut self, charge: &StandingCharge) -> Result<(), StoreError>;

    /// Locks a charge and reads it. Taken after all other locks, and only one at a time.
    async fn lock_charge(&mut self, id: ChargeId) -> Result<Option<StandingCharge>, StoreError>;

    /// Writes state, due time and attempts of a charge. Lock: the charge.
    async fn set_charge(&mut self, charge: &StandingCharge) -> Result<(), StoreError>;
}
