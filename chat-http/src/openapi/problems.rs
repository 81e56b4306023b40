//! Which problems an operation can answer, and one of each.

use std::{collections::BTreeMap, time::Duration};

use chat_core::{
    error::{Fault, FieldCode, Rejection},
    model::coin::Coins,
};
use serde_json::{Map, Value, json};

use crate::{
    code::Code,
    problem::{PROBLEM_JSON, Problem},
    request_context::RequestContext,
};

/// What an operation takes.
#[derive(Clone, Copy, Debug)]
pub struct Takes {
    /// A sign-in.
    pub sign_in: bool,
    /// That sign-in is the host's own.
    pub host_sign_in: bool,
    /// It is of another method than GET.
    pub writes: bool,
    /// A query.
    pub query: bool,
    /// A body.
    pub body: bool,
}

/// Codes that need no line in the table, since they follow from what an operation takes.
pub fn implied_codes(takes: Takes) -> Vec<Code> {
    let mut codes = Vec::new();
    if takes.sign_in {
        codes.extend([Code::Unauthenticated, Code::TokenExpired, Code::SessionRevoked, Code::Suspended]);
    }
    if takes.sign_in && takes.host_sign_in {
        codes.push(Code::UserIdTaken);
        codes.extend(takes.writes.then_some(Code::NotAllowed));
    }
    codes.extend((takes.query || takes.body).then_some(Code::InvalidRequest));
    if takes.body {
        codes.extend([Code::TooLarge, Code::UnsupportedMediaType]);
    }
    codes.extend([Code::Internal, Code::Overloaded, Code::StoreUnavailable]);
    codes
}

/// Spreads poem's one response for a problem over the statuses that the operation can answer with.
pub(super) fn list(operation: &mut Value, codes: &[Code], writes: bool, host_sign_in: bool) {
    let sign_in = operation["security"].is_array();
    let query = operation["parameters"].as_array().is_some_and(|all| all.iter().any(|one| one["in"] == "query"));
    let body = operation["requestBody"].is_object();
    let mut by_status = BTreeMap::<u16, Vec<Code>>::new();
    let takes = Takes { sign_in, host_sign_in, writes, query, body };
    for code in codes.iter().copied().chain(implied_codes(takes)) {
        let same_status = by_status.entry(code.status().as_u16()).or_default();
        if !same_status.contains(&code) {
            same_status.push(code);
        }
    }
    let Some(responses) = operation["responses"].as_object_mut() else { return };
    responses.remove("default");
    for (status, codes) in by_status {
        responses.insert(status.to_string(), problem_response(status, &codes));
    }
}

const RATE_LIMIT: (&str, &str) = (
    "RateLimit",
    "Of each limit that this counts against, how many more requests there may be at once, `r`, and in how many seconds it \
     has its full size again, `t`.",
);
const RATE_LIMIT_POLICY: (&str, &str) =
    ("RateLimit-Policy", "Of each of these limits its size, `q`, and in how many seconds an empty one is full, `w`.");

fn problem_response(status: u16, codes: &[Code]) -> Value {
    let named: Vec<_> = codes.iter().map(|code| format!("`{}`", code.as_str())).collect();
    let example = |code: &Code| (code.as_str().to_owned(), json!({"$ref": format!("{EXAMPLES}{}", code.as_str())}));
    let mut response = json!({
        "description": named.join(", "),
        "content": {PROBLEM_JSON: {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": codes.iter().map(example).collect::<Map<_, _>>(),
        }},
    });
    const RETRY_AFTER: (&str, &str) = ("Retry-After", "Seconds to wait.");
    let headers: &[(&str, &str)] = match status {
        401 => &[("WWW-Authenticate", "The scheme, and what is wrong with a token that was sent (RFC 6750).")],
        429 => &[RETRY_AFTER, RATE_LIMIT, RATE_LIMIT_POLICY],
        503 => &[RETRY_AFTER],
        _ => &[],
    };
    for (name, description) in headers {
        response["headers"][name] = json!({"description": description, "schema": {"type": "string"}});
    }
    response
}

/// Where the document has one problem of each code.
const EXAMPLES: &str = "#/components/examples/";

/// Puts a problem of each code into the document that an operation of it can answer.
pub(super) fn show(document: &mut Value) {
    let text = document["paths"].to_string();
    let answered = |code: &&Code| text.contains(&format!("\"{EXAMPLES}{}\"", code.as_str()));
    let examples: Map<_, _> =
        Code::ALL.iter().filter(answered).map(|code| (code.as_str().to_owned(), example(*code))).collect();
    document["components"]["examples"] = examples.into();
}

fn example(code: Code) -> Value {
    let problem = match of_the_core(code) {
        Some(rejection) => Problem::from(rejection),
        None => Problem::new(code),
    };
    json!({"summary": code.title(), "value": problem.document(&RequestContext::example())})
}

/// The refusals that say more than their code.
fn of_the_core(code: Code) -> Option<Rejection> {
    let coins = |count| Coins::new(count);
    Some(match code {
        Code::InvalidRequest => Rejection::Invalid(vec![Fault::new(FieldCode::Required, "must be given").at("name")]),
        Code::InsufficientCoins => Rejection::InsufficientCoins { required: coins(150)?, available: coins(20)? },
        Code::PriceChanged => Rejection::PriceChanged { required: coins(150)? },
        Code::RequestDeclined => Rejection::RequestDeclined { retry_after: Duration::from_secs(3 * 24 * 60 * 60) },
        Code::RateLimited => Rejection::RateLimited { retry_after: Duration::from_millis(800) },
        _ => return None,
    })
}
