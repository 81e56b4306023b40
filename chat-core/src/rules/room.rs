//! Who makes, joins and leaves a room.

use crate::{
    error::Rejection,
    model::{
        admission::AdmissionKind,
        coin::Coins,
        invite::Invite,
        room::{Member, Role},
        time::Timestamp,
        user::UserId,
    },
    planted::Planted,
};

/// Whether a user may make a room (R-ADM-01).
///
/// # Errors
/// `PrimeRequired`.
pub const fn decide_create(prime: bool) -> Result<(), Rejection> {
    if prime { Ok(()) } else { Err(Rejection::PrimeRequired) }
}

/// What opens the door of a room.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// The room's id and a password, which is or is not the room's.
    Password {
        /// Whether it is.
        ok: bool,
    },
    /// An invite that was made out to who joins.
    Invite(&'a Invite),
}

/// What is known of a join, read under the locks of the user and the room.
#[derive(Clone, Copy, Debug)]
pub struct JoinFacts<'a> {
    /// Who joins is a present member.
    pub is_member: bool,
    /// The room is closed.
    pub closed: bool,
    /// Who joins is banned from the room.
    pub banned: bool,
    /// What was shown at the door.
    pub key: Key<'a>,
    /// Who joins is prime.
    pub prime: bool,
    /// How many members the room has.
    pub members: u8,
    /// How many it may have.
    pub capacity: u8,
    /// Who joins has a standing admission to the room (R-ADM-08).
    pub admitted: bool,
    /// Who joins has had the one free admission of their life (R-ADM-06).
    pub free_used: bool,
    /// The balance of who joins.
    pub balance: Coins,
    /// What a further room costs (R-ADM-07).
    pub price: Coins,
    /// The most that may be charged (R-ADM-11).
    pub max_charge: Option<Coins>,
}

/// What a join comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// Nothing is charged, nothing changed, no invite used up.
    AlreadyIn,
    /// A seat on a standing admission (R-ADM-08).
    Return,
    /// A seat on a new admission of this kind, for this price.
    Admit {
        /// The kind.
        kind: AdmissionKind,
        /// The price, zero where it is free.
        price: Coins,
    },
}

/// Whether, and for what, somebody takes a seat (R-ADM-02, R-ADM-04 to R-ADM-08, R-ADM-11, R-INV-03 to R-INV-05).
///
/// # Errors
/// `RoomClosed`, `Banned`; `WrongRoomPassword`, or `InviteUsed`, `InviteExpired`, `InviteRevoked`, `InviteeNotPrime`; `RoomFull`,
/// `PriceChanged`, `InsufficientCoins`.
pub fn decide_join(facts: &JoinFacts<'_>, now: Timestamp) -> Result<Join, Rejection> {
    if facts.is_member {
        return Ok(Join::AlreadyIn);
    }
    if facts.closed {
        return Err(Rejection::RoomClosed);
    }
    if facts.banned {
        return Err(Rejection::Banned);
    }
    match facts.key {
        Key::Password { ok: true } => {}
        Key::Password { ok: false } => return Err(Rejection::WrongRoomPassword),
        Key::Invite(invite) => decide_use(invite, facts.prime, now)?,
    }
    if facts.capacity <= facts.members {
        return Err(Rejection::RoomFull);
    }
    if facts.admitted {
        return Ok(Join::Return);
    }
    let (kind, price) = match (facts.prime, facts.free_used) {
        (true, _) => (AdmissionKind::Prime, Coins::ZERO),
        (false, false) => (AdmissionKind::Free, Coins::ZERO),
        (false, true) => (AdmissionKind::Paid, facts.price),
    };
    if facts.max_charge.is_some_and(|max| max < price) {
        return Err(Rejection::PriceChanged { required: price });
    }
    if facts.balance < price {
        return Err(Rejection::InsufficientCoins { required: price, available: facts.balance });
    }
    Ok(Join::Admit { kind, price })
}

/// Whether an invite opens the door for the one it was made out to (R-INV-03, R-INV-05).
fn decide_use(invite: &Invite, prime: bool, now: Timestamp) -> Result<(), Rejection> {
    if invite.used_at.is_some() {
        return Err(Rejection::InviteUsed);
    }
    if invite.expires_at <= now {
        return Err(Rejection::InviteExpired);
    }
    if invite.revoked_at.is_some() {
        return Err(Rejection::InviteRevoked);
    }
    if !prime {
        return Err(Rejection::InviteeNotPrime);
    }
    Ok(())
}

/// What follows from a member's leaving (R-ADM-10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Leave {
    /// Nothing more.
    Seat,
    /// The room passes to this member.
    HandOver(UserId),
    /// Nobody is left: the room closes.
    Close,
    /// Nobody is left of a room that was closed before: it stays so.
    StayClosed,
}

/// What follows when `leaver`, one of `members`, leaves (R-ADM-10). A closed room, too, passes on to an heir, so that
/// its owner is one of its members as long as there are any; it is not closed a second time.
///
/// # Errors
/// `NotAMember`.
pub fn decide_leave(leaver: &UserId, members: &[Member], closed: bool) -> Result<Leave, Rejection> {
    let Some(leaving) = members.iter().find(|member| member.user == *leaver) else {
        return Err(Rejection::NotAMember);
    };
    let others = members.iter().filter(|member| member.user != *leaver);
    let heir = if Planted::HeirByName.is_on() {
        others.min_by_key(|member| &member.user)
    } else {
        others.min_by_key(|member| (std::cmp::Reverse(member.role), member.joined_seq))
    };
    Ok(match heir {
        None if closed => Leave::StayClosed,
        None => Leave::Close,
        Some(heir) if leaving.role == Role::Owner => Leave::HandOver(heir.user.clone()),
        Some(_) => Leave::Seat,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{event::Seq, invite::InviteId, room::RoomId};

    const NOON: Timestamp = Timestamp::from_millis(1_000);

    fn coins(count: i64) -> Coins {
        Coins::new(count).unwrap()
    }

    fn user(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    fn open_invite() -> Invite {
        Invite {
            id: InviteId::new(),
            room: RoomId::new(),
            maker: user("alice"),
            invitee: user("bob"),
            created_at: Timestamp::from_millis(0),
            expires_at: Timestamp::from_millis(1_001),
            used_at: None,
            revoked_at: None,
        }
    }

    /// A join of a further room that succeeds for 150 coins.
    fn paid() -> JoinFacts<'static> {
        JoinFacts {
            is_member: false,
            closed: false,
            banned: false,
            key: Key::Password { ok: true },
            prime: false,
            members: 5,
            capacity: 6,
            admitted: false,
            free_used: true,
            balance: coins(150),
            price: coins(150),
            max_charge: None,
        }
    }

    #[track_caller]
    fn check(facts: JoinFacts<'_>, expected: &str) {
        let decided = match decide_join(&facts, NOON) {
            Ok(Join::Admit { kind, price }) => format!("{} for {price}", kind.as_str()),
            Ok(join) => format!("{join:?}"),
            Err(refused) => refused.kind_and_code().1.to_owned(),
        };
        assert_eq!(decided, expected, "{facts:?}");
    }

    #[test]
    fn r_adm_01_only_a_prime_user_makes_a_room() {
        assert_eq!(decide_create(true), Ok(()));
        assert_eq!(decide_create(false), Err(Rejection::PrimeRequired));
    }

    #[test]
    fn r_adm_04_a_join_is_refused_in_the_order_of_the_rule() {
        let used = Invite { used_at: Some(NOON), ..open_invite() };
        let mut facts = JoinFacts {
            is_member: true,
            closed: true,
            banned: true,
            key: Key::Password { ok: false },
            members: 6,
            balance: coins(0),
            max_charge: Some(coins(0)),
            ..paid()
        };
        check(facts, "AlreadyIn");
        facts.is_member = false;
        check(facts, "room_closed");
        facts.closed = false;
        check(facts, "banned");
        facts.banned = false;
        check(facts, "wrong_room_password");
        check(JoinFacts { key: Key::Invite(&used), ..facts }, "invite_used");
        check(JoinFacts { key: Key::Invite(&open_invite()), ..facts }, "invitee_not_prime");
        facts.key = Key::Password { ok: true };
        check(facts, "room_full");
        facts.members = 5;
        check(facts, "price_changed");
        facts.max_charge = None;
        check(facts, "insufficient_coins");
        facts.balance = coins(150);
        check(facts, "paid for 150");
    }

    #[test]
    fn r_adm_02_members_never_exceed_the_capacity() {
        for members in 2..=6 {
            check(JoinFacts { members, capacity: members, ..paid() }, "room_full");
            check(JoinFacts { members: members - 1, capacity: members, ..paid() }, "paid for 150");
        }
    }

    #[test]
    fn r_adm_05_a_prime_users_admission_is_free_and_leaves_the_free_one_unused() {
        check(JoinFacts { prime: true, balance: coins(0), ..paid() }, "prime for 0");
        check(JoinFacts { prime: true, free_used: false, ..paid() }, "prime for 0");
    }

    #[test]
    fn r_adm_06_the_first_admission_is_free() {
        check(JoinFacts { free_used: false, balance: coins(0), ..paid() }, "free for 0");
    }

    #[test]
    fn r_adm_07_a_further_room_costs_the_price() {
        check(JoinFacts { balance: coins(149), ..paid() }, "insufficient_coins");
        check(JoinFacts { balance: coins(151), ..paid() }, "paid for 150");
        let refused = decide_join(&JoinFacts { balance: coins(149), ..paid() }, NOON);
        assert_eq!(refused, Err(Rejection::InsufficientCoins { required: coins(150), available: coins(149) }));
    }

    #[test]
    fn r_adm_08_a_standing_admission_is_not_paid_again_but_needs_the_key_and_a_seat() {
        let back = JoinFacts { admitted: true, balance: coins(0), max_charge: Some(coins(0)), ..paid() };
        check(back, "Return");
        check(JoinFacts { members: 6, ..back }, "room_full");
        check(JoinFacts { key: Key::Password { ok: false }, ..back }, "wrong_room_password");
        check(JoinFacts { key: Key::Invite(&open_invite()), ..back }, "invitee_not_prime");
    }

    #[test]
    fn r_adm_11_nobody_pays_more_than_agreed_to() {
        check(JoinFacts { max_charge: Some(coins(149)), ..paid() }, "price_changed");
        check(JoinFacts { max_charge: Some(coins(150)), ..paid() }, "paid for 150");
        check(JoinFacts { max_charge: Some(coins(0)), free_used: false, ..paid() }, "free for 0");
    }

    #[test]
    fn r_inv_03_an_invite_is_used_once_expires_and_can_be_revoked_in_that_order() {
        let by =
            |invite: &Invite, expected| check(JoinFacts { key: Key::Invite(invite), prime: true, ..paid() }, expected);
        let mut invite = Invite { used_at: Some(NOON), expires_at: NOON, revoked_at: Some(NOON), ..open_invite() };
        by(&invite, "invite_used");
        invite.used_at = None;
        by(&invite, "invite_expired");
        invite.expires_at = Timestamp::from_millis(1_001);
        by(&invite, "invite_revoked");
        invite.revoked_at = None;
        by(&invite, "prime for 0");
    }

    #[test]
    fn r_inv_05_losing_prime_makes_an_invite_unusable() {
        check(JoinFacts { key: Key::Invite(&open_invite()), prime: false, ..paid() }, "invitee_not_prime");
    }

    fn member(id: &str, role: Role, joined_seq: u64) -> Member {
        Member { user: user(id), role, joined_at: NOON, joined_seq: Seq::new(joined_seq), read_seq: Seq::ZERO }
    }

    #[test]
    fn r_adm_10_an_owner_who_leaves_hands_over_to_the_longest_standing_moderator_else_member() {
        let mut members = vec![
            member("owner", Role::Owner, 1),
            member("late", Role::Member, 9),
            member("early", Role::Member, 2),
            member("moderator", Role::Moderator, 8),
            member("newer", Role::Moderator, 10),
        ];
        let owner = user("owner");
        assert_eq!(decide_leave(&owner, &members, false), Ok(Leave::HandOver(user("moderator"))));
        members.retain(|member| member.role != Role::Moderator);
        assert_eq!(decide_leave(&owner, &members, false), Ok(Leave::HandOver(user("early"))));
        assert_eq!(decide_leave(&owner, &members, true), Ok(Leave::HandOver(user("early"))));
        assert_eq!(decide_leave(&user("late"), &members, false), Ok(Leave::Seat));
        assert_eq!(decide_leave(&user("stranger"), &members, false), Err(Rejection::NotAMember));
    }

    #[test]
    fn r_adm_10_the_last_one_out_closes_the_room_once() {
        let members = [member("owner", Role::Owner, 1)];
        assert_eq!(decide_leave(&user("owner"), &members, false), Ok(Leave::Close));
        assert_eq!(decide_leave(&user("owner"), &members, true), Ok(Leave::StayClosed));
    }
}
