//! A room and its members.

use secrecy::{ExposeSecret, SecretString};

use super::{
    event::Seq,
    text::{Name, check_length, check_no_nul},
    time::Timestamp,
    user::UserId,
    uuid_id,
};
use crate::fault::{Fault, FieldCode};

uuid_id! {
    /// Which room.
    RoomId
}

/// How many members a room may have: 2 to 6, the owner included (R-ADM-02).
///
/// ```
/// use chat_core::model::room::Capacity;
///
/// assert!(Capacity::parse(2).is_ok() && Capacity::parse(7).is_err());
/// assert_eq!(Capacity::MAX.get(), 6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Capacity(u8);

impl Capacity {
    /// The least.
    pub const MIN: Self = Self(2);
    /// The greatest, and what a room has where none is given.
    pub const MAX: Self = Self(6);

    /// Checks the number.
    ///
    /// # Errors
    /// `out_of_range` (R-ADM-02).
    pub fn parse(count: i64) -> Result<Self, Fault> {
        match u8::try_from(count) {
            Ok(count) if (Self::MIN.0..=Self::MAX.0).contains(&count) => Ok(Self(count)),
            _ => Err(Fault::new(FieldCode::OutOfRange, "from 2 to 6")),
        }
    }

    /// How many.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A room's password: 4 to 128 characters, no NUL (R-ADM-03).
///
/// ```
/// use chat_core::model::room::RoomPassword;
///
/// assert!(RoomPassword::parse("biscuits").is_ok() && RoomPassword::parse("tea").is_err());
/// ```
#[derive(Clone, Debug)]
pub struct RoomPassword(SecretString);

impl RoomPassword {
    /// The least number of characters.
    pub const MIN: usize = 4;
    /// The greatest number of characters.
    pub const MAX: usize = 128;

    /// Checks the text.
    ///
    /// # Errors
    /// `too_short`, `too_long`; `bad_format` with a NUL (R-ADM-03).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        check_length(text, Self::MIN, Self::MAX)?;
        check_no_nul(text)?;
        Ok(Self(text.into()))
    }

    /// The password itself, for hashing.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Which.
    pub id: RoomId,
    /// Its name.
    pub name: Name,
    /// Who owns it; of a room that its last member left, who owned it last.
    pub owner: UserId,
    /// How many members it may have.
    pub capacity: Capacity,
    /// How many it has.
    pub member_count: u8,
    /// The number of its newest event.
    pub last_seq: Seq,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was closed, where it was (R-ADM-10).
    pub closed_at: Option<Timestamp>,
}

/// What a member may do in a room: more with each step (R-ROL-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads, writes, leaves.
    Member,
    /// Removes, bans and deletes besides.
    Moderator,
    /// All.
    Owner,
}

impl Role {
    /// The name on the wire and in stores.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Member, Self::Moderator, Self::Owner].into_iter().find(|role| role.as_str() == name)
    }
}

/// Somebody's present membership of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// As what.
    pub role: Role,
    /// Since when; who came back, since they came back.
    pub joined_at: Timestamp,
    /// The number of the `joined` event of that.
    pub joined_seq: Seq,
    /// How far they have read (R-MSG-07).
    pub read_seq: Seq,
}

/// A member with the name that others see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedMember {
    /// The membership.
    pub member: Member,
    /// The member's name.
    pub name: Name,
}

/// A room as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomView {
    /// The room.
    pub room: Room,
    /// The member's role in it.
    pub role: Role,
    /// How far the member has read.
    pub read_seq: Seq,
    /// Messages after that which are neither the member's own nor deleted (R-MSG-07).
    pub unread: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_adm_02_a_capacity_is_2_to_6() {
        let allowed: Vec<i64> = (-1..10).filter(|&count| Capacity::parse(count).is_ok()).collect();
        assert_eq!(allowed, [2, 3, 4, 5, 6]);
        assert!(Capacity::parse(258).is_err());
    }

    #[test]
    fn r_adm_03_a_room_password_has_4_to_128_characters_and_no_nul() {
        for (bad, code) in [("abc", FieldCode::TooShort), ("ab\0c", FieldCode::BadFormat)] {
            assert_eq!(RoomPassword::parse(bad).map_err(|fault| fault.code).err(), Some(code));
        }
        assert!(RoomPassword::parse(&"\u{e9}".repeat(128)).is_ok());
        assert!(RoomPassword::parse(&"x".repeat(129)).is_err());
    }
}
