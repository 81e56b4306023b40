//! Who invites whom.

use crate::{
    error::{Fault, FieldCode, Rejection},
    model::{invite::Invite, room::Role, user::UserId},
    policy::Policy,
};

/// What is known of an invitation, read under the locks of both users and the room.
#[derive(Clone, Copy, Debug)]
pub struct InviteFacts {
    /// The role of who invites; absent where they are no member.
    pub role: Option<Role>,
    /// The room is closed.
    pub closed: bool,
    /// The password is the room's.
    pub password_ok: bool,
    /// Who invites and who is invited are the same.
    pub oneself: bool,
    /// There is such a user.
    pub invitee_exists: bool,
    /// Who is invited is a present member.
    pub invitee_is_member: bool,
    /// Who is invited is banned from the room.
    pub invitee_banned: bool,
    /// Who is invited is prime.
    pub invitee_prime: bool,
}

/// Whether an invite is made (R-INV-01, R-INV-02). That there is such a room is known.
///
/// # Errors
/// `NotAMember`, `NotAllowed`, `RoomClosed`, `WrongRoomPassword`, `Invalid` (oneself), `UserNotFound`, `AlreadyMember`,
/// `Banned`, `InviteeNotPrime`.
pub fn decide_invite(facts: &InviteFacts, policy: &Policy) -> Result<(), Rejection> {
    let role = facts.role.ok_or(Rejection::NotAMember)?;
    if !may_invite(role, policy) {
        return Err(Rejection::NotAllowed);
    }
    if facts.closed {
        return Err(Rejection::RoomClosed);
    }
    if !facts.password_ok {
        return Err(Rejection::WrongRoomPassword);
    }
    if facts.oneself {
        return Err(Rejection::invalid("userId", Fault::new(FieldCode::BadFormat, "invite somebody else")));
    }
    if !facts.invitee_exists {
        return Err(Rejection::UserNotFound);
    }
    if facts.invitee_is_member {
        return Err(Rejection::AlreadyMember);
    }
    if facts.invitee_banned {
        return Err(Rejection::Banned);
    }
    if !facts.invitee_prime {
        return Err(Rejection::InviteeNotPrime);
    }
    Ok(())
}

/// Whether a role invites, and so sees the room's invites (R-INV-01).
pub fn may_invite(role: Role, policy: &Policy) -> bool {
    role == Role::Owner || (role == Role::Moderator && policy.moderators_invite)
}

/// Whether somebody revokes an invite to a room: its maker does, also after they have left, and the owner (R-INV-03).
/// Other strangers do not learn whether there is one.
///
/// # Errors
/// `NotAMember`, `InviteNotFound`, `NotAllowed`, in this order.
pub fn decide_revoke(revoker: &UserId, role: Option<Role>, invite: Option<&Invite>) -> Result<(), Rejection> {
    if invite.is_some_and(|invite| invite.maker == *revoker) {
        return Ok(());
    }
    let role = role.ok_or(Rejection::NotAMember)?;
    invite.ok_or(Rejection::InviteNotFound)?;
    if role == Role::Owner { Ok(()) } else { Err(Rejection::NotAllowed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(facts: InviteFacts, policy: &Policy) -> &'static str {
        decide_invite(&facts, policy).map_or_else(|refused| refused.kind_and_code().1, |()| "ok")
    }

    #[test]
    fn r_inv_02_inviting_is_refused_in_the_order_of_the_rule() {
        let policy = Policy::default();
        let mut facts = InviteFacts {
            role: None,
            closed: true,
            password_ok: false,
            oneself: true,
            invitee_exists: false,
            invitee_is_member: true,
            invitee_banned: true,
            invitee_prime: false,
        };
        assert_eq!(code(facts, &policy), "not_a_member");
        facts.role = Some(Role::Member);
        assert_eq!(code(facts, &policy), "not_allowed");
        facts.role = Some(Role::Owner);
        assert_eq!(code(facts, &policy), "room_closed");
        facts.closed = false;
        assert_eq!(code(facts, &policy), "wrong_room_password");
        facts.password_ok = true;
        assert_eq!(code(facts, &policy), "invalid_request");
        facts.oneself = false;
        assert_eq!(code(facts, &policy), "user_not_found");
        facts.invitee_exists = true;
        assert_eq!(code(facts, &policy), "already_member");
        facts.invitee_is_member = false;
        assert_eq!(code(facts, &policy), "banned");
        facts.invitee_banned = false;
        assert_eq!(code(facts, &policy), "invitee_not_prime");
        facts.invitee_prime = true;
        assert_eq!(code(facts, &policy), "ok");
    }

    #[test]
    fn r_inv_01_moderators_invite_where_the_policy_lets_them() {
        let strict = Policy::default();
        let open = Policy { moderators_invite: true, ..Policy::default() };
        let allowed = |policy| [Role::Member, Role::Moderator, Role::Owner].map(|role| may_invite(role, policy));
        assert_eq!(allowed(&strict), [false, false, true]);
        assert_eq!(allowed(&open), [false, true, true]);
    }
}
