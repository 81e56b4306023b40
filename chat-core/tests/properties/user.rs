use chat_core::{
    error::Rejection,
    model::{
        coin::Coins,
        text::Name,
        user::{Standing, UserId},
    },
    policy::StartingCoins,
    rules::user::{decide_act, decide_host_opening_balance, decide_opening_balance},
};
use proptest::prelude::*;

use crate::edge::{balance, coins, standing};

proptest! {
    /// R-ACC-04: all that was asked for or nothing, and never more than the maximum.
    #[test]
    fn r_acc_04_one_begins_with_what_one_asked_for_within_the_maximum(
        max in balance(),
        asked in balance(),
        near in -1..=1_i64,
    ) {
        let edge = Coins::new(max.get() + near).unwrap_or(max);
        for requested in [asked, edge] {
            match decide_opening_balance(StartingCoins::AsRequested { max }, requested) {
                Ok(opening) => prop_assert!(opening == requested && opening <= max),
                Err(Rejection::Invalid(errors)) => {
                    prop_assert!(requested > max);
                    prop_assert_eq!(errors.iter().map(|error| &*error.field).collect::<Vec<_>>(), ["availCoins"]);
                }
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }

    /// R-ACC-04: what is fixed does not depend on what was asked for.
    #[test]
    fn r_acc_04_a_fixed_opening_balance_is_the_same_for_all(fixed in balance(), asked in balance()) {
        prop_assert_eq!(decide_opening_balance(StartingCoins::Fixed(fixed), asked), Ok(fixed));
        prop_assert_eq!(decide_opening_balance(StartingCoins::Fixed(fixed), coins(0)), Ok(fixed));
    }

    /// R-ACC-04: what the host gives counts, whatever the policy; else what is fixed, else nothing.
    #[test]
    fn r_acc_04_a_user_of_the_hosts_begins_with_what_it_gives(given in balance(), number in balance()) {
        for (policy, otherwise) in [
            (StartingCoins::Fixed(number), number),
            (StartingCoins::AsRequested { max: number }, Coins::ZERO),
        ] {
            prop_assert_eq!(decide_host_opening_balance(policy, Some(given), false), Ok(given));
            prop_assert_eq!(decide_host_opening_balance(policy, None, false), Ok(otherwise));
        }
    }

    /// R-ACC-06: an active user acts, and nobody else.
    #[test]
    fn r_acc_06_only_who_is_active_acts(standing in standing()) {
        prop_assert_eq!(decide_act(standing).is_ok(), standing == Standing::Active);
    }

    /// R-ACC-02: an id is taken as it is or not at all, and two share their folded form where they differ in case
    /// alone.
    #[test]
    fn r_acc_02_ids_that_differ_in_case_alone_are_one(
        text in "[A-Za-z0-9._@:+-]{1,64}",
        flips in prop::collection::vec(any::<bool>(), 64),
        other in "[a-cA-C]{1,3}",
    ) {
        let text = if [".", ".."].contains(&&*text) { "...".to_owned() } else { text };
        let flipped: String = text.chars().zip(flips).map(|(c, flip)| match (flip, c.is_ascii_lowercase()) {
            (false, _) => c,
            (true, true) => c.to_ascii_uppercase(),
            (true, false) => c.to_ascii_lowercase(),
        }).collect();
        let id = |text: &str| UserId::parse(text).expect("an id");
        prop_assert_eq!(id(&text).to_string(), &*text);
        prop_assert_eq!(id(&text) == id(&flipped), text == flipped, "byte for byte");
        prop_assert_eq!(id(&text).folded(), id(&flipped).folded());
        prop_assert_eq!(id(&text).folded() == id(&other).folded(), text.eq_ignore_ascii_case(&other));
    }

    /// R-ACC-02: of whatever else there is, no character gets in.
    #[test]
    fn r_acc_02_an_id_has_no_other_characters(head in "[a-z]{0,9}", tail in "[a-z]{0,9}", stranger in any::<char>()) {
        let allowed = stranger.is_ascii_alphanumeric() || "._@:+-".contains(stranger);
        let text = format!("{head}{stranger}{tail}");
        prop_assert_eq!(UserId::parse(&text).is_ok(), allowed && text != ".");
    }

    /// R-ACC-03: what was taken for a name is taken again, unchanged.
    #[test]
    fn r_acc_03_a_name_that_was_taken_is_taken_again_as_it_is(text in "\\PC{0,80}") {
        if let Ok(name) = Name::parse(&text) {
            prop_assert!(name.as_str().chars().count() <= Name::MAX);
            prop_assert_eq!(Name::parse(name.as_str()), Ok(name.clone()));
        }
    }
}
