//! What operators do.

use crate::{
    error::Rejection,
    model::{
        operator::{Act, Operator, Right},
        user::Standing,
    },
};

/// Whether an operator may do what takes this right (R-ACC-05).
///
/// # Errors
/// `NotAllowed`.
pub fn decide_operate(operator: &Operator, right: Right) -> Result<(), Rejection> {
    if operator.may(right) { Ok(()) } else { Err(Rejection::NotAllowed) }
}

/// What becomes of a user whom an operator suspends or not; `None` where nothing changes (R-ACC-06). `same_reason`:
/// the reason that stands is the one that is given now. An erased user is gone.
///
/// # Errors
/// `UserNotFound`.
pub const fn decide_suspend(standing: Standing, suspended: bool, same_reason: bool) -> Result<Option<Act>, Rejection> {
    match (standing, suspended) {
        (Standing::Erased, _) => Err(Rejection::UserNotFound),
        (Standing::Active, false) => Ok(None),
        (Standing::Suspended, true) if same_reason => Ok(None),
        (Standing::Active | Standing::Suspended, true) => Ok(Some(Act::Suspended)),
        (Standing::Suspended, false) => Ok(Some(Act::Lifted)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operator::OperatorName;

    #[test]
    fn r_acc_05_an_operator_does_what_they_were_trusted_with() {
        let clerk = Operator::new(OperatorName::parse("clerk").unwrap(), [Right::Coins]);
        for right in Right::ALL {
            let expected = if right == Right::Coins { Ok(()) } else { Err(Rejection::NotAllowed) };
            assert_eq!(decide_operate(&clerk, right), expected, "{right:?}");
            assert_eq!(decide_operate(&Operator::host(), right), Ok(()));
        }
    }

    #[test]
    fn r_acc_06_suspending_and_lifting_twice_changes_nothing() {
        assert_eq!(decide_suspend(Standing::Active, true, false), Ok(Some(Act::Suspended)));
        assert_eq!(decide_suspend(Standing::Active, true, true), Ok(Some(Act::Suspended)));
        assert_eq!(decide_suspend(Standing::Suspended, true, true), Ok(None));
        assert_eq!(decide_suspend(Standing::Suspended, true, false), Ok(Some(Act::Suspended)), "another reason");
        assert_eq!(decide_suspend(Standing::Suspended, false, false), Ok(Some(Act::Lifted)));
        assert_eq!(decide_suspend(Standing::Active, false, false), Ok(None));
    }

    #[test]
    fn r_acc_06_who_is_erased_is_gone() {
        for suspended in [true, false] {
            assert_eq!(decide_suspend(Standing::Erased, suspended, false), Err(Rejection::UserNotFound));
        }
    }
}
