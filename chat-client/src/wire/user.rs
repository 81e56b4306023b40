use serde::{Deserialize, Serialize};

use super::Time;

/// A user, as they see themself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// Who.
    pub user_id: String,
    /// The name that others see.
    pub name: String,
    /// In E.164. Absent where the host's users have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Whether the user may make rooms and be invited.
    pub prime: bool,
    /// The balance.
    pub avail_coins: i64,
    /// Since when.
    pub created_at: Time,
}

/// What any signed-in user sees of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Who.
    pub user_id: String,
    /// The name.
    pub name: String,
    /// Whether they are a prime member.
    pub prime: bool,
    /// Since when.
    pub created_at: Time,
    /// How they stand to the caller.
    pub relation: Relation,
}

/// How a user stands to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Relation {
    /// It is the caller.
    #[serde(rename = "self")]
    Oneself,
    /// A friend.
    Friend,
    /// The caller has asked them.
    RequestSent,
    /// They have asked the caller.
    RequestReceived,
    /// Nothing of these.
    None,
    /// A relation that is newer than this crate.
    #[serde(other)]
    Other,
}
