//! The words that stand in frames.

use chat_core::{model::friend::FriendChange, realtime::delivery::RoomRemoval};
use poem_openapi::registry::MetaSchemaRef;
use serde::{Serialize, Serializer};

use crate::response::{Schema, one_of, openapi_type, word};

word! {
    /// What happened to a friendship or a request.
    pub(crate) FriendChangeName(FriendChange) { Request, Accepted, Declined, Withdrawn, Removed }
}

word! {
    /// Why somebody has no seat any more.
    pub(crate) RoomRemovalName(RoomRemoval) { Left, Removed, Banned }
}

/// What a client should see to.
#[derive(Clone, Copy)]
pub(crate) enum NoticeCode {
    /// The access token expires in 60 s.
    TokenExpiring,
    /// The server stops.
    Draining,
}

impl NoticeCode {
    const fn as_str(self) -> &'static str {
        match self {
            Self::TokenExpiring => "token_expiring",
            Self::Draining => "draining",
        }
    }
}

impl Serialize for NoticeCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Schema for NoticeCode {
    const NAME: &'static str = "NoticeCode";

    fn schema_ref() -> MetaSchemaRef {
        one_of(&[Self::TokenExpiring, Self::Draining].map(Self::as_str))
    }
}

openapi_type!(NoticeCode);
