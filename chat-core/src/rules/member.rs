//! Who acts on whom in a room.

use crate::{error::Rejection, model::room::Role};

/// What is known when a member acts on another, read under the lock of the room.
#[derive(Clone, Copy, Debug)]
pub struct ActFacts {
    /// The role of who acts; absent where they are no member.
    pub role: Option<Role>,
    /// The room is closed.
    pub closed: bool,
    /// The role of whom it is about; absent where they are no member.
    pub other: Option<Role>,
}

/// Whether a member removes another (R-ROL-01, R-ROL-02): owner and moderators do, those below them.
///
/// # Errors
/// `NotAMember`, `NotAllowed` (the role), `RoomClosed`, `UserNotFound`, `NotAllowed` (the other's role), in this order.
pub fn decide_remove(facts: &ActFacts) -> Result<(), Rejection> {
    let role = moderating(facts.role)?;
    if facts.closed {
        return Err(Rejection::RoomClosed);
    }
    outranks(role, facts.other.ok_or(Rejection::UserNotFound)?)
}

/// What giving somebody a role comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleChange {
    /// They have it.
    None,
    /// They get it.
    Of(Role),
    /// They own the room, and who did is a moderator.
    HandOver,
}

/// What comes of giving another the role `wanted`: the owner alone does (R-ROL-01).
///
/// # Errors
/// As [`decide_remove`].
pub fn decide_role(facts: &ActFacts, wanted: Role) -> Result<RoleChange, Rejection> {
    let role = facts.role.ok_or(Rejection::NotAMember)?;
    if role != Role::Owner {
        return Err(Rejection::NotAllowed);
    }
    if facts.closed {
        return Err(Rejection::RoomClosed);
    }
    let other = facts.other.ok_or(Rejection::UserNotFound)?;
    outranks(role, other)?;
    Ok(match wanted {
        Role::Owner => RoleChange::HandOver,
        wanted if wanted == other => RoleChange::None,
        wanted => RoleChange::Of(wanted),
    })
}

/// The role of who removes and bans, where it lets them.
pub(super) fn moderating(role: Option<Role>) -> Result<Role, Rejection> {
    let role = role.ok_or(Rejection::NotAMember)?;
    if role < Role::Moderator { Err(Rejection::NotAllowed) } else { Ok(role) }
}

/// Nobody acts on somebody of their own or a higher role (R-ROL-01).
pub(super) fn outranks(role: Role, other: Role) -> Result<(), Rejection> {
    if other < role { Ok(()) } else { Err(Rejection::NotAllowed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [Option<Role>; 4] = [None, Some(Role::Member), Some(Role::Moderator), Some(Role::Owner)];

    fn code(decided: Result<(), Rejection>) -> &'static str {
        decided.map_or_else(|refused| refused.kind_and_code().1, |()| "yes")
    }

    #[track_caller]
    fn check(decide: impl Fn(&ActFacts) -> Result<(), Rejection>, closed: bool, expected: [[&str; 4]; 4]) {
        for (role, expected) in ROLES.into_iter().zip(expected) {
            let decided = ROLES.map(|other| code(decide(&ActFacts { role, closed, other })));
            assert_eq!(decided, expected, "{role:?}, closed: {closed}");
        }
    }

    #[test]
    fn r_rol_01_02_owner_and_moderators_remove_those_below_them() {
        let open = [
            ["not_a_member"; 4],
            ["not_allowed"; 4],
            ["user_not_found", "yes", "not_allowed", "not_allowed"],
            ["user_not_found", "yes", "yes", "not_allowed"],
        ];
        check(decide_remove, false, open);
        let closed = [["not_a_member"; 4], ["not_allowed"; 4], ["room_closed"; 4], ["room_closed"; 4]];
        check(decide_remove, true, closed);
    }

    #[test]
    fn r_rol_01_the_owner_alone_gives_roles() {
        let open = [
            ["not_a_member"; 4],
            ["not_allowed"; 4],
            ["not_allowed"; 4],
            ["user_not_found", "yes", "yes", "not_allowed"],
        ];
        for wanted in [Role::Member, Role::Moderator, Role::Owner] {
            check(|facts| decide_role(facts, wanted).map(drop), false, open);
        }
    }

    #[test]
    fn r_rol_01_a_role_that_one_has_is_no_change_and_the_owners_hands_over() {
        let given = |other, wanted| {
            decide_role(&ActFacts { role: Some(Role::Owner), closed: false, other: Some(other) }, wanted)
        };
        assert_eq!(given(Role::Member, Role::Member), Ok(RoleChange::None));
        assert_eq!(given(Role::Moderator, Role::Moderator), Ok(RoleChange::None));
        assert_eq!(given(Role::Member, Role::Moderator), Ok(RoleChange::Of(Role::Moderator)));
        assert_eq!(given(Role::Moderator, Role::Member), Ok(RoleChange::Of(Role::Member)));
        assert_eq!(given(Role::Moderator, Role::Owner), Ok(RoleChange::HandOver));
    }
}
