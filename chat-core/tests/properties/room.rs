use chat_core::{
    model::{
        coin::Coins,
        event::Seq,
        invite::Invite,
        room::{Member, Role},
        user::UserId,
    },
    rules::room::{Join, JoinFacts, Key, Leave, decide_create, decide_join, decide_leave},
};
use proptest::{prelude::*, sample::select};

use crate::{
    edge::{NOW, balance, code, coins, invite, price, rarely, seats, user},
    order::{assert_order, line},
};

/// Somebody at the door of a room.
#[derive(Clone, Debug)]
struct Door {
    is_member: bool,
    closed: bool,
    banned: bool,
    shown: Shown,
    prime: bool,
    capacity: u8,
    members: u8,
    admitted: bool,
    free_used: bool,
    balance: Coins,
    price: Coins,
    max_charge: Option<Coins>,
}

#[derive(Clone, Debug)]
enum Shown {
    Password(bool),
    Invite(Invite),
}

fn door() -> impl Strategy<Value = Door> {
    let shown = prop_oneof![
        1 => Just(Shown::Password(false)),
        5 => Just(Shown::Password(true)),
        6 => invite().prop_map(Shown::Invite),
    ];
    let room = (rarely(), rarely(), rarely(), seats());
    let life = (any::<bool>(), prop::bool::weighted(0.3), prop::bool::weighted(0.8), balance());
    (room, shown, life, price(), prop::option::of(balance())).prop_map(
        |((is_member, closed, banned, (capacity, members)), shown, life, price, max_charge)| {
            let (prime, admitted, free_used, balance) = life;
            Door {
                is_member,
                closed,
                banned,
                shown,
                prime,
                capacity,
                members,
                admitted,
                free_used,
                balance,
                price,
                max_charge,
            }
        },
    )
}

impl Door {
    fn facts(&self) -> JoinFacts<'_> {
        JoinFacts {
            is_member: self.is_member,
            closed: self.closed,
            banned: self.banned,
            key: match &self.shown {
                Shown::Password(ok) => Key::Password { ok: *ok },
                Shown::Invite(invite) => Key::Invite(invite),
            },
            prime: self.prime,
            members: self.members,
            capacity: self.capacity,
            admitted: self.admitted,
            free_used: self.free_used,
            balance: self.balance,
            price: self.price,
            max_charge: self.max_charge,
        }
    }

    fn decide(&self) -> String {
        match decide_join(&self.facts(), NOW) {
            Ok(Join::Admit { kind, price }) => format!("{} for {price}", kind.as_str()),
            Ok(join) => format!("{join:?}"),
            Err(refused) => code(&refused),
        }
    }

    fn invite(&self) -> Option<&Invite> {
        match &self.shown {
            Shown::Invite(invite) => Some(invite),
            Shown::Password(_) => None,
        }
    }

    /// What a new admission costs.
    fn due(&self) -> Coins {
        if self.prime || !self.free_used { coins(0) } else { self.price }
    }
}

#[test]
fn r_adm_04_a_join_is_decided_in_the_order_of_the_rule() {
    let order = [
        line("AlreadyIn", |door: &Door| door.is_member),
        line("room_closed", |door| door.closed),
        line("banned", |door| door.banned),
        line("wrong_room_password", |door| matches!(door.shown, Shown::Password(false))),
        line("invite_used", |door| door.invite().is_some_and(|invite| invite.used_at.is_some())),
        line("invite_expired", |door| door.invite().is_some_and(|invite| invite.expires_at <= NOW)),
        line("invite_revoked", |door| door.invite().is_some_and(|invite| invite.revoked_at.is_some())),
        line("invitee_not_prime", |door| door.invite().is_some() && !door.prime),
        line("room_full", |door| door.members >= door.capacity),
        line("Return", |door| door.admitted),
        line("price_changed", |door| door.max_charge.is_some_and(|max| max < door.due())),
        line("insufficient_coins", |door| door.balance < door.due()),
        line("admitted", |_| true),
    ];
    assert_order(file!(), door(), order, |door| {
        let answer = door.decide();
        if answer.contains(" for ") { "admitted".to_owned() } else { answer }
    });
}

proptest! {
    /// R-ADM-01.
    #[test]
    fn r_adm_01_who_is_not_prime_makes_no_room(prime in any::<bool>()) {
        let made = decide_create(prime).map_err(|refused| code(&refused));
        prop_assert_eq!(made, if prime { Ok(()) } else { Err("prime_required".to_owned()) });
    }

    /// R-ADM-02: whoever gets a seat got one that was free.
    #[test]
    fn r_adm_02_nobody_is_seated_in_a_full_room(door in door()) {
        if matches!(decide_join(&door.facts(), NOW), Ok(Join::Return | Join::Admit { .. })) {
            prop_assert!(door.members < door.capacity);
        }
        let full = Door { members: door.capacity, is_member: false, ..door };
        prop_assert!(decide_join(&full.facts(), NOW).is_err());
    }

    /// R-ADM-04: to a member nothing else matters.
    #[test]
    fn r_adm_04_a_member_is_answered_that_they_are_one_whatever_else_holds(door in door()) {
        let member = Door { is_member: true, ..door };
        prop_assert_eq!(decide_join(&member.facts(), NOW), Ok(Join::AlreadyIn));
    }

    /// R-ADM-04: what stands in nobody's way takes nothing from anybody: more coins, more seats and a higher limit.
    #[test]
    fn r_adm_04_more_of_anything_refuses_nobody_who_was_let_in(door in door(), more in 0..=200_i64) {
        let decided = decide_join(&door.facts(), NOW);
        if decided.is_ok() {
            let richer = Door { balance: Coins::new(door.balance.get() + more).unwrap_or(Coins::MAX), ..door.clone() };
            prop_assert_eq!(&decide_join(&richer.facts(), NOW), &decided);
            let emptier = Door { members: door.members.saturating_sub(1), ..door.clone() };
            prop_assert_eq!(&decide_join(&emptier.facts(), NOW), &decided);
            prop_assert_eq!(&decide_join(&Door { max_charge: None, ..door }.facts(), NOW), &decided);
        }
    }

    /// R-ADM-11: a limit refuses what is dearer, and changes nothing else.
    #[test]
    fn r_adm_11_a_limit_refuses_what_is_dearer_and_nothing_else(door in door(), near in -1..=1_i64) {
        let free = Door { max_charge: None, ..door.clone() };
        let limit = Coins::new(door.due().get() + near).unwrap_or(door.due());
        let decided = decide_join(&Door { max_charge: Some(limit), ..door.clone() }.facts(), NOW);
        match decided.as_ref().map_err(code) {
            Ok(Join::Admit { price, .. }) => prop_assert!(*price <= limit),
            Err(code) if code == "price_changed" => {
                prop_assert!(limit < door.due());
                let unlimited = free.decide();
                prop_assert!(unlimited.starts_with("paid") || unlimited == "insufficient_coins", "{}", unlimited);
                return Ok(());
            }
            _ => {}
        }
        prop_assert_eq!(decided, decide_join(&free.facts(), NOW));
    }
}

fn member(n: u8, role: Role, joined_seq: u64) -> Member {
    Member { user: user(n), role, joined_at: NOW, joined_seq: Seq::new(joined_seq), read_seq: Seq::ZERO }
}

/// R-ADM-10, said of the heir alone: who stays, and stands before everybody else who does.
fn is_heir(heir: &UserId, leaver: &UserId, members: &[Member]) -> bool {
    let staying = || members.iter().filter(|member| member.user != *leaver);
    let Some(heir) = staying().find(|member| member.user == *heir) else { return false };
    let moderators = staying().any(|member| member.role == Role::Moderator);
    let candidates = staying().filter(|member| !moderators || member.role == Role::Moderator);
    (!moderators || heir.role == Role::Moderator)
        && candidates.map(|member| member.joined_seq).min() == Some(heir.joined_seq)
}

fn orders(of: &[u64]) -> Vec<Vec<u64>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, first) in of.iter().enumerate() {
        let rest = [&of[..at], &of[at + 1..]].concat();
        all.extend(orders(&rest).into_iter().map(|order| [&[*first], &*order].concat()));
    }
    all
}

/// Every order in which two to six may have come, with every one of them but the owner a moderator or not.
#[test]
fn r_adm_10_the_heir_is_the_right_one_in_all_orders_of_joining() {
    for members in 2..=6_u8 {
        let seqs: Vec<u64> = (1..=u64::from(members)).map(|n| n * n).collect();
        for order in orders(&seqs) {
            for moderators in 0..1_u8 << (members - 1) {
                let role = |n: u8| match n {
                    0 => Role::Owner,
                    n if moderators >> (n - 1) & 1 == 1 => Role::Moderator,
                    _ => Role::Member,
                };
                let room: Vec<Member> = (0..members).zip(&order).map(|(n, seq)| member(n, role(n), *seq)).collect();
                for closed in [false, true] {
                    let Ok(Leave::HandOver(heir)) = decide_leave(&user(0), &room, closed) else {
                        panic!("no heir of {room:?}");
                    };
                    assert!(is_heir(&heir, &user(0), &room), "{heir} of {room:?}");
                }
            }
        }
    }
}

/// One to six members in any order, one of them the owner.
fn members() -> impl Strategy<Value = Vec<Member>> {
    let seqs = Just(vec![1, 2, 5, 9, 12, 30_u64]).prop_shuffle();
    (seqs, 1..=6_usize, prop::collection::vec(any::<bool>(), 6), any::<prop::sample::Index>()).prop_map(
        |(seqs, count, moderators, owner)| {
            let owner = owner.index(count);
            let role = |at| match moderators[at] {
                _ if at == owner => Role::Owner,
                true => Role::Moderator,
                false => Role::Member,
            };
            (0..6_u8).zip(seqs).enumerate().take(count).map(|(at, (n, seq))| member(n, role(at), seq)).collect()
        },
    )
}

proptest! {
    /// R-ADM-10: neither the order in which the members are read nor what they have read decides anything.
    #[test]
    fn r_adm_10_the_order_in_which_members_are_read_does_not_matter(
        (one, other) in members().prop_flat_map(|members| (Just(members.clone()), Just(members).prop_shuffle())),
        leaver in 0..8_u8,
        closed in any::<bool>(),
    ) {
        prop_assert_eq!(decide_leave(&user(leaver), &one, closed), decide_leave(&user(leaver), &other, closed));
    }

    /// R-ADM-10: a stranger cannot leave, the last one closes what is open, the owner hands over, the others just go.
    #[test]
    fn r_adm_10_what_follows_a_leave_is_told_by_who_leaves_and_who_stays(
        members in members(),
        leaver in 0..8_u8,
        closed in any::<bool>(),
    ) {
        let role = members.iter().find(|member| member.user == user(leaver)).map(|member| member.role);
        match decide_leave(&user(leaver), &members, closed) {
            Err(refused) => prop_assert!(role.is_none() && code(&refused) == "not_a_member"),
            Ok(Leave::Close) => prop_assert!(members.len() == 1 && !closed),
            Ok(Leave::StayClosed) => prop_assert!(members.len() == 1 && closed),
            Ok(Leave::HandOver(heir)) => {
                prop_assert!(members.len() > 1 && role == Some(Role::Owner));
                prop_assert!(is_heir(&heir, &user(leaver), &members));
            }
            Ok(Leave::Seat) => prop_assert!(members.len() > 1 && role.is_some_and(|role| role != Role::Owner)),
        }
    }

    /// R-ADM-02, R-ADM-10: a room from its making to its end, whoever comes and goes: never too many in it, one owner
    /// as long as there is anybody, closed once, and empty ever after.
    #[test]
    fn r_adm_10_a_room_has_one_owner_until_the_last_one_closes_it(
        capacity in 2..=6_u8,
        steps in prop::collection::vec((0..8_u8, any::<bool>(), select(vec![Role::Member, Role::Moderator])), 0..60),
    ) {
        let (mut members, mut last_seq, mut closed) = (vec![member(0, Role::Owner, 1)], 1, 0);
        for (who, joins, role) in steps {
            let count = u8::try_from(members.len()).unwrap();
            if joins {
                let is_member = members.iter().any(|member| member.user == user(who));
                let door = Door {
                    is_member,
                    closed: closed != 0,
                    banned: false,
                    shown: Shown::Password(true),
                    prime: true,
                    capacity,
                    members: count,
                    admitted: false,
                    free_used: true,
                    balance: coins(0),
                    price: coins(150),
                    max_charge: None,
                };
                if let Ok(Join::Admit { .. }) = decide_join(&door.facts(), NOW) {
                    last_seq += 1;
                    members.push(member(who, role, last_seq));
                }
            } else if let Ok(leave) = decide_leave(&user(who), &members, closed != 0) {
                members.retain(|member| member.user != user(who));
                match leave {
                    Leave::Seat => {}
                    Leave::HandOver(heir) => {
                        let heir = members.iter_mut().find(|member| member.user == heir);
                        heir.expect("the heir stays").role = Role::Owner;
                    }
                    Leave::Close => closed += 1,
                    Leave::StayClosed => prop_assert!(false, "nobody was left to leave it"),
                }
            }
            let owners = members.iter().filter(|member| member.role == Role::Owner).count();
            prop_assert!(members.len() <= usize::from(capacity));
            prop_assert_eq!(owners, usize::from(!members.is_empty()));
            prop_assert_eq!(closed, u32::from(members.is_empty()));
        }
    }
}
