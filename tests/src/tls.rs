//! A receiver of requests over TLS, and the certificates that it shows.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc::{self, UnboundedReceiver},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
    },
    server::TlsStream,
};

/// A certificate authority that nobody knows but whoever made it.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// How long a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Now.
    Good,
    /// Not any more.
    Expired,
}

impl Authority {
    /// A new one. All are called alike, and have keys of their own.
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "An authority for tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Its own certificate, as a host would have it in a file.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Serves TLS on 127.0.0.1 with a certificate for this name, answers each request with 204, and hands out its body.
    pub async fn receiver(&self, name: &str, validity: Validity) -> (u16, UnboundedReceiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it listens").port();
        let (acceptor, (taken, takes)) = (self.acceptor(name, validity), mpsc::unbounded_channel());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Whoever trusts it not hangs up in the middle of the handshake.
                if let Ok(stream) = acceptor.accept(stream).await
                    && let Some(body) = answer(stream).await
                    && taken.send(body).is_err()
                {
                    return;
                }
            }
        });
        (port, takes)
    }

    fn acceptor(&self, name: &str, validity: Validity) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        if validity == Validity::Expired {
            (params.not_before, params.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
        }
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain: Vec<CertificateDer<'static>> = vec![certificate.der().clone()];
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key);
        TlsAcceptor::from(std::sync::Arc::new(config.expect("a key of its certificate")))
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads one request and answers it; `None` where there was none.
async fn answer(stream: TlsStream<TcpStream>) -> Option<String> {
    let mut stream = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").await.ok()?;
    stream.shutdown().await.ok()?;
    String::from_utf8(body).ok()
}
