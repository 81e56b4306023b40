//! Which pages may act for a user. Browsers let any page try, and send along where it came from.

use http::{HeaderMap, HeaderName, Uri, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where a request comes from, as far as browsers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// It names no page.
    None,
    /// A page of one of the origins that are allowed by name.
    Listed,
    /// A page of the host and port that it goes to.
    SameHost,
    /// Any other page.
    Foreign,
}

/// Whether a handshake comes from the same host and port, from one of `allowed`, or from no page at all.
pub(crate) fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    origin(headers, allowed) != Origin::Foreign
}

/// Whether a request may change something for whoever is known by what browsers send along by themselves, such as a
/// cookie. `Sec-Fetch-Site` (W3C Fetch Metadata) is asked, too: a page of the same host without TLS is another site, which
/// the host alone does not tell.
pub(crate) fn may_write(headers: &HeaderMap, allowed: &[String]) -> bool {
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
    match origin(headers, allowed) {
        Origin::Listed => true,
        Origin::None | Origin::SameHost => sites.all(|site| site == "same-origin" || site == "none"),
        Origin::Foreign => false,
    }
}

fn origin(headers: &HeaderMap, allowed: &[String]) -> Origin {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (origin, more) = (origins.next(), origins.next());
    let Some(origin) = origin else { return Origin::None };
    match origin.to_str() {
        Ok(origin) if more.is_none() => {
            if allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
                Origin::Listed
            } else if is_same_host(origin, headers) {
                Origin::SameHost
            } else {
                Origin::Foreign
            }
        }
        _ => Origin::Foreign,
    }
}

fn is_same_host(origin: &str, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let (Ok(origin), Some(Ok(host))) = (origin.parse::<Uri>(), host.map(str::parse::<http::uri::Authority>)) else {
        return false;
    };
    let default_port = match origin.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return false,
    };
    let Some(authority) = origin.authority() else { return false };
    // Behind a proxy that ends TLS the host names no port, and means the one of the page's scheme.
    authority.host().eq_ignore_ascii_case(host.host())
        && authority.port_u16().unwrap_or(default_port) == host.port_u16().unwrap_or(default_port)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn allowed(origin: Option<&str>, host: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        is_allowed(&headers, &["https://app.example".to_owned()])
    }

    #[test]
    fn a_client_that_is_no_page_is_allowed() {
        assert!(allowed(None, "chat.example"));
    }

    #[test]
    fn a_page_of_the_same_host_and_port_is_allowed() {
        assert!(allowed(Some("http://127.0.0.1:8080"), "127.0.0.1:8080"));
        assert!(allowed(Some("https://Chat.example"), "chat.example"));
        assert!(allowed(Some("https://chat.example"), "chat.example:443"));
        assert!(allowed(Some("https://app.example"), "chat.example"));
    }

    #[test]
    fn any_other_page_is_not() {
        for origin in [
            "http://127.0.0.1:8081",
            "http://127.0.0.1",
            "http://evil.example:8080",
            "null",
            "file://127.0.0.1:8080",
            "http://127.0.0.1:8080.evil.example",
            "",
        ] {
            assert!(!allowed(Some(origin), "127.0.0.1:8080"), "{origin}");
        }
        assert!(!allowed(Some("http://app.example"), "chat.example"), "another scheme is another origin");
    }

    fn may_write_from(origin: Option<&str>, site: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("chat.example"));
        for (name, value) in [(header::ORIGIN, origin), (SEC_FETCH_SITE, site)] {
            if let Some(value) = value {
                headers.insert(name, HeaderValue::from_str(value).unwrap());
            }
        }
        may_write(&headers, &["https://app.example".to_owned()])
    }

    #[test]
    fn pages_of_the_own_origin_listed_ones_and_clients_that_are_no_page_may_write() {
        for (origin, site) in [
            (None, None),
            (None, Some("same-origin")),
            (None, Some("none")),
            (Some("https://chat.example"), None),
            (Some("https://chat.example"), Some("same-origin")),
            (Some("https://app.example"), Some("cross-site")),
        ] {
            assert!(may_write_from(origin, site), "{origin:?} {site:?}");
        }
    }

    #[test]
    fn pages_of_other_sites_may_not_whichever_header_says_so() {
        for (origin, site) in [
            (Some("https://evil.example"), None),
            (Some("https://evil.example"), Some("same-origin")),
            (Some("null"), Some("cross-site")),
            (None, Some("cross-site")),
            (None, Some("same-site")),
            (Some("http://chat.example"), Some("cross-site")),
        ] {
            assert!(!may_write_from(origin, site), "{origin:?} {site:?}");
        }
        let mut twice = HeaderMap::new();
        twice.append(SEC_FETCH_SITE, HeaderValue::from_static("same-origin"));
        twice.append(SEC_FETCH_SITE, HeaderValue::from_static("cross-site"));
        assert!(!may_write(&twice, &[]));
    }
}
