use chat_core::model::ban as core;

use super::Time;
use crate::response::response;

response! {
    /// That somebody is banned from a room.
    pub(crate) struct Ban = "Ban" {
        /// Who is.
        required user_id: String = "userId",
        /// Who banned them.
        required by: String = "by",
        /// Since when.
        required at: Time = "at",
    }
}

impl From<core::Ban> for Ban {
    fn from(ban: core::Ban) -> Self {
        Self { user_id: ban.user.to_string(), by: ban.by.to_string(), at: Time(ban.at) }
    }
}
