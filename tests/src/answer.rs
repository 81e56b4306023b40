//! One answer of the server, checked on arrival against what the contract promises of every answer.

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::codes::{FIELD_CODES, status_of};

/// What must never leave the server: the store's language, source files, folders.
const LEAKS: [&str; 11] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE FROM",
    "sqlx",
    "sqlite",
    "panicked",
    "/tmp/",
    ".rs:",
    "src/",
    "stack backtrace",
];

/// Status, headers and JSON of one answer. `json` is `Null` where the answer has no body.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// All headers of the answer.
    pub headers: HeaderMap,
    /// The body.
    pub json: Value,
    asked: String,
}

impl Answer {
    /// Checks the answer and keeps it. `asked` names the request in messages, for instance `GET /api/me`.
    ///
    /// # Panics
    /// When the answer breaks a promise that holds for every answer.
    #[track_caller]
    pub fn checked(asked: String, status: StatusCode, headers: HeaderMap, body: &[u8]) -> Self {
        let answer = Self::checked_unless_unavailable(asked, status, headers, body);
        assert!(!status.is_server_error(), "a server error: {}: {}", answer.asked, answer.json);
        answer
    }

    /// The same from a server whose database may be away: a 503 `store_unavailable` is an answer, too.
    ///
    /// # Panics
    /// When the answer breaks a promise that holds for every answer, or is another server error.
    #[track_caller]
    pub fn checked_unless_unavailable(asked: String, status: StatusCode, headers: HeaderMap, body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body).into_owned();
        let context = format!("{asked} answered {status}: {text}");
        let unavailable = status == StatusCode::SERVICE_UNAVAILABLE;
        assert!(unavailable || !status.is_server_error(), "a server error: {context}");
        let kind = headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or("not text").to_owned());
        let json = if status == StatusCode::NO_CONTENT {
            assert!(body.is_empty(), "204 with a body: {context}");
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("no JSON ({error}): {context}"))
        };
        if status.is_success() {
            if status != StatusCode::NO_CONTENT {
                assert_eq!(kind.as_deref(), Some("application/json"), "content type: {context}");
                assert!(json.is_object(), "an answer is an object: {context}");
            }
        } else {
            assert_eq!(kind.as_deref(), Some("application/problem+json"), "content type: {context}");
            assert_problem(&json);
            assert_eq!(json["status"], status.as_u16(), "the problem's status is the answer's: {context}");
            assert_headers(status, &headers, &context);
            assert!(!unavailable || Unavailable::told(&json).is_some(), "not for want of the database: {context}");
        }
        Self { status: status.as_u16(), headers, json, asked }
    }

    /// The body of a success with exactly this status.
    ///
    /// # Panics
    /// When the status is another.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.json);
        self.json
    }

    /// The problem of a refusal with exactly this status and code.
    ///
    /// # Panics
    /// When it was no refusal, or another.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let told = (self.status, self.json["code"].as_str().unwrap_or("no code"));
        assert_eq!(told, (status, code), "{}: {}", self.asked, self.json);
        self.json
    }

    /// What the answer says where the database was away, `None` for any other answer.
    pub fn unavailable(&self) -> Option<Unavailable> {
        Unavailable::told(&self.json)
    }

    /// A 400 that names this field, with one of these field codes.
    ///
    /// # Panics
    /// When it was another answer, or named other fields alone.
    #[track_caller]
    pub fn refused_field(self, field: &str, codes: &[&str]) {
        let asked = self.asked.clone();
        let problem = self.refused(400, "invalid_request");
        let errors = problem["errors"].as_array().expect("checked on arrival");
        assert!(
            errors.iter().any(|error| error["field"] == field && codes.iter().any(|code| error["code"] == *code)),
            "{asked}: no error of {field} with one of {codes:?}: {problem}"
        );
    }
}

/// What `store_unavailable` says of what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unavailable {
    /// Nothing was changed.
    NotDone,
    /// It was done, whole, or not at all; nobody knows.
    Unknown,
}

impl Unavailable {
    /// What a problem says; `None` where it is another one.
    ///
    /// # Panics
    /// When `outcome` says what the contract does not know.
    #[track_caller]
    pub fn told(problem: &Value) -> Option<Self> {
        match (problem["code"].as_str()?, &problem["outcome"]) {
            ("store_unavailable", Value::Null) => Some(Self::NotDone),
            ("store_unavailable", outcome) => {
                assert_eq!(outcome, "unknown", "{problem}");
                Some(Self::Unknown)
            }
            _ => None,
        }
    }
}

/// Checks a problem document, from a REST answer or an `error` frame.
///
/// # Panics
/// When a mandatory member is missing, the code is unknown or has another status, or something leaks.
#[track_caller]
pub fn assert_problem(problem: &Value) {
    for member in ["type", "title", "code", "detail", "requestId"] {
        let text = problem[member].as_str().unwrap_or_else(|| panic!("a problem without {member}: {problem}"));
        assert!(!text.is_empty(), "a problem with an empty {member}: {problem}");
        for leak in LEAKS {
            assert!(!text.contains(leak), "`{leak}` in {member} of a problem: {problem}");
        }
    }
    let code = problem["code"].as_str().expect("checked above");
    let status = status_of(code).unwrap_or_else(|| panic!("the contract knows no code {code}: {problem}"));
    assert_eq!(problem["status"], status, "{code} has status {status}: {problem}");
    match code {
        "invalid_request" => assert_field_errors(problem),
        "insufficient_coins" => {
            assert!(problem["required"].is_i64() && problem["availCoins"].is_i64(), "price and balance: {problem}");
        }
        "price_changed" => assert!(problem["required"].is_i64(), "the price: {problem}"),
        "request_declined" => assert!(problem["retryAfterSeconds"].is_u64(), "when to come back: {problem}"),
        _ => {}
    }
}

#[track_caller]
fn assert_field_errors(problem: &Value) {
    let errors = problem["errors"].as_array().unwrap_or_else(|| panic!("no `errors`: {problem}"));
    assert!(!errors.is_empty(), "`errors` is empty: {problem}");
    for error in errors {
        assert!(error["field"].is_string() && error["message"].is_string(), "field and message: {problem}");
        let code = error["code"].as_str().unwrap_or_default();
        assert!(FIELD_CODES.contains(&code), "the contract knows no field code {code}: {problem}");
    }
}

#[track_caller]
fn assert_headers(status: StatusCode, headers: &HeaderMap, context: &str) {
    let needed = match status {
        StatusCode::UNAUTHORIZED => header::WWW_AUTHENTICATE,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => header::RETRY_AFTER,
        StatusCode::METHOD_NOT_ALLOWED => header::ALLOW, // RFC 9110, 15.5.6: a 405 must say what is allowed.
        _ => return,
    };
    assert!(headers.contains_key(&needed), "without {needed}: {context}");
}

/// Whether this is a time as the contract writes it: RFC 3339, UTC, milliseconds.
pub fn is_timestamp(value: &Value) -> bool {
    let pattern = b"dddd-dd-ddTdd:dd:dd.dddZ";
    value.as_str().is_some_and(|text| {
        text.len() == pattern.len()
            && text.bytes().zip(pattern).all(|(byte, like)| match like {
                b'd' => byte.is_ascii_digit(),
                _ => byte == *like,
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problem() -> Value {
        json!({"type": "docs/errors.md#room_full", "title": "Room full", "status": 409, "code": "room_full",
            "detail": "The room has no seat left.", "requestId": "r1"})
    }

    fn check(problem: Value) -> bool {
        std::panic::catch_unwind(|| assert_problem(&problem)).is_ok()
    }

    #[test]
    fn a_problem_with_all_members_passes() {
        assert!(check(problem()));
    }

    #[test]
    fn a_problem_is_refused_without_a_member_with_another_status_or_with_a_leak() {
        for (member, value) in
            [("requestId", Value::Null), ("status", json!(403)), ("code", json!("full")), ("detail", json!("SELECT 1"))]
        {
            let mut wrong = problem();
            wrong[member] = value;
            assert!(!check(wrong), "{member}");
        }
    }

    #[test]
    fn an_invalid_request_names_known_field_codes() {
        let mut wrong = problem();
        wrong["status"] = json!(400);
        wrong["code"] = json!("invalid_request");
        assert!(!check(wrong.clone()), "no errors");
        wrong["errors"] = json!([{"field": "name", "code": "bad", "message": "…"}]);
        assert!(!check(wrong.clone()), "unknown field code");
        wrong["errors"] = json!([{"field": "name", "code": "too_long", "message": "…"}]);
        assert!(check(wrong));
    }

    #[test]
    fn a_store_that_is_away_says_what_it_has_done() {
        let told = |code: &str, outcome: Value| Unavailable::told(&json!({"code": code, "outcome": outcome}));
        assert_eq!(told("store_unavailable", Value::Null), Some(Unavailable::NotDone));
        assert_eq!(told("store_unavailable", json!("unknown")), Some(Unavailable::Unknown));
        assert_eq!(told("overloaded", Value::Null), None);
    }

    #[test]
    fn a_time_has_milliseconds_and_a_z() {
        assert!(is_timestamp(&json!("2026-11-23T12:00:00.000Z")));
        for wrong in ["2026-11-23T12:00:00Z", "2026-11-23T12:00:00.000+00:00", "2026-11-23 12:00:00.000Z"] {
            assert!(!is_timestamp(&json!(wrong)), "{wrong}");
        }
        assert!(!is_timestamp(&json!(1)));
    }
}
