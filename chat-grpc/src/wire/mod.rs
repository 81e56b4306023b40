//! What clients are told: the chat's types as messages of the protocol.

mod event;
mod friend;
mod invite;
mod member;
mod message;
mod room;
mod session;
mod user;

use chat_core::model::time::Timestamp;

/// A time of the chat's, which has milliseconds.
pub(crate) fn time(at: Timestamp) -> prost_types::Timestamp {
    let millis = at.as_millis();
    let nanos = millis.rem_euclid(1_000) * 1_000_000;
    // Less than a second.
    prost_types::Timestamp { seconds: millis.div_euclid(1_000), nanos: i32::try_from(nanos).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_and_what_is_left_of_one() {
        let at = |millis| time(Timestamp::from_millis(millis));
        assert_eq!(at(1_795_435_205_120), prost_types::Timestamp { seconds: 1_795_435_205, nanos: 120_000_000 });
        assert_eq!(at(-1), prost_types::Timestamp { seconds: -1, nanos: 999_000_000 });
    }
}
