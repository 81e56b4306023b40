//! One request: to an address that was looked at, and to no other.

use std::{net::SocketAddr, sync::Arc};

use bytes::Bytes;
use chat_core::ports::outbox::ConsumerError;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use crate::{address::is_public, webhook::BadAuthority};

/// Where requests go.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// With TLS, where there is.
    pub(crate) tls: Option<Arc<ClientConfig>>,
    /// Addresses that are not public are taken, too.
    pub(crate) allow_private: bool,
}

/// Of an answer no more is read: what it says counts for nothing.
const LONGEST_ANSWER: usize = 64 * 1024;

/// TLS with the certificate authorities of Mozilla.
pub(crate) fn tls() -> Arc<ClientConfig> {
    with_roots(RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()))
}

/// TLS with these certificate authorities and no other.
pub(crate) fn tls_of(pem: &[u8]) -> Result<Arc<ClientConfig>, BadAuthority> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|_| BadAuthority::Malformed)?;
        roots.add(certificate).map_err(|_| BadAuthority::Malformed)?;
    }
    if roots.is_empty() { Err(BadAuthority::None) } else { Ok(with_roots(roots)) }
}

fn with_roots(roots: RootCertStore) -> Arc<ClientConfig> {
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

impl Target {
    /// Sends it, and says what was answered.
    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Result<StatusCode, ConsumerError> {
        let stream = self.connect().await?;
        let Some(tls) = &self.tls else { return exchange(stream, request).await };
        let name = ServerName::try_from(self.host.clone()).map_err(|error| failed("the name is no server's", error))?;
        let connector = TlsConnector::from(Arc::clone(tls));
        let stream = connector.connect(name, stream).await.map_err(|error| failed("no TLS", error))?;
        exchange(stream, request).await
    }

    async fn connect(&self) -> Result<TcpStream, ConsumerError> {
        let found = lookup_host((self.host.as_str(), self.port)).await;
        let found: Vec<SocketAddr> = found.map_err(|error| failed("the name is not found", error))?.collect();
        let allowed: Vec<SocketAddr> =
            found.iter().copied().filter(|address| self.allow_private || is_public(address.ip())).collect();
        if allowed.is_empty() {
            let what = "the host has no address of the public internet, and others are not allowed";
            return Err(ConsumerError::Failed(what.to_owned()));
        }
        let stream = TcpStream::connect(allowed.as_slice()).await;
        stream.map_err(|error| failed("no connection", error))
    }
}

async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, ConsumerError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed("no HTTP", error))?;
    let answering = async {
        let answer = sender.send_request(request).await.map_err(|error| failed("no answer", error))?;
        let status = answer.status();
        // Read so that a receiver does not see it cut off; whatever is wrong with it changes nothing.
        drop(Limited::new(answer.into_body(), LONGEST_ANSWER).collect().await);
        Ok(status)
    };
    tokio::pin!(answering);
    tokio::select! {
        // The connection makes no progress by itself, and ends with the answer.
        ended = connection => match ended {
            Ok(()) => answering.await,
            Err(error) => Err(failed("the connection broke", error)),
        },
        answer = &mut answering => answer,
    }
}

fn failed(what: &str, error: impl std::error::Error) -> ConsumerError {
    ConsumerError::Failed(format!("{what}: {error}"))
}
