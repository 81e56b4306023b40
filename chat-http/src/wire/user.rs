use chat_core::model::user::{self as core, Relation};

use super::Time;
use crate::response::{response, word};

response! {
    /// A user, as they see themself.
    pub(crate) struct User = "User" {
        /// Who.
        required user_id: String = "userId",
        /// The name that others see.
        required name: String = "name",
        /// In E.164. Absent where the host's users have none.
        optional phone: String = "phone",
        /// Whether the user may make rooms and be invited.
        required prime: bool = "prime",
        /// The balance.
        required avail_coins: i64 = "availCoins",
        /// Since when.
        required created_at: Time = "createdAt",
    }
}

response! {
    /// What any signed-in user sees of another.
    pub(crate) struct Profile = "Profile" {
        /// Who.
        required user_id: String = "userId",
        /// The name.
        required name: String = "name",
        /// Whether they are a prime member.
        required prime: bool = "prime",
        /// Since when.
        required created_at: Time = "createdAt",
        /// How they stand to the caller.
        required relation: RelationName = "relation",
    }
}

word! {
    /// How a user stands to the caller.
    pub(crate) RelationName(Relation) { Oneself, Friend, RequestSent, RequestReceived, None }
}

impl From<core::User> for User {
    fn from(user: core::User) -> Self {
        Self {
            user_id: user.id.to_string(),
            name: user.name.to_string(),
            phone: user.phone.map(|phone| phone.as_str().to_owned()),
            prime: user.prime,
            avail_coins: user.coins.get(),
            created_at: Time(user.created_at),
        }
    }
}

impl From<core::Profile> for Profile {
    fn from(profile: core::Profile) -> Self {
        Self {
            user_id: profile.id.to_string(),
            name: profile.name.to_string(),
            prime: profile.prime,
            created_at: Time(profile.created_at),
            relation: RelationName(profile.relation),
        }
    }
}
