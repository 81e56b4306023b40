//! Who is blocked, and what that hides.

use crate::{
    error::{Fault, FieldCode, Rejection},
    model::friend::RequestState,
};

/// What is known of two users when one blocks the other, or does so no more, read under both their locks.
#[derive(Clone, Copy, Debug)]
pub struct BlockFacts {
    /// They are the same.
    pub oneself: bool,
    /// There is such a user.
    pub exists: bool,
    /// The one blocks the other already.
    pub blocks: bool,
}

/// Whether blocking somebody (`block`), or ending that, changes anything (R-FRI-04).
///
/// # Errors
/// `Invalid` (oneself), `UserNotFound`.
pub fn decide_block(facts: &BlockFacts, block: bool) -> Result<bool, Rejection> {
    if facts.oneself {
        return Err(Rejection::invalid("userId", Fault::new(FieldCode::BadFormat, "name somebody else")));
    }
    if !facts.exists {
        return Err(Rejection::UserNotFound);
    }
    Ok(facts.blocks != block)
}

/// Whether a request is hidden from its receiver, who blocks its sender or does not (R-FRI-04). To its sender it is as
/// open as any.
pub const fn is_hidden(state: RequestState, receiver_blocks: bool) -> bool {
    receiver_blocks && matches!(state, RequestState::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_fri_04_blocking_is_decided_in_the_order_of_the_rule() {
        let code = |facts: &BlockFacts, block| decide_block(facts, block).map_err(|refused| refused.kind_and_code().1);
        let mut facts = BlockFacts { oneself: true, exists: false, blocks: false };
        for block in [true, false] {
            assert_eq!(code(&facts, block), Err("invalid_request"));
        }
        facts.oneself = false;
        for block in [true, false] {
            assert_eq!(code(&facts, block), Err("user_not_found"));
        }
        facts.exists = true;
        assert_eq!([code(&facts, true), code(&facts, false)], [Ok(true), Ok(false)]);
        facts.blocks = true;
        assert_eq!([code(&facts, true), code(&facts, false)], [Ok(false), Ok(true)]);
    }

    #[test]
    fn r_fri_04_only_what_is_open_is_hidden_and_only_from_who_blocks() {
        for state in [RequestState::Open, RequestState::Accepted, RequestState::Declined, RequestState::Withdrawn] {
            assert_eq!(is_hidden(state, true), state == RequestState::Open, "{state:?}");
            assert!(!is_hidden(state, false), "{state:?}");
        }
    }
}
