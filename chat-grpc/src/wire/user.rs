use chat_core::{
    api::CoinPage,
    model::{
        coin::{self, CoinKind},
        user::{self, Relation},
    },
};

use super::time;
use crate::v1;

impl From<user::User> for v1::User {
    fn from(user: user::User) -> Self {
        Self {
            user_id: user.id.to_string(),
            name: user.name.to_string(),
            phone: user.phone.map(|phone| phone.as_str().to_owned()),
            prime: user.prime,
            avail_coins: user.coins.get(),
            created_at: Some(time(user.created_at)),
        }
    }
}

impl From<user::Profile> for v1::Profile {
    fn from(profile: user::Profile) -> Self {
        let relation = match profile.relation {
            Relation::Oneself => v1::Relation::Self_,
            Relation::Friend => v1::Relation::Friend,
            Relation::RequestSent => v1::Relation::RequestSent,
            Relation::RequestReceived => v1::Relation::RequestReceived,
            Relation::None => v1::Relation::None,
        };
        Self {
            user_id: profile.id.to_string(),
            name: profile.name.to_string(),
            prime: profile.prime,
            created_at: Some(time(profile.created_at)),
            relation: relation.into(),
        }
    }
}

impl From<CoinPage> for v1::ListCoinEntriesResponse {
    fn from(page: CoinPage) -> Self {
        Self { entries: page.entries.into_iter().map(v1::CoinEntry::from).collect(), has_more: page.has_more }
    }
}

impl From<coin::CoinEntry> for v1::CoinEntry {
    fn from(entry: coin::CoinEntry) -> Self {
        let kind = match entry.kind {
            CoinKind::Opening => v1::CoinKind::Opening,
            CoinKind::RoomAdmission => v1::CoinKind::RoomAdmission,
            CoinKind::Grant => v1::CoinKind::Grant,
            CoinKind::Debit => v1::CoinKind::Debit,
        };
        Self {
            number: entry.number,
            amount: entry.amount.get(),
            kind: kind.into(),
            reason: entry.reason.map(|reason| reason.as_str().to_owned()),
            balance_after: entry.balance_after.get(),
            room_id: entry.room.map(|room| room.to_string()),
            at: Some(time(entry.at)),
        }
    }
}
