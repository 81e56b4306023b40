//! Who is kept out of a room.

use super::member::{ActFacts, moderating, outranks};
use crate::{error::Rejection, model::room::Role};

/// What is known of whom a ban is about, beside [`ActFacts`].
#[derive(Clone, Copy, Debug)]
pub struct BanFacts {
    /// Who acts, and on whom.
    pub act: ActFacts,
    /// There is such a user.
    pub exists: bool,
    /// They are banned.
    pub banned: bool,
}

/// What banning somebody comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewBan {
    /// They are banned already.
    None,
    /// They are kept out.
    Out,
    /// They lose their seat, and are kept out.
    Removed,
}

/// What comes of banning somebody (R-ROL-01, R-ROL-02): owner and moderators do, also somebody who is no member.
///
/// # Errors
/// `NotAMember`, `NotAllowed` (the role), `RoomClosed`, `UserNotFound`, `NotAllowed` (the other's role), in this order.
pub fn decide_ban(facts: &BanFacts) -> Result<NewBan, Rejection> {
    let role = moderating(facts.act.role)?;
    if facts.act.closed {
        return Err(Rejection::RoomClosed);
    }
    if !facts.exists {
        return Err(Rejection::UserNotFound);
    }
    match facts.act.other {
        Some(other) => outranks(role, other).map(|()| NewBan::Removed),
        None if facts.banned => Ok(NewBan::None),
        None => Ok(NewBan::Out),
    }
}

/// Whether a ban is lifted (R-ROL-02): owner and moderators do. Where there is none, nothing changes.
///
/// # Errors
/// `NotAMember`, `NotAllowed`, `RoomClosed`, `UserNotFound`, in this order.
pub fn decide_lift(facts: &BanFacts) -> Result<(), Rejection> {
    moderating(facts.act.role)?;
    if facts.act.closed {
        return Err(Rejection::RoomClosed);
    }
    if facts.exists || facts.banned { Ok(()) } else { Err(Rejection::UserNotFound) }
}

/// Whether a member sees who is banned: those who ban do (R-ROL-02).
///
/// # Errors
/// `NotAllowed`.
pub fn decide_look(role: Role) -> Result<(), Rejection> {
    moderating(Some(role)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(role: Option<Role>, other: Option<Role>) -> BanFacts {
        BanFacts { act: ActFacts { role, closed: false, other }, exists: true, banned: false }
    }

    fn code<T: std::fmt::Debug>(decided: Result<T, Rejection>) -> String {
        decided.map_or_else(|refused| refused.kind_and_code().1.to_owned(), |done| format!("{done:?}"))
    }

    const MODERATOR: Option<Role> = Some(Role::Moderator);

    #[test]
    fn r_rol_02_a_ban_is_refused_in_order() {
        let closed = |facts: BanFacts| BanFacts { act: ActFacts { closed: true, ..facts.act }, ..facts };
        let unknown = |facts: BanFacts| BanFacts { exists: false, ..facts };
        let refused = [
            (closed(unknown(facts(None, None))), "not_a_member"),
            (closed(unknown(facts(Some(Role::Member), None))), "not_allowed"),
            (closed(unknown(facts(MODERATOR, None))), "room_closed"),
            (unknown(facts(MODERATOR, None)), "user_not_found"),
        ];
        for (facts, expected) in refused {
            assert_eq!(code(decide_ban(&facts)), expected, "{facts:?}");
            assert_eq!(code(decide_lift(&facts)), expected, "{facts:?}");
        }
        assert_eq!(code(decide_ban(&facts(MODERATOR, MODERATOR))), "not_allowed");
        assert_eq!(code(decide_ban(&facts(MODERATOR, Some(Role::Owner)))), "not_allowed");
    }

    #[test]
    fn r_rol_02_members_are_removed_by_it_and_others_kept_out() {
        assert_eq!(decide_ban(&facts(MODERATOR, Some(Role::Member))), Ok(NewBan::Removed));
        assert_eq!(decide_ban(&facts(Some(Role::Owner), MODERATOR)), Ok(NewBan::Removed));
        assert_eq!(decide_ban(&facts(MODERATOR, None)), Ok(NewBan::Out));
        let banned = BanFacts { banned: true, ..facts(MODERATOR, None) };
        assert_eq!(decide_ban(&banned), Ok(NewBan::None));
    }

    #[test]
    fn r_rol_02_the_ban_of_who_was_erased_since_is_lifted() {
        let erased = BanFacts { exists: false, banned: true, ..facts(MODERATOR, None) };
        assert_eq!((decide_lift(&erased), code(decide_ban(&erased))), (Ok(()), "user_not_found".to_owned()));
    }

    #[test]
    fn r_rol_02_those_who_ban_see_who_is_banned() {
        let seen = [Role::Member, Role::Moderator, Role::Owner].map(|role| decide_look(role).is_ok());
        assert_eq!(seen, [false, true, true]);
    }
}
