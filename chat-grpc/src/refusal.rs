//! What the chat answers instead of success, as a status with the details of `google.rpc`, or as it stands in a stream.

use std::{collections::HashMap, time::Duration};

use chat_core::error::{ChatError, FieldError, Rejection, RejectionKind};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

use crate::v1;

/// Whose the reasons in `ErrorInfo` are.
const DOMAIN: &str = "chat";
/// When somebody who finds the chat overloaded may try again.
const OVERLOAD_PASSES_IN: Duration = Duration::from_secs(1);

/// A refusal or a failure on its way to the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: Code,
    code: &'static str,
    message: String,
    errors: Vec<FieldError>,
    retry_after: Option<Duration>,
    required: Option<i64>,
    avail_coins: Option<i64>,
    outcome_unknown: bool,
}

impl Refusal {
    /// One that has nothing more to say than its code and these words.
    pub(crate) fn new(status: Code, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            errors: Vec::new(),
            retry_after: None,
            required: None,
            avail_coins: None,
            outcome_unknown: false,
        }
    }

    /// The call took too long. What it asked for may be done all the same.
    pub(crate) fn timed_out() -> Self {
        Self { outcome_unknown: true, ..Self::new(Code::DeadlineExceeded, "timeout", "the call took too long") }
    }

    /// As many as there may be are there.
    pub(crate) fn too_many(message: &str, retry_after: Duration) -> Self {
        let rejection = Self::from(Rejection::RateLimited { retry_after });
        Self { message: message.to_owned(), ..rejection }
    }
}

/// Failures are logged with their causes; the client gets none of that.
impl From<ChatError> for Refusal {
    fn from(error: ChatError) -> Self {
        let status = match error {
            ChatError::Rejected(rejection) => return rejection.into(),
            ChatError::Internal(_) => Code::Internal,
            _ => Code::Unavailable,
        };
        let refusal = Self::new(status, error.code(), error.detail());
        match error {
            ChatError::Overloaded(what) => {
                tracing::warn!("overloaded: {what}");
                Self { retry_after: Some(OVERLOAD_PASSES_IN), ..refusal }
            }
            failure => {
                tracing::error!("{}", failure.with_causes());
                Self { outcome_unknown: matches!(failure, ChatError::UnknownOutcome(_)), ..refusal }
            }
        }
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        let (kind, code) = rejection.kind_and_code();
        let refusal = Self::new(status_of(kind, &rejection), code, rejection.to_string());
        match rejection {
            Rejection::Invalid(errors) => Self { message: told(&errors), errors, ..refusal },
            Rejection::InsufficientCoins { required, available } => {
                Self { required: Some(required.get()), avail_coins: Some(available.get()), ..refusal }
            }
            Rejection::PriceChanged { required } => Self { required: Some(required.get()), ..refusal },
            Rejection::RequestDeclined { retry_after } | Rejection::RateLimited { retry_after } => {
                Self { retry_after: Some(retry_after), ..refusal }
            }
            _ => refusal,
        }
    }
}

/// What gRPC calls it (<https://grpc.io/docs/guides/status-codes/>). The kind decides; of what the state does not allow,
/// gRPC tells more kinds apart.
const fn status_of(kind: RejectionKind, rejection: &Rejection) -> Code {
    match kind {
        RejectionKind::Invalid => Code::InvalidArgument,
        RejectionKind::Unauthenticated => Code::Unauthenticated,
        RejectionKind::Forbidden => Code::PermissionDenied,
        RejectionKind::NotFound => Code::NotFound,
        RejectionKind::CannotPay | RejectionKind::Gone => Code::FailedPrecondition,
        RejectionKind::TooMany => Code::ResourceExhausted,
        RejectionKind::Conflict => match rejection {
            Rejection::UserIdTaken
            | Rejection::AlreadyMember
            | Rejection::AlreadyFriends
            | Rejection::IdempotencyConflict => Code::AlreadyExists,
            // What the client had read is not so any more: look again, and decide anew.
            Rejection::PriceChanged { .. } => Code::Aborted,
            _ => Code::FailedPrecondition,
        },
    }
}

fn told(errors: &[FieldError]) -> String {
    let fields: Vec<_> =
        errors.iter().map(|error| format!("{}: {}", snake_case(&error.field), error.message)).collect();
    format!("the request is not valid: {}", fields.join("; "))
}

/// The chat names fields as JSON does; here they are called as the protocol calls them.
fn snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 1);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(c.to_ascii_lowercase());
    }
    text
}

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        let mut metadata = HashMap::new();
        let mut tell = |name: &str, value: Option<i64>| {
            metadata.extend(value.map(|value| (name.to_owned(), value.to_string())));
        };
        tell("required", refusal.required);
        tell("avail_coins", refusal.avail_coins);
        if refusal.outcome_unknown {
            metadata.insert("outcome".to_owned(), "unknown".to_owned());
        }
        let mut details = ErrorDetails::with_error_info(refusal.code, DOMAIN, metadata);
        if !refusal.errors.is_empty() {
            let violations = refusal.errors.iter();
            details.set_bad_request(violations.map(violation).collect::<Vec<_>>());
        }
        if refusal.retry_after.is_some() {
            details.set_retry_info(refusal.retry_after);
        }
        Self::with_error_details(refusal.status, refusal.message, details)
    }
}

fn violation(error: &FieldError) -> FieldViolation {
    FieldViolation {
        field: snake_case(&error.field),
        description: error.message.clone().into_owned(),
        reason: error.code.as_str().to_owned(),
        localized_message: None,
    }
}

impl From<Refusal> for v1::Problem {
    fn from(refusal: Refusal) -> Self {
        let wrong_field = |error: FieldError| v1::WrongField {
            field: snake_case(&error.field),
            code: error.code.as_str().to_owned(),
            message: error.message.into_owned(),
        };
        Self {
            status: refusal.status.into(),
            code: refusal.code.to_owned(),
            message: refusal.message,
            errors: refusal.errors.into_iter().map(wrong_field).collect(),
            retry_after: refusal.retry_after.map(duration),
            required: refusal.required,
            avail_coins: refusal.avail_coins,
            outcome_unknown: refusal.outcome_unknown,
        }
    }
}

/// The time, or the longest that there is.
fn duration(time: Duration) -> prost_types::Duration {
    prost_types::Duration::try_from(time).unwrap_or(prost_types::Duration { seconds: i64::MAX, nanos: 0 })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chat_core::{
        error::{Fault, FieldCode},
        model::coin::Coins,
        ports::store::StoreError,
    };

    use super::*;

    const WAIT: Duration = Duration::from_millis(1_500);

    /// Every rejection, and what gRPC calls it.
    fn table() -> Vec<(Rejection, Code)> {
        let (required, available) = (Coins::new(150).unwrap(), Coins::new(3).unwrap());
        vec![
            (Rejection::invalid("availCoins", Fault::new(FieldCode::OutOfRange, "from 0")), Code::InvalidArgument),
            (Rejection::Unauthenticated, Code::Unauthenticated),
            (Rejection::TokenExpired, Code::Unauthenticated),
            (Rejection::SessionRevoked, Code::Unauthenticated),
            (Rejection::InvalidCredentials, Code::Unauthenticated),
            (Rejection::InvalidRefreshToken, Code::Unauthenticated),
            (Rejection::InsufficientCoins { required, available }, Code::FailedPrecondition),
            (Rejection::PrimeRequired, Code::PermissionDenied),
            (Rejection::InviteeNotPrime, Code::PermissionDenied),
            (Rejection::NotAMember, Code::PermissionDenied),
            (Rejection::NotAllowed, Code::PermissionDenied),
            (Rejection::WrongRoomPassword, Code::PermissionDenied),
            (Rejection::Banned, Code::PermissionDenied),
            (Rejection::Suspended, Code::PermissionDenied),
            (Rejection::NotAParticipant, Code::PermissionDenied),
            (Rejection::RefusedByHost("not on Sundays".to_owned()), Code::PermissionDenied),
            (Rejection::UserNotFound, Code::NotFound),
            (Rejection::RoomNotFound, Code::NotFound),
            (Rejection::MessageNotFound, Code::NotFound),
            (Rejection::InviteNotFound, Code::NotFound),
            (Rejection::RequestNotFound, Code::NotFound),
            (Rejection::DeadLetterNotFound, Code::NotFound),
            (Rejection::SessionNotFound, Code::NotFound),
            (Rejection::UserIdTaken, Code::AlreadyExists),
            (Rejection::RoomFull, Code::FailedPrecondition),
            (Rejection::RoomClosed, Code::FailedPrecondition),
            (Rejection::AlreadyMember, Code::AlreadyExists),
            (Rejection::AlreadyFriends, Code::AlreadyExists),
            (Rejection::RequestDeclined { retry_after: WAIT }, Code::FailedPrecondition),
            (Rejection::IdempotencyConflict, Code::AlreadyExists),
            (Rejection::CapacityBelowMembers, Code::FailedPrecondition),
            (Rejection::BalanceOverflow, Code::FailedPrecondition),
            (Rejection::PriceChanged { required }, Code::Aborted),
            (Rejection::TooManyReactions, Code::FailedPrecondition),
            (Rejection::InviteUsed, Code::FailedPrecondition),
            (Rejection::InviteExpired, Code::FailedPrecondition),
            (Rejection::InviteRevoked, Code::FailedPrecondition),
            (Rejection::RateLimited { retry_after: WAIT }, Code::ResourceExhausted),
        ]
    }

    #[test]
    fn every_rejection_has_its_code_its_words_and_its_details() {
        for (rejection, code) in table() {
            let (_, reason) = rejection.kind_and_code();
            let status = Status::from(Refusal::from(rejection.clone()));
            let details = status.get_error_details();
            let info = details.error_info().unwrap();
            assert_eq!((status.code(), info.reason.as_str(), info.domain.as_str()), (code, reason, "chat"));
            assert!(status.message().starts_with(&rejection.to_string()), "{status:?}");
            let waits = matches!(rejection, Rejection::RateLimited { .. } | Rejection::RequestDeclined { .. });
            let told = details.retry_info().and_then(|info| info.retry_delay);
            assert_eq!(told, waits.then_some(WAIT), "{reason}");
            assert_eq!(details.bad_request().is_some(), matches!(rejection, Rejection::Invalid(_)), "{reason}");
        }
    }

    #[test]
    fn the_table_has_every_code_that_the_core_rejects_with() {
        let source = include_str!("../../chat-core/src/error.rs");
        let codes = source.lines().filter_map(|line| line.split_once("=> (Kind::")?.1.split('"').nth(1));
        let codes: BTreeSet<&str> = codes.collect();
        assert!(codes.contains("room_full"), "{codes:?}");
        assert_eq!(table().iter().map(|(rejection, _)| rejection.kind_and_code().1).collect::<BTreeSet<_>>(), codes);
    }

    #[test]
    fn what_a_stream_says_of_a_refusal_is_what_a_call_says() {
        for (rejection, code) in table() {
            let refusal = Refusal::from(rejection);
            let (status, problem) = (Status::from(refusal.clone()), v1::Problem::from(refusal));
            let details = status.get_error_details();
            let info = details.error_info().unwrap();
            assert_eq!((Code::from(problem.status), &problem.code), (code, &info.reason));
            assert_eq!(problem.message, status.message());
            let violations = details.bad_request().map_or(&[][..], |bad| &bad.field_violations);
            let violations = violations.iter().map(|bad| (&bad.field, &bad.reason, &bad.description));
            let errors = problem.errors.iter().map(|error| (&error.field, &error.code, &error.message));
            assert!(errors.eq(violations), "{problem:?}");
            let number = |name: &str| info.metadata.get(name).map(|text| text.parse().unwrap());
            assert_eq!((problem.required, problem.avail_coins), (number("required"), number("avail_coins")));
            let wait = details.retry_info().and_then(|info| info.retry_delay).map(duration);
            assert_eq!(problem.retry_after, wait);
        }
    }

    #[test]
    fn a_wrong_field_is_called_as_the_protocol_calls_it() {
        let problem = v1::Problem::from(Refusal::from(table()[0].0.clone()));
        let error = &problem.errors[0];
        assert_eq!((error.field.as_str(), error.code.as_str()), ("avail_coins", "out_of_range"));
        assert_eq!(problem.message, "the request is not valid: avail_coins: from 0");
    }

    #[test]
    fn a_failure_tells_nothing_of_its_cause() {
        let secret = || "SELECT secret FROM users".to_owned();
        let store = |wrap: fn(chat_core::ports::store::Source) -> StoreError| wrap(secret().into());
        let failures = [
            (ChatError::Internal(secret()), Code::Internal, "internal"),
            (ChatError::Overloaded("password hashing"), Code::Unavailable, "overloaded"),
            (ChatError::Unavailable(store(StoreError::Unavailable)), Code::Unavailable, "store_unavailable"),
            (ChatError::SignInUnavailable(secret().into()), Code::Unavailable, "store_unavailable"),
            (ChatError::WalletUnavailable(secret().into()), Code::Unavailable, "store_unavailable"),
            (ChatError::HookFailed(secret().into()), Code::Unavailable, "store_unavailable"),
            (ChatError::UnknownOutcome(store(StoreError::Unknown)), Code::Unavailable, "store_unavailable"),
        ];
        for (failure, code, reason) in failures {
            let unknown = matches!(failure, ChatError::UnknownOutcome(_));
            let overloaded = matches!(failure, ChatError::Overloaded(_));
            let refusal = Refusal::from(failure);
            let status = Status::from(refusal.clone());
            let details = status.get_error_details();
            let info = details.error_info().unwrap();
            assert_eq!((status.code(), info.reason.as_str()), (code, reason));
            assert_eq!(info.metadata.get("outcome").map(String::as_str), unknown.then_some("unknown"));
            assert_eq!(v1::Problem::from(refusal).outcome_unknown, unknown);
            assert_eq!(details.retry_info().is_some(), overloaded);
            assert!(!format!("{status:?}").contains("SELECT"), "{status:?}");
        }
    }
}
