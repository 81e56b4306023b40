//! Who calls: the columns of the table.

/// A kind of caller. Who is not signed in would otherwise be the room's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Shows no token.
    Nobody,
    /// Shows an access token whose time is over; its session lives.
    Expired,
    /// Shows an access token whose session was ended.
    Revoked,
    /// Is suspended.
    Suspended,
    /// Is erased.
    Erased,
    /// Shows their refresh token in the place of the access token.
    RefreshToken,
    /// Shows the token of an invite in the place of the access token.
    InviteToken,
    /// The operator who may do everything, with the operator's own token.
    Admin,
    /// Is signed in, and was never in the room.
    OtherUser,
    /// Was in the room, and left.
    FormerMember,
    /// Was in the room, and was removed.
    Removed,
    /// Was in the room, and was banned.
    Banned,
    Member,
    Moderator,
    /// Is a member whom the owner and the other member block.
    Blocked,
    Owner,
    /// An operator with every right but the one that the operation takes.
    WithoutRight,
    /// An operator with that right alone.
    WithRight,
}

use Caller::*;

impl Caller {
    /// The name of the column.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Nobody => "nobody",
            Expired => "expired",
            Revoked => "revoked",
            Suspended => "suspended",
            Erased => "erased",
            RefreshToken => "refresh token",
            InviteToken => "invite token",
            Admin => "admin",
            OtherUser => "other user",
            FormerMember => "former member",
            Removed => "removed member",
            Banned => "banned",
            Member => "member",
            Moderator => "moderator",
            Blocked => "blocked",
            Owner => "owner",
            WithoutRight => "operator without the right",
            WithRight => "operator with it alone",
        }
    }

    /// Whether a living connection of theirs ends with their sign-in.
    pub(crate) const fn was_signed_in(self) -> bool {
        matches!(self, Expired | Revoked | Suspended | Erased)
    }

    /// Whether they have a seat in the room, and do not own it.
    pub(crate) const fn is_member(self) -> bool {
        matches!(self, Member | Moderator | Blocked)
    }

    /// Whether a user calls who is signed in.
    pub(crate) fn is_user(self) -> bool {
        USERS.contains(&self)
    }
}

/// Who is refused at the door of the users' API.
pub(crate) const NOT_SIGNED_IN: &[Caller] =
    &[Nobody, Expired, Revoked, Suspended, Erased, RefreshToken, InviteToken, Admin];

/// Who is let in there.
pub(crate) const USERS: &[Caller] = &[OtherUser, FormerMember, Removed, Banned, Member, Moderator, Blocked, Owner];

/// Whom the operators' API knows nothing of, but for users.
pub(crate) const NO_OPERATORS: &[Caller] = &[Nobody, Expired, Revoked, Suspended, Erased, RefreshToken, InviteToken];

/// Whom it knows.
pub(crate) const OPERATORS: &[Caller] = &[WithoutRight, WithRight, Admin];
