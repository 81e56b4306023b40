//! Who calls, by what the metadata of a call show.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use chat_core::{api::ChatService, error::Rejection, model::session::Caller, ports::authenticator::Credentials};
use http::{Extensions, HeaderMap, header};
use tonic::transport::server::TcpConnectInfo;

use crate::refusal::Refusal;

/// Who shows these metadata.
pub(crate) async fn signed_in(chat: &dyn ChatService, metadata: &HeaderMap) -> Result<Caller, Refusal> {
    let bearer = bearer_token(metadata)?;
    let look_up = |name: &str| metadata.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    Ok(chat.authenticate(&Credentials::new(bearer, &look_up)).await?)
}

/// The token of `authorization: Bearer …` (RFC 6750, 2.1); none where that is not there, or of another scheme. Of more than
/// one, which of them counts would be a guess.
fn bearer_token(metadata: &HeaderMap) -> Result<Option<&str>, Rejection> {
    let mut values = metadata.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Rejection::Unauthenticated);
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Ok(None);
    }
    let token = token.trim_start_matches(' ');
    if is_token68(token) { Ok(Some(token)) } else { Err(Rejection::Unauthenticated) }
}

fn is_token68(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

/// From where a call comes, as the server of tonic's or of axum's was told. Of IPv6 it is the network of 64 bits: a provider
/// gives each customer at least one.
pub(crate) fn address(extensions: &Extensions) -> Option<IpAddr> {
    let of_tonic = || extensions.get::<TcpConnectInfo>()?.remote_addr();
    let of_axum = || extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    Some(match of_tonic().or_else(of_axum)?.ip().to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 => v4,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn token(authorization: &[&str]) -> Result<Option<String>, Rejection> {
        let mut metadata = HeaderMap::new();
        for value in authorization {
            metadata.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        bearer_token(&metadata).map(|token| token.map(str::to_owned))
    }

    #[test]
    fn the_token_is_found_whatever_the_case_of_the_scheme() {
        assert_eq!(token(&["Bearer a.b-c_d"]), Ok(Some("a.b-c_d".to_owned())));
        assert_eq!(token(&["bEARER   abc=="]), Ok(Some("abc==".to_owned())));
    }

    #[test]
    fn another_scheme_is_no_token() {
        assert_eq!(token(&[]), Ok(None));
        assert_eq!(token(&["Basic YTpi"]), Ok(None));
        assert_eq!(token(&["abc"]), Ok(None));
    }

    #[test]
    fn a_malformed_token_and_one_of_several_are_nobodys() {
        for wrong in [&["Bearer "][..], &["Bearer a b"], &["Bearer a,b"], &["Bearer ="], &["Bearer abc", "Bearer abc"]]
        {
            assert_eq!(token(wrong), Err(Rejection::Unauthenticated), "{wrong:?}");
        }
    }

    #[test]
    fn an_address_is_told_by_either_server_and_of_ipv6_its_network() {
        let of_axum = |peer: &str| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
            address(&extensions).map(|address| address.to_string())
        };
        assert_eq!(of_axum("[2001:db8:1:2:ffff::1]:7").as_deref(), Some("2001:db8:1:2::"));
        assert_eq!(of_axum("[::ffff:203.0.113.7]:7").as_deref(), Some("203.0.113.7"));
        let mut extensions = Extensions::new();
        let remote_addr = Some("203.0.113.7:7".parse().unwrap());
        extensions.insert(TcpConnectInfo { local_addr: None, remote_addr });
        assert_eq!(address(&extensions).map(|address| address.to_string()).as_deref(), Some("203.0.113.7"));
        assert_eq!(address(&Extensions::new()), None);
    }
}
