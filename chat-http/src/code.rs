//! Every code that an answer of ours can carry. Codes are part of the API: they never change their meaning, and a
//! client treats one it does not know by its status.

use std::str::FromStr;

use http::StatusCode;

macro_rules! codes {
    ($($name:ident = $code:literal, $status:ident, $title:literal, $meaning:literal;)*) => {
        /// Why a request was refused or failed. The variants are named as their codes are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "each has its title and its meaning in the table it is made from")]
        pub enum Code { $($name,)* }

        impl Code {
            /// All codes, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status it always comes with.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// A short name for people; the same for each occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What it means, and what helps.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

codes! {
    InvalidRequest = "invalid_request", BAD_REQUEST, "Invalid request", "The request is wrong in itself; `errors` names each field and what is wrong with it.";
    Unauthenticated = "unauthenticated", UNAUTHORIZED, "Sign in first", "No access token came along, or one that is none of ours.";
    TokenExpired = "token_expired", UNAUTHORIZED, "Access token expired", "The time of the access token is over. Refresh it and repeat the request.";
    SessionRevoked = "session_revoked", UNAUTHORIZED, "Session ended", "The session was ended by a logout, another login, a new password or an operator. Log in again.";
    InvalidCredentials = "invalid_credentials", UNAUTHORIZED, "Wrong user or password", "There is no such user, or the password is another; which of them is not told.";
    InvalidRefreshToken = "invalid_refresh_token", UNAUTHORIZED, "Refresh token not valid", "The refresh token is forged, used up or too old. Log in again.";
    InsufficientCoins = "insufficient_coins", PAYMENT_REQUIRED, "Not enough coins", "It costs `required` coins and `availCoins` are there. Nothing was charged.";
    PrimeRequired = "prime_required", FORBIDDEN, "Prime members only", "Only prime members may do this.";
    InviteeNotPrime = "invitee_not_prime", FORBIDDEN, "Invitee is not prime", "Only prime members can be invited, and they must still be prime when they use the invite.";
    NotAMember = "not_a_member", FORBIDDEN, "Not a member", "Only members of the room may do this.";
    NotAllowed = "not_allowed", FORBIDDEN, "Not allowed", "The role in the room, the authorship of the message or the origin of the page does not allow this.";
    WrongRoomPassword = "wrong_room_password", FORBIDDEN, "Wrong room password", "The password is not the room's.";
    Banned = "banned", FORBIDDEN, "Banned", "The caller is banned from this room.";
    Suspended = "suspended", FORBIDDEN, "Suspended", "The operator has suspended this user.";
    NotAParticipant = "not_a_participant", FORBIDDEN, "No room in common", "Friend requests go to people with whom one shares or shared a room.";
    RefusedByHost = "refused_by_host", FORBIDDEN, "Refused by the application", "The application in which the chat lives refused it; `detail` has its words.";
    RouteNotFound = "route_not_found", NOT_FOUND, "No such route", "No operation has this path.";
    UserNotFound = "user_not_found", NOT_FOUND, "No such user", "There is no user of this id.";
    RoomNotFound = "room_not_found", NOT_FOUND, "No such room", "There is no room of this id.";
    MessageNotFound = "message_not_found", NOT_FOUND, "No such message", "The room has no message of this number.";
    InviteNotFound = "invite_not_found", NOT_FOUND, "No such invite", "There is no such invite, or it is somebody else's.";
    RequestNotFound = "request_not_found", NOT_FOUND, "No such friend request", "There is no such request, or it is not the caller's to answer.";
    DeadLetterNotFound = "dead_letter_not_found", NOT_FOUND, "No such dead letter", "There is no such dead letter; it may have been sent again or deleted.";
    SessionNotFound = "session_not_found", NOT_FOUND, "No such session", "The caller has no session on this device.";
    MethodNotAllowed = "method_not_allowed", METHOD_NOT_ALLOWED, "Method not allowed", "The path exists, but not with this method; the header `Allow` names those it has.";
    UserIdTaken = "user_id_taken", CONFLICT, "User id taken", "Somebody has this user id already, perhaps in other letter case.";
    RoomFull = "room_full", CONFLICT, "Room is full", "The room has as many members as it holds.";
    RoomClosed = "room_closed", CONFLICT, "Room is closed", "The room was closed; its history can still be read.";
    AlreadyMember = "already_member", CONFLICT, "Already a member", "The invited user is a member of the room already.";
    AlreadyFriends = "already_friends", CONFLICT, "Already friends", "The two are friends already.";
    RequestDeclined = "request_declined", CONFLICT, "Declined before", "An earlier request was declined; ask again after `retryAfterSeconds`.";
    IdempotencyConflict = "idempotency_conflict", CONFLICT, "Key used before", "The same `clientId` or `key` came before with other content. Take a new one.";
    CapacityBelowMembers = "capacity_below_members", CONFLICT, "More members than that", "A room's capacity cannot fall below the number of its members.";
    BalanceOverflow = "balance_overflow", CONFLICT, "Balance too large", "The balance would pass what can be held (2^53 − 1).";
    PriceChanged = "price_changed", CONFLICT, "Price changed", "It costs `required` coins by now, which is more than `maxCharge`. Nothing was charged.";
    TooManyReactions = "too_many_reactions", CONFLICT, "Too many reactions", "The message has as many different reactions as it can have.";
    InviteUsed = "invite_used", GONE, "Invite used", "The invite was used already; each serves once.";
    InviteExpired = "invite_expired", GONE, "Invite expired", "The time of the invite is over.";
    InviteRevoked = "invite_revoked", GONE, "Invite revoked", "The invite was taken back.";
    TooLarge = "too_large", PAYLOAD_TOO_LARGE, "Body too large", "A body may have 64 KiB.";
    UnsupportedMediaType = "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "Not JSON", "A body must come as `Content-Type: application/json`.";
    RateLimited = "rate_limited", TOO_MANY_REQUESTS, "Too many requests", "Too many requests of this kind; try again after `Retry-After`.";
    Internal = "internal", INTERNAL_SERVER_ERROR, "Internal error", "A bug of ours. The log has more under the `requestId`.";
    Overloaded = "overloaded", SERVICE_UNAVAILABLE, "Overloaded", "Too much is waiting already. Nothing was changed; try again after `Retry-After`.";
    StoreUnavailable = "store_unavailable", SERVICE_UNAVAILABLE, "Store unavailable", "The database does not answer. Nothing was changed, unless `outcome` is `unknown`: then repeat with the same key, or look.";
}

/// There is no such code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCode;

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text).ok_or(UnknownCode)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_code_stands_for_two_things() {
        let texts: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let titles: BTreeSet<_> = Code::ALL.iter().map(|code| code.title()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        assert_eq!(titles.len(), Code::ALL.len());
    }

    #[test]
    fn a_code_is_found_by_its_text() {
        assert!(Code::ALL.iter().all(|code| code.as_str().parse() == Ok(*code)));
        assert_eq!("nope".parse::<Code>(), Err(UnknownCode));
    }
}
