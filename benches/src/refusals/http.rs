//! A client that costs next to nothing: requests as bytes, and of an answer its status.

use std::net::{IpAddr, SocketAddr};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpSocket, TcpStream},
};

use crate::Failure;

/// A connection to the server.
pub(super) struct Connection(BufReader<TcpStream>);

impl Connection {
    /// One from this address of this machine.
    pub(super) async fn open(server: SocketAddr, from: IpAddr) -> Result<Self, Failure> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::new(from, 0))?;
        let stream = socket.connect(server).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Says something, whether or not it is a whole request.
    pub(super) async fn say(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes).await
    }

    /// The status of the next answer, whose body is read, too.
    pub(super) async fn status(&mut self) -> Result<u16, Failure> {
        let first = self.line().await?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| format!("no answer: {first:?}"))?;
        let mut length = 0;
        loop {
            let line = self.line().await?.to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        self.0.read_exact(&mut vec![0; length]).await?;
        Ok(status)
    }

    /// Asks, and answers with the status.
    pub(super) async fn ask(&mut self, request: &[u8]) -> Result<u16, Failure> {
        self.say(request).await?;
        self.status().await
    }

    async fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.0.read_line(&mut line).await?;
        if !line.ends_with('\n') {
            return Err("the server closed before it had answered".into());
        }
        Ok(line.trim_end().to_owned())
    }
}

/// A request with a token, and a body of JSON where it is not empty.
pub(super) fn request(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: chat\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
