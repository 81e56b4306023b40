//! Which pages may open the WebSocket. Browsers let any page try, and send along where it came from.

use http::{HeaderMap, Uri, header};

/// Whether a handshake comes from the same host and port, from one of `allowed`, or from no page at all.
pub(super) fn is_allowed(headers: &HeaderMap, allowed: &[String]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let (origin, more) = (origins.next(), origins.next());
    let Some(origin) = origin else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    if more.is_some() {
        return false;
    }
    allowed.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) || is_same_host(origin, headers)
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
}
