use std::collections::{HashMap, HashSet};

use chat_core::{
    error::Rejection,
    model::{admission::AdmissionKind, coin::Coins},
    rules::room::{Join, JoinFacts, Key, decide_join},
};
use proptest::prelude::*;

use crate::edge::{MAX, NOW, balance, code, coins, price};

/// What one user has come by.
#[derive(Clone, Debug)]
struct Life {
    balance: Coins,
    admissions: HashMap<u8, AdmissionKind>,
    seats: HashSet<u8>,
}

#[derive(Clone, Debug)]
enum Step {
    Join { room: u8, password_ok: bool, others: u8, max_charge: Option<Coins> },
    Leave(u8),
    Prime(bool),
    Grant(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let join = (0..6_u8, prop::bool::weighted(0.9), 0..=6_u8, prop::option::weighted(0.3, balance()));
    let join =
        join.prop_map(|(room, password_ok, others, max_charge)| Step::Join { room, password_ok, others, max_charge });
    let step = prop_oneof![
        6 => join,
        2 => (0..6_u8).prop_map(Step::Leave),
        1 => any::<bool>().prop_map(Step::Prime),
        1 => prop_oneof![Just(1), Just(149), Just(150), Just(151)].prop_map(Step::Grant),
    ];
    prop::collection::vec(step, 0..40)
}

impl Life {
    fn beginning_with(balance: Coins) -> Self {
        Self { balance, admissions: HashMap::new(), seats: HashSet::new() }
    }

    fn had_free(&self) -> bool {
        self.admissions.values().any(|kind| *kind == AdmissionKind::Free)
    }

    fn facts(&self, room: u8, prime: bool, price: Coins) -> JoinFacts<'static> {
        JoinFacts {
            is_member: self.seats.contains(&room),
            closed: false,
            banned: false,
            key: Key::Password { ok: true },
            prime,
            members: 1,
            capacity: 6,
            admitted: self.admissions.contains_key(&room),
            free_used: self.had_free(),
            balance: self.balance,
            price,
            max_charge: None,
        }
    }

    /// Takes the seat as decided, and answers what was charged.
    fn take(&mut self, room: u8, join: Join) -> Coins {
        match join {
            Join::AlreadyIn => coins(0),
            Join::Return => {
                self.seats.insert(room);
                coins(0)
            }
            Join::Admit { kind, price } => {
                assert_eq!(self.admissions.insert(room, kind), None, "admitted a second time to room {room}");
                self.seats.insert(room);
                self.balance = self.balance.checked_sub(price).expect("no more is charged than there is");
                price
            }
        }
    }
}

proptest! {
    /// R-ADM-05 to R-ADM-08: a life among six rooms. One admission in it is free, each room is paid at most once, a
    /// prime user and who comes back pay nothing, and the coins are those that came less those that were charged.
    #[test]
    fn r_adm_06_07_one_admission_of_a_life_is_free_and_each_further_room_is_paid_once(
        opening in balance(),
        price in price(),
        steps in steps(),
    ) {
        let (mut life, mut prime, mut free, mut came, mut went) = (Life::beginning_with(opening), false, 0, 0, 0);
        for step in steps {
            match step {
                Step::Leave(room) => drop(life.seats.remove(&room)),
                Step::Prime(now) => prime = now,
                Step::Grant(amount) => {
                    if let Some(balance) = Coins::new(life.balance.get() + amount) {
                        life.balance = balance;
                        came += amount;
                    }
                }
                Step::Join { room, password_ok, others, max_charge } => {
                    let facts = JoinFacts {
                        key: Key::Password { ok: password_ok },
                        members: others,
                        max_charge,
                        ..life.facts(room, prime, price)
                    };
                    let Ok(join) = decide_join(&facts, NOW) else { continue };
                    let (stood, had_free) = (life.admissions.contains_key(&room), life.had_free());
                    let charged = life.take(room, join);
                    went += charged.get();
                    prop_assert!(charged == coins(0) || charged == price, "the price or nothing");
                    prop_assert!(max_charge.is_none_or(|max| charged <= max), "R-ADM-11");
                    prop_assert!(!(stood || prime) || charged == coins(0), "R-ADM-05, R-ADM-08");
                    if let Join::Admit { kind, .. } = join {
                        let expected = match (prime, had_free) {
                            (true, _) => AdmissionKind::Prime,
                            (false, false) => AdmissionKind::Free,
                            (false, true) => AdmissionKind::Paid,
                        };
                        prop_assert_eq!(kind, expected);
                        free += u32::from(kind == AdmissionKind::Free);
                    }
                }
            }
            prop_assert!(free <= 1, "R-ADM-06");
            prop_assert_eq!(life.balance.get(), opening.get() + came - went, "R-COIN-02");
        }
    }

    /// R-ADM-05: whatever a prime user has or lacks, and the free admission is still theirs when they are prime no
    /// more.
    #[test]
    fn r_adm_05_a_prime_user_pays_nothing_and_keeps_the_free_admission(
        opening in balance(),
        price in price(),
        rooms in 1..6_u8,
    ) {
        let mut life = Life::beginning_with(opening);
        for room in 0..rooms {
            let join = decide_join(&life.facts(room, true, price), NOW);
            prop_assert_eq!(&join, &Ok(Join::Admit { kind: AdmissionKind::Prime, price: coins(0) }));
            life.take(room, join.unwrap());
        }
        let join = decide_join(&life.facts(rooms, false, price), NOW);
        prop_assert_eq!(join, Ok(Join::Admit { kind: AdmissionKind::Free, price: coins(0) }));
    }

    /// R-ADM-07: a coin less than the price is too little, the price itself is enough, and both numbers are told.
    #[test]
    fn r_adm_07_the_price_is_enough_and_a_coin_less_is_not(price in 1..=MAX, more in 0..=151_i64) {
        let door = |balance: i64| {
            let life = Life {
                admissions: HashMap::from([(0, AdmissionKind::Free)]),
                ..Life::beginning_with(coins(balance))
            };
            decide_join(&life.facts(1, false, coins(price)), NOW)
        };
        let paid = Join::Admit { kind: AdmissionKind::Paid, price: coins(price) };
        prop_assert_eq!(door((price + more).min(MAX)), Ok(paid));
        let short = Rejection::InsufficientCoins { required: coins(price), available: coins(price - 1) };
        prop_assert_eq!(door(price - 1), Err(short));
    }

    /// R-ADM-08: whoever has an admission comes back for nothing, however they came by it and however poor they are
    /// now; but not into a full room.
    #[test]
    fn r_adm_08_an_admission_is_good_for_every_return(
        opening in balance(),
        price in price(),
        (prime_then, prime_now, free_used) in any::<(bool, bool, bool)>(),
        max_charge in prop::option::of(balance()),
        members in 0..=6_u8,
    ) {
        let mut life = Life::beginning_with(opening);
        if free_used {
            life.admissions.insert(9, AdmissionKind::Free);
        }
        if let Ok(join) = decide_join(&life.facts(0, prime_then, price), NOW) {
            life.take(0, join);
            life.seats.clear();
            life.balance = coins(0);
            let back = decide_join(&JoinFacts { members, max_charge, ..life.facts(0, prime_now, price) }, NOW);
            let expected = if members < 6 { Ok(Join::Return) } else { Err("room_full".to_owned()) };
            prop_assert_eq!(back.map_err(|refused| code(&refused)), expected);
        }
    }
}
