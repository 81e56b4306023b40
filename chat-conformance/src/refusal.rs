//! What must never be.

use chat_core::ports::store::{StoreError, StoreTx};

/// Texts that a store is tempted to understand, and must keep as they are.
pub(crate) const AWKWARD: [&str; 18] = [
    "\"quoted\" 'single' `back` \u{2019}",
    "it''s \\' \\\\ ends in a backslash \\",
    "? ?1 :name @name $1 {} %s %d _ %",
    "'; DROP TABLE chat_users; -- /* */ #",
    "{\"json\": [1, null]}",
    "[\"\\u0041\"]",
    "12345",
    "1e3",
    "null",
    "NULL",
    "0x41",
    "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467} \u{1F3F3}\u{FE0F}\u{200D}\u{1F308} \u{1F1FA}\u{1F1F3}",
    "\u{10FFFF} \u{FFFD} \u{FFFF} \u{D7FF}\u{E000}",
    "\u{130} \u{131} \u{DF} \u{1E9E} \u{FB01} \u{3A3}\u{3C3}\u{3C2}",
    "\u{627}\u{644}\u{639} \u{5D0}\u{5D1} \u{4E2D}\u{6587} \u{E01}\u{E33}",
    "caf\u{E9}",
    "CAF\u{C9}",
    "cafe",
];

/// Shows that a store does not take what must never be: the write says so, or else the commit of its transaction, in
/// which nothing else is done. Nothing of the transaction stays.
pub(crate) async fn must_not_be<T>(tx: Box<dyn StoreTx>, written: Result<T, StoreError>) {
    let refused = match written {
        Ok(_) => tx.commit().await,
        Err(error) => {
            drop(tx);
            Err(error)
        }
    };
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "not refused as what must never be: {refused:?}");
}
