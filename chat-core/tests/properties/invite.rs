use chat_core::{
    error::Rejection,
    model::{
        invite::{Invite, InviteId},
        room::Role,
        time::Timestamp,
    },
    policy::Policy,
    rules::{
        invite::{InviteFacts, decide_invite, decide_revoke, may_invite},
        room::{Join, JoinFacts, Key, decide_join},
    },
};
use proptest::prelude::*;

use crate::{
    edge::{NOW, balance, code, invite, offset, price, rarely, role, room, seats, shifted, user},
    order::{assert_order, line},
};

type Inviting = (InviteFacts, Policy);

fn policy(moderators_invite: bool) -> Policy {
    Policy { moderators_invite, ..Policy::default() }
}

fn inviting() -> impl Strategy<Value = Inviting> {
    let role = prop::option::weighted(0.85, prop_oneof![1 => role(), 2 => Just(Role::Owner)]);
    let invitee = (rarely(), rarely(), rarely(), rarely(), rarely());
    (role, rarely(), rarely(), invitee, any::<bool>()).prop_map(
        |(role, closed, wrong_password, (oneself, unknown, member, banned, common), moderators)| {
            let facts = InviteFacts {
                role,
                closed,
                password_ok: !wrong_password,
                oneself,
                invitee_exists: !unknown,
                invitee_is_member: member,
                invitee_banned: banned,
                invitee_prime: !common,
            };
            (facts, policy(moderators))
        },
    )
}

fn invites(role: Option<Role>, policy: &Policy) -> bool {
    match role {
        Some(Role::Owner) => true,
        Some(Role::Moderator) => policy.moderators_invite,
        Some(Role::Member) | None => false,
    }
}

#[test]
fn r_inv_02_inviting_is_decided_in_the_order_of_the_rule() {
    let order = [
        line("not_a_member", |(facts, _): &Inviting| facts.role.is_none()),
        line("not_allowed", |(facts, policy)| !invites(facts.role, policy)),
        line("room_closed", |(facts, _)| facts.closed),
        line("wrong_room_password", |(facts, _)| !facts.password_ok),
        line("invalid_request", |(facts, _)| facts.oneself),
        line("user_not_found", |(facts, _)| !facts.invitee_exists),
        line("already_member", |(facts, _)| facts.invitee_is_member),
        line("banned", |(facts, _)| facts.invitee_banned),
        line("invitee_not_prime", |(facts, _)| !facts.invitee_prime),
        line("invited", |_| true),
    ];
    assert_order(file!(), inviting(), order, |(facts, policy)| {
        decide_invite(facts, policy).map_or_else(|refused| code(&refused), |()| "invited".to_owned())
    });
}

/// A join that nothing stands against but perhaps the invite, the standing and the seats.
fn by_invite(invite: &Invite, prime: bool, (capacity, members): (u8, u8), now: Timestamp) -> String {
    let facts = JoinFacts {
        is_member: false,
        closed: false,
        banned: false,
        key: Key::Invite(invite),
        prime,
        members,
        capacity,
        admitted: false,
        free_used: true,
        balance: crate::edge::coins(0),
        price: crate::edge::coins(150),
        max_charge: None,
    };
    match decide_join(&facts, now) {
        Ok(Join::Admit { price, .. }) => format!("admitted for {price}"),
        Ok(join) => format!("{join:?}"),
        Err(refused) => code(&refused),
    }
}

proptest! {
    /// R-INV-01: the owner, a moderator where the policy says so, and nobody else; a higher role may what a lower may.
    #[test]
    fn r_inv_01_only_who_may_invite_has_an_invite_made((facts, policy) in inviting()) {
        if decide_invite(&facts, &policy).is_ok() {
            prop_assert!(facts.role.is_some_and(|role| may_invite(role, &policy)));
        }
        prop_assert!(may_invite(Role::Owner, &policy) && !may_invite(Role::Member, &policy));
        prop_assert_eq!(may_invite(Role::Moderator, &policy), policy.moderators_invite);
    }

    /// R-INV-03: its maker in whatever role or none, and the owner, whoever made it. Who is neither learns nothing of it
    /// unless they are a member.
    #[test]
    fn r_inv_03_an_invite_is_revoked_by_its_maker_or_the_owner(
        invite in proptest::option::of(invite()),
        revoker in 0..3_u8,
        role in proptest::option::of(role()),
    ) {
        let is_maker = invite.as_ref().is_some_and(|invite| user(revoker) == invite.maker);
        let expected = match (&invite, role) {
            (Some(_), _) if is_maker => Ok(()),
            (_, None) => Err(Rejection::NotAMember),
            (None, Some(_)) => Err(Rejection::InviteNotFound),
            (Some(_), Some(Role::Owner)) => Ok(()),
            (Some(_), Some(Role::Moderator | Role::Member)) => Err(Rejection::NotAllowed),
        };
        prop_assert_eq!(decide_revoke(&user(revoker), role, invite.as_ref()), expected);
    }

    /// R-INV-03: good to the last millisecond, and over for good from its expiry on.
    #[test]
    fn r_inv_03_an_invite_ends_at_its_expiry(invite in invite(), offset in offset()) {
        let invite = Invite { used_at: None, revoked_at: None, ..invite };
        let now = shifted(invite.expires_at, offset);
        let answer = by_invite(&invite, true, (6, 1), now);
        prop_assert_eq!(answer, if offset < 0 { "admitted for 0" } else { "invite_expired" });
    }

    /// R-INV-03: what was used is not used again, whatever the time and whatever else became of it.
    #[test]
    fn r_inv_03_a_used_invite_opens_no_door(
        invite in invite(),
        seats in seats(),
        prime in any::<bool>(),
        offset in offset(),
    ) {
        let used = Invite { used_at: Some(NOW), ..invite };
        prop_assert_eq!(by_invite(&used, prime, seats, shifted(NOW, offset)), "invite_used");
    }

    /// R-INV-04: who made it and when does not count at the door; the seats and the standing that are then do.
    #[test]
    fn r_inv_04_an_invite_holds_no_seat_and_remembers_no_standing(
        invite in invite(),
        seats in seats(),
        prime in any::<bool>(),
        maker in 2..5_u8,
        age in offset(),
    ) {
        let other = Invite {
            id: InviteId::from_bytes([9; 16]),
            room: room(9),
            maker: user(maker),
            created_at: shifted(NOW, age),
            ..invite.clone()
        };
        let answer = by_invite(&invite, prime, seats, NOW);
        prop_assert_eq!(&answer, &by_invite(&other, prime, seats, NOW));
        if answer.starts_with("admitted") {
            prop_assert!(seats.1 < seats.0 && prime);
        }
    }

    /// R-INV-05: without prime it opens nothing, though admission, coins and seats be there; with prime again it does.
    #[test]
    fn r_inv_05_without_prime_an_invite_opens_no_door(
        invite in invite(),
        (capacity, members) in seats(),
        (admitted, free_used) in any::<(bool, bool)>(),
        (balance, price) in (balance(), price()),
    ) {
        let good = Invite { used_at: None, revoked_at: None, expires_at: shifted(NOW, 1), ..invite };
        let facts = |prime| JoinFacts {
            is_member: false,
            closed: false,
            banned: false,
            key: Key::Invite(&good),
            prime,
            members,
            capacity,
            admitted,
            free_used,
            balance,
            price,
            max_charge: None,
        };
        let refused = decide_join(&facts(false), NOW).map_err(|refused| code(&refused));
        prop_assert_eq!(refused, Err("invitee_not_prime".to_owned()));
        prop_assert_eq!(decide_join(&facts(true), NOW).is_ok(), members < capacity);
    }
}
