use serde::{Deserialize, Serialize};

use super::Time;

/// A change of one's balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CoinEntry {
    /// 1, 2, 3 … for each user.
    pub number: u64,
    /// By how much the balance changed; below zero for what was paid or taken.
    pub amount: i64,
    /// Why.
    pub kind: CoinKind,
    /// The operator's words, with a grant and a debit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The balance after it.
    pub balance_after: i64,
    /// The room that was paid for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room_id: Option<String>,
    /// When.
    pub at: Time,
}

/// Why a balance changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CoinKind {
    /// What one began with.
    Opening,
    /// A room was paid for.
    RoomAdmission,
    /// The operator gave.
    Grant,
    /// The operator took.
    Debit,
    /// A reason that is newer than this crate.
    #[serde(other)]
    Other,
}

/// A stretch of one's ledger, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CoinHistory {
    /// The entries.
    pub entries: Vec<CoinEntry>,
    /// Whether there are older ones.
    pub has_more: bool,
}
