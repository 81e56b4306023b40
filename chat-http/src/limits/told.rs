//! What clients are told of their limits: the fields `RateLimit-Policy` and `RateLimit`
//! (draft-ietf-httpapi-ratelimit-headers-10).

use std::{fmt::Write, time::Duration};

use chat_limits::Rate;
use http::{HeaderMap, HeaderName, HeaderValue};

pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// One limit, as it stands after a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) name: &'static str,
    pub(super) of: Quota,
    /// How many more there may be at once.
    pub(super) remaining: u32,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quota {
    /// Requests.
    Requests(Rate),
    /// What is open at once.
    AtOnce(u32),
}

/// Says it all in the answer's headers.
pub(super) fn write(told: &[Told], headers: &mut HeaderMap) {
    let (mut policy, mut state) = (String::new(), String::new());
    for Told { name, of, remaining } in told {
        let comma = if policy.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = match of {
            Quota::Requests(rate) => {
                let (burst, period) = (rate.burst(), whole_seconds(rate.period()));
                let full_in = whole_seconds(rate.full_in(*remaining));
                write!(policy, "{comma}\"{name}\";q={burst};w={period}")
                    .and_then(|()| write!(state, "{comma}\"{name}\";r={remaining};t={full_in}"))
            }
            Quota::AtOnce(most) => write!(policy, "{comma}\"{name}\";q={most}")
                .and_then(|()| write!(state, "{comma}\"{name}\";r={remaining}")),
        };
    }
    for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, state)] {
        if let (false, Ok(value)) = (value.is_empty(), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
}

fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(all: &[Told]) -> (String, String) {
        let mut headers = HeaderMap::new();
        write(all, &mut headers);
        let text = |name| headers.get(name).map_or("", |value: &HeaderValue| value.to_str().unwrap()).to_owned();
        (text(RATE_LIMIT_POLICY), text(RATE_LIMIT))
    }

    #[test]
    fn a_limit_is_told_with_its_size_its_time_and_what_is_left() {
        let of = Quota::Requests(Rate::new(10, Duration::from_secs(60)));
        let (policy, state) = told(&[Told { name: "sign-in", of, remaining: 3 }]);
        assert_eq!((policy.as_str(), state.as_str()), (r#""sign-in";q=10;w=60"#, r#""sign-in";r=3;t=42"#));
    }

    #[test]
    fn several_limits_are_a_list_and_none_is_nothing() {
        let of = Quota::Requests(Rate::new(2, Duration::from_millis(1_500)));
        let send = Told { name: "send", of, remaining: 2 };
        let (policy, state) = told(&[send, Told { name: "connections", of: Quota::AtOnce(50), remaining: 0 }]);
        assert_eq!(policy, r#""send";q=2;w=2, "connections";q=50"#);
        assert_eq!(state, r#""send";r=2;t=0, "connections";r=0"#);
        assert_eq!(told(&[]), (String::new(), String::new()));
    }
}
