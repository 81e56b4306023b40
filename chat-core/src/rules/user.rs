//! Who may register and act.

use crate::{
    error::{Fault, FieldCode, Rejection},
    model::{coin::Coins, user::Standing},
    policy::StartingCoins,
};

/// The opening balance of a registration that asks for `requested` coins (R-ACC-04).
///
/// # Errors
/// `Invalid` (`availCoins` over the maximum).
pub fn decide_opening_balance(policy: StartingCoins, requested: Coins) -> Result<Coins, Rejection> {
    match policy {
        StartingCoins::Fixed(coins) => Ok(coins),
        StartingCoins::AsRequested { max } if requested <= max => Ok(requested),
        StartingCoins::AsRequested { max } => {
            Err(Rejection::invalid("availCoins", Fault::new(FieldCode::OutOfRange, format!("at most {max}"))))
        }
    }
}

/// The opening balance of a user whom the host makes (R-ACC-04): what it gives, else what the policy fixes. What users
/// may ask for themselves is nothing to the host, and nobody has asked. Where the host has a wallet of its own, coins of
/// the chat's would buy nothing: none are given.
///
/// # Errors
/// `Invalid` (`coins`, with a wallet of the host's).
pub fn decide_host_opening_balance(
    policy: StartingCoins,
    given: Option<Coins>,
    has_wallet: bool,
) -> Result<Coins, Rejection> {
    match (given, policy) {
        (Some(coins), _) if has_wallet && coins != Coins::ZERO => {
            let message = "the coins are in a wallet of the application's: give them there";
            Err(Rejection::invalid("coins", Fault::new(FieldCode::OutOfRange, message)))
        }
        (Some(coins), _) | (None, StartingCoins::Fixed(coins)) => Ok(coins),
        (None, StartingCoins::AsRequested { .. }) => Ok(Coins::ZERO),
    }
}

/// Whether a user who was signed in may still act (R-ACC-06). An erased user has no session left.
///
/// # Errors
/// `Suspended`, `SessionRevoked`.
pub const fn decide_act(standing: Standing) -> Result<(), Rejection> {
    match standing {
        Standing::Active => Ok(()),
        Standing::Suspended => Err(Rejection::Suspended),
        Standing::Erased => Err(Rejection::SessionRevoked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coins(count: i64) -> Coins {
        Coins::new(count).unwrap()
    }

    #[test]
    fn r_acc_04_one_begins_with_what_one_asked_for_up_to_the_maximum() {
        let policy = StartingCoins::AsRequested { max: coins(1_000) };
        assert_eq!(decide_opening_balance(policy, coins(0)), Ok(coins(0)));
        assert_eq!(decide_opening_balance(policy, coins(1_000)), Ok(coins(1_000)));
        let refused = decide_opening_balance(policy, coins(1_001));
        assert!(matches!(&refused, Err(Rejection::Invalid(errors)) if errors[0].field == "availCoins"), "{refused:?}");
    }

    #[test]
    fn r_acc_04_a_fixed_opening_balance_ignores_what_was_asked_for() {
        assert_eq!(decide_opening_balance(StartingCoins::Fixed(coins(7)), Coins::MAX), Ok(coins(7)));
    }

    #[test]
    fn r_acc_04_a_user_of_the_hosts_begins_with_what_it_gives_else_with_what_the_policy_fixes() {
        let asked = StartingCoins::AsRequested { max: coins(1_000) };
        let fixed = StartingCoins::Fixed(coins(7));
        assert_eq!(decide_host_opening_balance(asked, None, false), Ok(Coins::ZERO));
        assert_eq!(decide_host_opening_balance(fixed, None, false), Ok(coins(7)));
        for policy in [asked, fixed] {
            let given = decide_host_opening_balance(policy, Some(coins(1_001)), false);
            assert_eq!(given, Ok(coins(1_001)), "the host is not bound");
        }
    }

    #[test]
    fn r_acc_04_beside_a_wallet_of_the_hosts_no_coins_of_the_chats_are_given() {
        let none = StartingCoins::Fixed(Coins::ZERO);
        for given in [None, Some(Coins::ZERO)] {
            assert_eq!(decide_host_opening_balance(none, given, true), Ok(Coins::ZERO));
        }
        let refused = decide_host_opening_balance(none, Some(coins(1)), true);
        assert!(matches!(&refused, Err(Rejection::Invalid(errors)) if errors[0].field == "coins"), "{refused:?}");
    }

    #[test]
    fn r_acc_06_a_suspended_or_erased_user_does_not_act() {
        assert_eq!(decide_act(Standing::Active), Ok(()));
        assert_eq!(decide_act(Standing::Suspended), Err(Rejection::Suspended));
        assert_eq!(decide_act(Standing::Erased), Err(Rejection::SessionRevoked));
    }
}
