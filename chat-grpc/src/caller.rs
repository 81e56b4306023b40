//! Who calls, by what the metadata of a call show.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use chat_core::{api::ChatService, error::Rejection, model::session::Caller, ports::authenticator::Credentials};
use chat_limits::{ClientAddress, IpNet};
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

/// From where a call comes, as the server of tonic's or of axum's was told, or a trusted proxy says.
pub(crate) fn address(metadata: &HeaderMap, extensions: &Extensions, trusted: &[IpNet]) -> Option<ClientAddress> {
    let of_tonic = || extensions.get::<TcpConnectInfo>()?.remote_addr();
    let of_axum = || extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer);
    let peer = of_tonic().or_else(of_axum)?;
    Some(ClientAddress::of(peer.ip(), metadata, trusted))
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

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

    fn told(extensions: &Extensions, metadata: &HeaderMap) -> Option<String> {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        address(metadata, extensions, &trusted).map(|address| IpAddr::from(address).to_string())
    }

    #[test]
    fn an_address_is_told_by_either_server_or_by_a_trusted_proxy() {
        let of_axum = |peer: &str, metadata: &HeaderMap| {
            let mut extensions = Extensions::new();
            extensions.insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
            told(&extensions, metadata)
        };
        let nothing = HeaderMap::new();
        assert_eq!(of_axum("[2001:db8:1:2:ffff::1]:7", &nothing).as_deref(), Some("2001:db8:1:2::"));
        let mut forwarded = HeaderMap::new();
        forwarded.insert("x-forwarded-for", HeaderValue::from_static("198.51.100.1"));
        assert_eq!(of_axum("10.0.0.1:7", &forwarded).as_deref(), Some("198.51.100.1"));
        assert_eq!(of_axum("203.0.113.7:7", &forwarded).as_deref(), Some("203.0.113.7"));
        let mut extensions = Extensions::new();
        let remote_addr = Some("203.0.113.7:7".parse().unwrap());
        extensions.insert(TcpConnectInfo { local_addr: None, remote_addr });
        assert_eq!(told(&extensions, &nothing).as_deref(), Some("203.0.113.7"));
        assert_eq!(told(&Extensions::new(), &nothing), None);
    }
}
