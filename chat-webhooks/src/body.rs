//! What a request says.

use chat_core::model::{
    outbox::{OutboxEntry, Subject},
    user::{Standing, UserId},
};
use serde_json::{Value, json};

/// The body of the request for an entry.
pub(crate) fn body(entry: &OutboxEntry) -> String {
    let (kind, data) = kind_and_data(entry);
    json!({"type": kind, "timestamp": entry.at.to_string(), "data": data}).to_string()
}

fn kind_and_data(entry: &OutboxEntry) -> (&'static str, Value) {
    let both = |user: &UserId, other: &UserId| json!({"userIds": [user.as_str(), other.as_str()]});
    match &entry.subject {
        Subject::Logged { room, seq } => {
            let mut data = json!({"roomId": room.to_string(), "seq": seq.get()});
            if let Some(kind) = entry.event_kind {
                data["kind"] = kind.into();
            }
            ("room.event", data)
        }
        Subject::FriendshipMade { user, other } => ("friendship.made", both(user, other)),
        Subject::FriendshipEnded { user, other } => ("friendship.ended", both(user, other)),
        Subject::StandingChanged { user, standing } => {
            let kind = match standing {
                Standing::Active => "user.restored",
                Standing::Suspended => "user.suspended",
                Standing::Erased => "user.erased",
            };
            (kind, json!({"userId": user.as_str()}))
        }
        Subject::CoinsChanged { user, number } => ("coins.changed", json!({"userId": user.as_str(), "number": number})),
    }
}
