//! The error codes of the wire contract, each with the one status it goes with.

/// What may stand in `errors[].code` of an `invalid_request`.
pub const FIELD_CODES: [&str; 8] =
    ["required", "unknown", "wrong_type", "too_short", "too_long", "out_of_range", "bad_format", "too_common"];

const CODES: [(u16, &[&str]); 12] = [
    (400, &["invalid_request"]),
    (401, &["unauthenticated", "token_expired", "session_revoked", "invalid_credentials", "invalid_refresh_token"]),
    (402, &["insufficient_coins"]),
    (
        403,
        &[
            "prime_required",
            "invitee_not_prime",
            "not_a_member",
            "not_allowed",
            "wrong_room_password",
            "banned",
            "suspended",
            "not_a_participant",
            "refused_by_host",
        ],
    ),
    (
        404,
        &[
            "route_not_found",
            "user_not_found",
            "room_not_found",
            "message_not_found",
            "invite_not_found",
            "request_not_found",
            "session_not_found",
            "dead_letter_not_found",
        ],
    ),
    (405, &["method_not_allowed"]),
    (
        409,
        &[
            "user_id_taken",
            "room_full",
            "room_closed",
            "already_member",
            "already_friends",
            "request_declined",
            "idempotency_conflict",
            "capacity_below_members",
            "balance_overflow",
            "price_changed",
            "too_many_reactions",
        ],
    ),
    (410, &["invite_used", "invite_expired", "invite_revoked"]),
    (413, &["too_large"]),
    (415, &["unsupported_media_type"]),
    (429, &["rate_limited"]),
    (503, &["overloaded", "store_unavailable"]),
];

/// The status that goes with a code, `None` for a code that the contract does not know.
pub fn status_of(code: &str) -> Option<u16> {
    CODES.iter().find(|(_, codes)| codes.contains(&code)).map(|(status, _)| *status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_status_and_an_unknown_one_has_none() {
        assert_eq!(status_of("room_full"), Some(409));
        assert_eq!(status_of("rooms_full"), None);
    }
}
