//! What the core answers instead of success, as a problem.

use std::time::Duration;

use chat_core::error::{ChatError, Rejection};

use crate::{code::Code, problem::Problem, signed_in::invalid_token};

/// Failures are logged with their causes, within the request's span; the client gets none of that.
impl From<ChatError> for Problem {
    fn from(error: ChatError) -> Self {
        match error {
            ChatError::Rejected(rejection) => rejection.into(),
            ChatError::Overloaded(what) => {
                tracing::warn!("overloaded: {what}");
                Self::new(Code::Overloaded).retry_after(OVERLOAD_PASSES_IN)
            }
            ChatError::Unavailable(_)
            | ChatError::SignInUnavailable(_)
            | ChatError::HookFailed(_)
            | ChatError::WalletUnavailable(_) => {
                tracing::error!("{}", error.with_causes());
                Self::new(Code::StoreUnavailable).detail(error.detail())
            }
            ChatError::UnknownOutcome(_) => {
                tracing::error!("{}", error.with_causes());
                Self::new(Code::StoreUnavailable).detail(error.detail()).outcome_unknown()
            }
            other => Self::internal(other.with_causes()),
        }
    }
}

const OVERLOAD_PASSES_IN: Duration = Duration::from_secs(1);

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let (_, text) = rejection.kind_and_code();
        let Ok(code) = text.parse::<Code>() else {
            return Self::internal(format_args!("the core rejects with {text}, which the table of codes lacks"));
        };
        let problem = Self::new(code).detail(rejection.to_string());
        match rejection {
            Rejection::Invalid(errors) => Self::invalid(errors),
            // Who has given no token at all is answered before this, in chat_sign_in.rs.
            Rejection::Unauthenticated => invalid_token(),
            Rejection::InsufficientCoins { required, available } => {
                problem.required(required.get()).avail_coins(available.get())
            }
            Rejection::PriceChanged { required } => problem.required(required.get()),
            Rejection::RequestDeclined { retry_after } => problem.retry_after_seconds(retry_after),
            Rejection::RateLimited { retry_after } => problem.retry_after(retry_after),
            _ => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use chat_core::{
        error::{Fault, FieldCode},
        model::coin::Coins,
    };
    use http::Uri;

    use super::*;
    use crate::{problem::ProblemDocument, request_context::RequestContext};

    fn document(error: impl Into<Problem>) -> ProblemDocument {
        error.into().document(&RequestContext::new(None, &Uri::from_static("/")))
    }

    fn coins(count: i64) -> Coins {
        Coins::new(count).unwrap()
    }

    #[test]
    fn a_rejection_keeps_its_code_and_its_words() {
        let document = document(Rejection::RoomFull);
        assert_eq!((document.status, document.code.as_str()), (409, "room_full"));
        assert_eq!(document.detail, Rejection::RoomFull.to_string());
    }

    #[test]
    fn what_a_rejection_knows_stands_beside_its_code() {
        let poor = document(Rejection::InsufficientCoins { required: coins(150), available: coins(3) });
        assert_eq!((poor.status, poor.required, poor.avail_coins), (402, Some(150), Some(3)));
        let dearer = document(Rejection::PriceChanged { required: coins(200) });
        assert_eq!((dearer.status, dearer.required, dearer.avail_coins), (409, Some(200), None));
        let declined = document(Rejection::RequestDeclined { retry_after: Duration::from_millis(1_001) });
        assert_eq!((declined.status, declined.retry_after_seconds), (409, Some(2)));
        let hasty = document(Rejection::RateLimited { retry_after: Duration::from_millis(1_001) });
        assert_eq!((hasty.status, hasty.retry_after_ms), (429, Some(1_001)));
    }

    #[test]
    fn wrong_fields_are_named_as_the_core_names_them() {
        let wrong = document(Rejection::invalid("capacity", Fault::new(FieldCode::OutOfRange, "from 2 to 6")));
        let errors = wrong.errors.unwrap();
        assert_eq!((wrong.status, errors.len()), (400, 1));
        assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("capacity", "out_of_range"));
    }

    #[test]
    fn a_failure_tells_the_client_nothing_of_its_cause() {
        let broken = document(ChatError::Internal("SELECT secret FROM users".to_owned()));
        assert_eq!((broken.status, broken.code.as_str()), (500, "internal"));
        assert!(!format!("{broken:?}").contains("SELECT"));
        let busy = document(ChatError::Overloaded("password hashing"));
        assert_eq!((busy.status, busy.code.as_str(), busy.retry_after_ms), (503, "overloaded", Some(1_000)));
    }

    #[test]
    fn a_sign_in_of_the_hosts_that_does_not_answer_is_unavailable() {
        let away = document(ChatError::SignInUnavailable("ldap://10.0.0.7 is away".into()));
        assert_eq!((away.status, away.code.as_str()), (503, "store_unavailable"));
        assert!(away.detail.contains("sign-in") && !format!("{away:?}").contains("ldap"));
    }

    #[test]
    fn a_token_that_is_none_of_ours_is_told_so() {
        let (_, headers) = Problem::from(Rejection::Unauthenticated).head();
        assert_eq!(headers["www-authenticate"], r#"Bearer error="invalid_token""#);
    }
}
