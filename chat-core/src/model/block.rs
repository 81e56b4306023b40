//! Who wants to hear nothing of whom.

use super::{time::Timestamp, user::UserId};

/// Somebody whom a user blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Who is blocked.
    pub id: UserId,
    /// Since when.
    pub at: Timestamp,
}
