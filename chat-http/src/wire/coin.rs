use chat_core::model::coin::{self as core, CoinKind};

use super::Time;
use crate::response::{response, word};

response! {
    /// A change of a balance. Entries are never changed or removed.
    pub(crate) struct CoinEntry = "CoinEntry" {
        /// 1, 2, 3 … for each user.
        required number: u64 = "number",
        /// By how much the balance changed; below zero for what was paid or taken.
        required amount: i64 = "amount",
        /// Why.
        required kind: CoinKindName = "kind",
        /// The operator's words. With `grant` and `debit`.
        optional reason: String = "reason",
        /// The balance after it.
        required balance_after: i64 = "balanceAfter",
        /// The room that was paid for. With `room_admission`.
        optional room_id: String = "roomId",
        /// When.
        required at: Time = "at",
    }
}

word! {
    /// Why a balance changed.
    pub(crate) CoinKindName(CoinKind) { Opening, RoomAdmission, Grant, Debit }
}

impl From<core::CoinEntry> for CoinEntry {
    fn from(entry: core::CoinEntry) -> Self {
        Self {
            number: entry.number,
            amount: entry.amount.get(),
            kind: CoinKindName(entry.kind),
            reason: entry.reason.map(|reason| reason.as_str().to_owned()),
            balance_after: entry.balance_after.get(),
            room_id: entry.room.map(|room| room.to_string()),
            at: Time(entry.at),
        }
    }
}
