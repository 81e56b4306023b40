//! Who is kept out of a room.

use super::{time::Timestamp, user::UserId};

/// That somebody is banned from a room (R-ROL-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ban {
    /// Who is.
    pub user: UserId,
    /// Who banned them.
    pub by: UserId,
    /// Since when.
    pub at: Timestamp,
}
