//! Who is told to be typing.

use std::time::Duration;

use crate::error::Rejection;

/// How often others are told at most that somebody types in a room.
pub const PAUSE: Duration = Duration::from_secs(2);

/// For how long it counts that somebody types: who would hear of it later is not told.
pub const LIFE: Duration = Duration::from_secs(6);

/// What is known when somebody types.
#[derive(Clone, Copy, Debug)]
pub struct TypingFacts {
    /// There is such a room.
    pub exists: bool,
    /// They are a present member of it.
    pub member: bool,
    /// It is closed.
    pub closed: bool,
}

/// Whether somebody may type in a room: whoever may write there (R-MSG-01).
///
/// # Errors
/// `RoomNotFound`, `NotAMember`, `RoomClosed`.
pub const fn decide_typing(facts: &TypingFacts) -> Result<(), Rejection> {
    if !facts.exists {
        Err(Rejection::RoomNotFound)
    } else if !facts.member {
        Err(Rejection::NotAMember)
    } else if facts.closed {
        Err(Rejection::RoomClosed)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r_msg_01_who_may_not_write_does_not_type() {
        let mut facts = TypingFacts { exists: false, member: false, closed: true };
        assert_eq!(decide_typing(&facts), Err(Rejection::RoomNotFound));
        facts.exists = true;
        assert_eq!(decide_typing(&facts), Err(Rejection::NotAMember));
        facts.member = true;
        assert_eq!(decide_typing(&facts), Err(Rejection::RoomClosed));
        facts.closed = false;
        assert_eq!(decide_typing(&facts), Ok(()));
    }
}
