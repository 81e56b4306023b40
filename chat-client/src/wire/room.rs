use serde::{Deserialize, Serialize};

use super::Time;

/// A room, as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Room {
    /// Which.
    pub room_id: String,
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub owner_id: String,
    /// How many members it may have.
    pub capacity: u32,
    /// How many it has.
    pub member_count: u32,
    /// The number of its newest event.
    pub last_seq: u64,
    /// Since when.
    pub created_at: Time,
    /// When it was closed, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Time>,
    /// The caller's own place in it.
    pub me: OwnMembership,
}

/// One's own place in a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnMembership {
    /// As what.
    pub role: Role,
    /// The number of the last event that was read.
    pub read_seq: u64,
    /// Messages after that which are neither one's own nor deleted.
    pub unread: u64,
}

/// What a member may do. The later is above the earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Reads and writes.
    Member,
    /// Deletes and removes, too.
    Moderator,
    /// May do everything, and is one.
    Owner,
}

/// One of a room's present members.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Who.
    pub user_id: String,
    /// The name.
    pub name: String,
    /// As what.
    pub role: Role,
    /// Since when.
    pub joined_at: Time,
    /// The number of the last event that they have read.
    pub read_seq: u64,
}

/// A room that is to be made.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewRoom {
    /// Its name.
    pub name: String,
    /// What others join with.
    pub password: String,
    /// How many members it may have; 6 where none is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// Its maker's key for it: with the same one again the first room is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// What is to change in a room; what is absent stays.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RoomChange {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What others join with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// How many members it may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
}

/// How one comes in.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
pub enum Way {
    /// By the room's id and password.
    Password {
        /// Which room.
        room_id: String,
        /// Its password.
        password: String,
    },
    /// By an invite.
    Invite {
        /// What was shown when it was made.
        invite_token: String,
    },
}

/// A seat that one asks for.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Join {
    /// How.
    #[serde(flatten)]
    pub way: Way,
    /// Only to be told what it would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
    /// What it may cost at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_charge: Option<i64>,
}

/// A seat that was taken, or in a dry run would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Joined {
    /// Which room.
    pub room_id: String,
    /// Its name.
    pub name: String,
    /// How many members it may have.
    pub capacity: u32,
    /// How many it has.
    pub member_count: u32,
    /// The room. Absent in a dry run of one who is no member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<Room>,
    /// The standing admission. Absent in a dry run where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admission: Option<Admission>,
    /// What it took, or would take.
    pub charged: i64,
    /// Whether one was a member before.
    pub already_member: bool,
    /// The balance after it; in a dry run as it is.
    pub avail_coins: i64,
}

/// The right to a seat, which outlives the seat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Admission {
    /// How it was come by.
    pub kind: AdmissionKind,
    /// What it cost.
    pub coins: i64,
    /// When.
    pub at: Time,
}

/// How an admission was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AdmissionKind {
    /// The first one, which costs nothing.
    Free,
    /// For coins.
    Paid,
    /// As a prime member.
    Prime,
    /// As the room's maker.
    Owner,
    /// A way that is newer than this crate.
    #[serde(other)]
    Other,
}

/// Somebody who may not come in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ban {
    /// Who.
    pub user_id: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Time,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_join_names_the_room_or_the_invite_and_nothing_that_was_not_asked() {
        let by_id = Way::Password { room_id: "r".to_owned(), password: "p".to_owned() };
        let join = Join { way: by_id, dry_run: None, max_charge: Some(0) };
        assert_eq!(serde_json::to_value(join).unwrap(), json!({"roomId": "r", "password": "p", "maxCharge": 0}));
        let join = Join { way: Way::Invite { invite_token: "t".to_owned() }, dry_run: Some(true), max_charge: None };
        assert_eq!(serde_json::to_value(join).unwrap(), json!({"inviteToken": "t", "dryRun": true}));
    }
}
