//! What can go wrong, in two kinds that never stand in for each other: a [`Rejection`] is an answer of the rules,
//! final and safe to show; everything else in [`ChatError`] is a failure of ours or of what we stand on.

use std::{borrow::Cow, error::Error, time::Duration};

pub use crate::fault::{Fault, FieldCode, FieldError};
use crate::{
    model::coin::Coins,
    ports::store::{Source, StoreError},
};

/// What any call of the chat may answer instead of success.
///
/// ```
/// use chat_core::error::{ChatError, Rejection};
///
/// fn told(error: &ChatError) -> String {
///     match error.rejection() {
///         Some(rejection) => format!("{}: {rejection}", error.code()), // An answer of the rules.
///         None => error.code().to_owned(),                             // A failure, of which nobody is told more.
///     }
/// }
/// assert!(told(&Rejection::RoomFull.into()).starts_with("room_full: "));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChatError {
    /// A rule said no. Nothing was changed.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Too much work is waiting already (password hashing, the appender's queue, shutting down). Nothing was changed;
    /// the same call may succeed later.
    #[error("overloaded: {0}")]
    Overloaded(&'static str),
    /// The store cannot be reached, or gave up after every retry. Nothing was changed.
    #[error("the store is unavailable")]
    Unavailable(#[source] StoreError),
    /// The host's own sign-in could not say who calls. Nothing was changed.
    #[error("the host's sign-in does not answer")]
    SignInUnavailable(#[source] Source),
    /// A hook of the host did not decide, and the host wants nothing done without it. Nothing was changed; the same call
    /// may succeed later.
    #[error("a hook of the host has failed")]
    HookFailed(#[source] Source),
    /// The host's wallet did not answer, or not in time. Nothing was changed, and no coins are taken.
    #[error("the host's wallet does not answer")]
    WalletUnavailable(#[source] Source),
    /// The store was lost while it committed, and could not be asked within the time allowed whether it did.
    /// A call that carries an idempotency key may be repeated safely.
    #[error("the outcome of the commit is unknown")]
    UnknownOutcome(#[source] StoreError),
    /// A bug, or a store that holds what it must not hold. The text is for the log, never for the caller.
    #[error("internal: {0}")]
    Internal(String),
}

impl ChatError {
    /// The rejection inside, where a rule said no.
    pub fn rejection(&self) -> Option<&Rejection> {
        match self {
            Self::Rejected(rejection) => Some(rejection),
            _ => None,
        }
    }

    /// What went wrong, as a stable code: of a rejection its own, of a failure what is told of it to the caller, who learns
    /// no more than that. Codes are part of the contract and never change.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.kind_and_code().1,
            Self::Overloaded(_) => "overloaded",
            Self::Unavailable(_)
            | Self::SignInUnavailable(_)
            | Self::HookFailed(_)
            | Self::WalletUnavailable(_)
            | Self::UnknownOutcome(_) => "store_unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// What went wrong with all its causes: for the log, never for the caller.
    pub fn with_causes(&self) -> String {
        let causes = std::iter::successors(self.source(), |&error| error.source());
        causes.fold(self.to_string(), |text, cause| format!("{text}: {cause}"))
    }

    /// What went wrong, in words for the caller: each field that is wrong, and why; never of the store, of paths or of
    /// secrets.
    pub fn detail(&self) -> String {
        let failure = match self {
            Self::Rejected(Rejection::Invalid(faults)) => {
                let faults = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message));
                return faults.collect::<Vec<_>>().join("; ");
            }
            Self::Rejected(rejection) => return rejection.to_string(),
            Self::Overloaded(_) => "Too much is under way. Come back a little later.",
            Self::Unavailable(_) => "The database does not answer. Nothing was changed.",
            Self::SignInUnavailable(_) => "The sign-in does not answer. Nothing was changed.",
            Self::HookFailed(_) => "The application did not decide. Nothing was changed.",
            Self::WalletUnavailable(_) => "The wallet does not answer. No coins were taken.",
            Self::UnknownOutcome(_) => "The database was lost while it wrote; whether it did could not be found out.",
            Self::Internal(_) => "Something went wrong that should not. It is in the log.",
        };
        failure.to_owned()
    }
}

impl From<StoreError> for ChatError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(what) => Self::Internal(format!("the store holds what it must not: {what}")),
            StoreError::Taken(unique) => {
                Self::Internal(format!("a unique key was taken in spite of its lock: {unique:?}"))
            }
            StoreError::Unknown(_) => Self::UnknownOutcome(error),
            StoreError::Transient(_) | StoreError::Unavailable(_) => Self::Unavailable(error),
        }
    }
}

/// Why a rule said no. New reasons come in minor releases; a transport matches [`RejectionKind`], which is closed.
///
/// ```
/// use chat_core::error::{Rejection, RejectionKind};
///
/// assert_eq!(Rejection::RoomFull.kind_and_code(), (RejectionKind::Conflict, "room_full"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// The request itself is wrong: each field that is, and why.
    #[error("the request is not valid")]
    Invalid(Vec<FieldError>),
    /// No access token, or one that is none of ours.
    #[error("sign in first")]
    Unauthenticated,
    /// The access token's time is over: refresh it.
    #[error("the access token has expired")]
    TokenExpired,
    /// The session behind the token was ended.
    #[error("this session has ended")]
    SessionRevoked,
    /// Unknown user or wrong password; which of them is not told.
    #[error("user id or password is wrong")]
    InvalidCredentials,
    /// The refresh token is forged, used up or out of date.
    #[error("this refresh token is not valid any more")]
    InvalidRefreshToken,
    /// R-ADM-07, R-COIN-01: the balance does not reach.
    #[error("this costs {required} coins and {available} are there")]
    InsufficientCoins {
        /// The whole price.
        required: Coins,
        /// The balance.
        available: Coins,
    },
    /// R-ADM-01.
    #[error("only prime members create rooms")]
    PrimeRequired,
    /// R-INV-02, R-INV-05.
    #[error("the invited user is not a prime member")]
    InviteeNotPrime,
    /// R-MSG-01.
    #[error("not a member of this room")]
    NotAMember,
    /// The member's role, or the authorship, does not allow it.
    #[error("this is not allowed to you")]
    NotAllowed,
    /// R-ADM-04.
    #[error("the room's password is wrong")]
    WrongRoomPassword,
    /// R-ROL-02.
    #[error("banned from this room")]
    Banned,
    /// R-ACC-06.
    #[error("this user is suspended")]
    Suspended,
    /// R-FRI-01.
    #[error("friend requests go to people with whom one shares or shared a room")]
    NotAParticipant,
    /// The embedding application refused; the text is its own.
    #[error("{0}")]
    RefusedByHost(String),
    /// No user has that id.
    #[error("there is no such user")]
    UserNotFound,
    /// No room has that id.
    #[error("there is no such room")]
    RoomNotFound,
    /// The room has no message of that number.
    #[error("there is no such message")]
    MessageNotFound,
    /// No invite, or not one for the caller.
    #[error("there is no such invite")]
    InviteNotFound,
    /// No friend request that is open and concerns the caller.
    #[error("there is no such request")]
    RequestNotFound,
    /// No dead letter has that id.
    #[error("there is no such dead letter")]
    DeadLetterNotFound,
    /// The caller has no such session.
    #[error("there is no such session")]
    SessionNotFound,
    /// R-ACC-02.
    #[error("this user id is taken")]
    UserIdTaken,
    /// R-ADM-02.
    #[error("the room is full")]
    RoomFull,
    /// R-ADM-10.
    #[error("the room is closed")]
    RoomClosed,
    /// R-INV-02.
    #[error("already a member of this room")]
    AlreadyMember,
    /// R-FRI-01.
    #[error("already friends")]
    AlreadyFriends,
    /// R-FRI-03: the wait after a decline.
    #[error("an earlier request was declined; wait before asking again")]
    RequestDeclined {
        /// What is left of the wait.
        retry_after: Duration,
    },
    /// R-COIN-03, R-MSG-04: the same key came with other content.
    #[error("this key was used before with other content")]
    IdempotencyConflict,
    /// A room's capacity may not fall below the number of its members.
    #[error("the room has more members than that")]
    CapacityBelowMembers,
    /// R-COIN-01.
    #[error("the balance would pass what can be held")]
    BalanceOverflow,
    /// R-ADM-11.
    #[error("this costs {required} coins, more than agreed to")]
    PriceChanged {
        /// The price as it is now.
        required: Coins,
    },
    /// R-MSG-11.
    #[error("the message has too many kinds of reactions")]
    TooManyReactions,
    /// R-INV-03.
    #[error("this invite was used")]
    InviteUsed,
    /// R-INV-03.
    #[error("this invite has expired")]
    InviteExpired,
    /// R-INV-03.
    #[error("this invite was revoked")]
    InviteRevoked,
    /// Too many calls of this kind.
    #[error("too many requests")]
    RateLimited {
        /// When the next one has a chance.
        retry_after: Duration,
    },
}

/// What a transport must know of a [`Rejection`]: a closed list, so that each transport matches all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RejectionKind {
    /// The request is wrong in itself (HTTP 400).
    Invalid,
    /// The caller is not, or no longer, signed in (401).
    Unauthenticated,
    /// The coins do not reach (402).
    CannotPay,
    /// The caller may not (403).
    Forbidden,
    /// What it is about is not there, or not for the caller (404).
    NotFound,
    /// The state does not allow it (409).
    Conflict,
    /// It was there and is over (410).
    Gone,
    /// Later (429).
    TooMany,
}

impl Rejection {
    /// A request in which one field is wrong.
    pub fn invalid(field: impl Into<Cow<'static, str>>, fault: Fault) -> Self {
        Self::Invalid(vec![fault.at(field)])
    }

    /// Kind and stable code. Codes are part of the contract and never change.
    pub fn kind_and_code(&self) -> (RejectionKind, &'static str) {
        use RejectionKind as Kind;
        match self {
            Self::Invalid(_) => (Kind::Invalid, "invalid_request"),
            Self::Unauthenticated => (Kind::Unauthenticated, "unauthenticated"),
            Self::TokenExpired => (Kind::Unauthenticated, "token_expired"),
            Self::SessionRevoked => (Kind::Unauthenticated, "session_revoked"),
            Self::InvalidCredentials => (Kind::Unauthenticated, "invalid_credentials"),
            Self::InvalidRefreshToken => (Kind::Unauthenticated, "invalid_refresh_token"),
            Self::InsufficientCoins { .. } => (Kind::CannotPay, "insufficient_coins"),
            Self::PrimeRequired => (Kind::Forbidden, "prime_required"),
            Self::InviteeNotPrime => (Kind::Forbidden, "invitee_not_prime"),
            Self::NotAMember => (Kind::Forbidden, "not_a_member"),
            Self::NotAllowed => (Kind::Forbidden, "not_allowed"),
            Self::WrongRoomPassword => (Kind::Forbidden, "wrong_room_password"),
            Self::Banned => (Kind::Forbidden, "banned"),
            Self::Suspended => (Kind::Forbidden, "suspended"),
            Self::NotAParticipant => (Kind::Forbidden, "not_a_participant"),
            Self::RefusedByHost(_) => (Kind::Forbidden, "refused_by_host"),
            Self::UserNotFound => (Kind::NotFound, "user_not_found"),
            Self::RoomNotFound => (Kind::NotFound, "room_not_found"),
            Self::MessageNotFound => (Kind::NotFound, "message_not_found"),
            Self::InviteNotFound => (Kind::NotFound, "invite_not_found"),
            Self::DeadLetterNotFound => (Kind::NotFound, "dead_letter_not_found"),
            Self::RequestNotFound => (Kind::NotFound, "request_not_found"),
            Self::SessionNotFound => (Kind::NotFound, "session_not_found"),
            Self::UserIdTaken => (Kind::Conflict, "user_id_taken"),
            Self::RoomFull => (Kind::Conflict, "room_full"),
            Self::RoomClosed => (Kind::Conflict, "room_closed"),
            Self::AlreadyMember => (Kind::Conflict, "already_member"),
            Self::AlreadyFriends => (Kind::Conflict, "already_friends"),
            Self::RequestDeclined { .. } => (Kind::Conflict, "request_declined"),
            Self::IdempotencyConflict => (Kind::Conflict, "idempotency_conflict"),
            Self::CapacityBelowMembers => (Kind::Conflict, "capacity_below_members"),
            Self::BalanceOverflow => (Kind::Conflict, "balance_overflow"),
            Self::PriceChanged { .. } => (Kind::Conflict, "price_changed"),
            Self::TooManyReactions => (Kind::Conflict, "too_many_reactions"),
            Self::InviteUsed => (Kind::Gone, "invite_used"),
            Self::InviteExpired => (Kind::Gone, "invite_expired"),
            Self::InviteRevoked => (Kind::Gone, "invite_revoked"),
            Self::RateLimited { .. } => (Kind::TooMany, "rate_limited"),
        }
    }
}
