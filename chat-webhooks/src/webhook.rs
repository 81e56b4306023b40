//! The sender.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use chat_core::{
    model::outbox::OutboxEntry,
    ports::{
        clock::{Clock, SystemClock},
        outbox::{Consumer, ConsumerError, Delivery},
    },
};
use http::{Request, StatusCode, Uri, header};
use http_body_util::Full;

use crate::{
    body::body,
    request::{Target, tls, tls_of},
    secret::WebhookSecret,
};

/// A consumer that sends each entry to a URL.
///
/// ```
/// use chat_webhooks::{Webhook, WebhookSecret};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = || WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
/// let webhook = Webhook::new("https://app.example/hooks/chat", vec![secret()?])?;
/// # drop(webhook);
/// assert!(Webhook::new("http://app.example/hooks/chat", vec![secret()?]).is_err(), "https alone");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Webhook {
    target: Target,
    /// What stands in the request's first line.
    path: String,
    /// Host and port, as they stand in the URL.
    authority: String,
    secrets: Vec<WebhookSecret>,
    delivery: Delivery,
}

/// Why there is no sending to a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadUrl {
    /// It is no URL with a host, or it holds a user and a password.
    #[error("a webhook's URL is a scheme, a host and a path, as in https://app.example/hooks")]
    Malformed,
    /// It is not `https`, and [`Webhook::to_private`] was not asked.
    #[error("a webhook's URL begins with https://, unless private addresses are allowed")]
    NotHttps,
    /// Nobody could tell the requests from forged ones.
    #[error("a webhook needs a secret")]
    NoSecret,
}

/// Why certificate authorities cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadAuthority {
    /// There is no certificate in the text.
    #[error(
        "there is no certificate in it: PEM has them between -----BEGIN CERTIFICATE----- and -----END CERTIFICATE-----"
    )]
    None,
    /// A certificate in it cannot be read.
    #[error("a certificate in it cannot be read")]
    Malformed,
    /// The URL is not `https`, and no certificate is looked at.
    #[error("the webhook's URL does not begin with https://, so that no certificate is looked at")]
    NoTls,
}

impl Webhook {
    /// Sends to a `https` URL on the public internet. All secrets sign.
    ///
    /// # Errors
    /// [`BadUrl`].
    pub fn new(url: &str, secrets: Vec<WebhookSecret>) -> Result<Self, BadUrl> {
        Self::build(url, secrets, false)
    }

    /// Sends also to private addresses and without TLS: for a receiver beside the server, and for tests.
    ///
    /// # Errors
    /// [`BadUrl`].
    pub fn to_private(url: &str, secrets: Vec<WebhookSecret>) -> Result<Self, BadUrl> {
        Self::build(url, secrets, true)
    }

    fn build(url: &str, secrets: Vec<WebhookSecret>, allow_private: bool) -> Result<Self, BadUrl> {
        let uri: Uri = url.parse().map_err(|_| BadUrl::Malformed)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(BadUrl::Malformed);
        };
        if authority.as_str().contains('@') {
            return Err(BadUrl::Malformed);
        }
        let (tls, port) = match scheme {
            "https" => (Some(tls()), 443),
            "http" if allow_private => (None, 80),
            "http" => return Err(BadUrl::NotHttps),
            _ => return Err(BadUrl::Malformed),
        };
        if secrets.is_empty() {
            return Err(BadUrl::NoSecret);
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let target = Target { host, port: authority.port_u16().unwrap_or(port), tls, allow_private };
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let authority = authority.as_str().to_owned();
        Ok(Self { target, path, authority, secrets, delivery: Delivery::default() })
    }

    /// Trusts these certificate authorities, in PEM, and no other: for a receiver whose certificate is of the host's own.
    /// Default: those of Mozilla.
    ///
    /// # Errors
    /// [`BadAuthority`].
    pub fn trusting(mut self, pem: &[u8]) -> Result<Self, BadAuthority> {
        let tls = self.target.tls.as_mut().ok_or(BadAuthority::NoTls)?;
        *tls = tls_of(pem)?;
        Ok(self)
    }

    /// How it is delivered. Default: [`Delivery::default`]; the kinds of events are told in any case.
    #[must_use]
    pub const fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// How long one request may take. Default 15 s.
    #[must_use]
    pub const fn attempt_limit(mut self, limit: Duration) -> Self {
        self.delivery.attempt_limit = limit;
        self
    }

    fn request(&self, entry: &OutboxEntry) -> Option<Request<Full<Bytes>>> {
        let (id, seconds, body) = (entry.id.to_string(), SystemClock.now().as_secs(), body(entry));
        let sign = |secret: &WebhookSecret| secret.sign(&id, seconds, body.as_bytes());
        let signatures: Vec<String> = self.secrets.iter().map(sign).collect::<Option<_>>()?;
        Request::post(&self.path)
            .header(header::HOST, &self.authority)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, concat!("chat-webhooks/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", &id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signatures.join(" "))
            .body(Full::from(body))
            .ok()
    }
}

#[async_trait]
impl Consumer for Webhook {
    async fn after_event(&self, entry: &OutboxEntry) -> Result<(), ConsumerError> {
        let request = self.request(entry);
        let request = request.ok_or_else(|| ConsumerError::Failed("the request cannot be made".to_owned()))?;
        match self.target.send(request).await? {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(ConsumerError::Refused("answered 410 Gone".to_owned())),
            status => Err(ConsumerError::Failed(format!("answered {}", status.as_u16()))),
        }
    }

    fn delivery(&self) -> Delivery {
        Delivery { event_kinds: true, ..self.delivery }
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A path often holds a secret of its own.
        f.debug_struct("Webhook").field("to", &self.authority).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Vec<WebhookSecret> {
        vec![WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()]
    }

    #[test]
    fn a_url_is_https_with_a_host_and_without_a_password() {
        let refused = |url| Webhook::new(url, secrets()).err();
        assert_eq!(refused("https://app.example/hooks?x=1"), None);
        assert_eq!(refused("https://[2606:4700::1111]:8443"), None);
        assert_eq!(refused("http://app.example"), Some(BadUrl::NotHttps));
        for bad in ["", "app.example", "/hooks", "ftp://app.example", "https://me:word@app.example"] {
            assert_eq!(refused(bad), Some(BadUrl::Malformed), "{bad}");
        }
        assert_eq!(Webhook::new("https://app.example", Vec::new()).err(), Some(BadUrl::NoSecret));
    }

    #[test]
    fn its_path_does_not_show() {
        let shown = format!("{:?}", Webhook::new("https://app.example/s3cret", secrets()).unwrap());
        assert!(!shown.contains("s3cret"), "{shown}");
    }
}
