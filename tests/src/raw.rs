//! A client below HTTP libraries: bytes on a connection.

use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::{PATIENCE, Server};

/// A connection to the server that has said nothing yet.
///
/// # Panics
/// When that does not come.
pub async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(address(server)).await.expect("a connection")
}

/// The same, from this address of this machine.
///
/// # Panics
/// When that does not come.
pub async fn connect_from(server: &Server, from: IpAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::new(from, 0)).expect("an address of this machine");
    socket.connect(address(server)).await.expect("a connection")
}

fn address(server: &Server) -> SocketAddr {
    server.base().strip_prefix("http://").expect("a base").parse().expect("an address")
}

/// All that comes until the server closes.
///
/// # Panics
/// When that does not come.
pub async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("an end in time").expect("bytes");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The status of the next answer, of which nothing else is read.
///
/// # Panics
/// When that does not come.
pub async fn status(stream: &mut TcpStream) -> u16 {
    let mut line = [0; 12];
    timeout(2 * PATIENCE, stream.read_exact(&mut line)).await.expect("an answer in time").expect("an answer");
    let line = String::from_utf8_lossy(&line).into_owned();
    line.strip_prefix("HTTP/1.1 ").and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("{line:?}"))
}

/// A WebSocket of somebody who is signed in, as bare bytes.
///
/// # Panics
/// When that does not come.
pub async fn websocket(server: &Server, token: &str) -> TcpStream {
    let mut stream = connect(server).await;
    let head = shake_hands(&mut stream, token).await;
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    stream
}

/// Asks on a fresh connection for a WebSocket, and answers the head of what comes back.
///
/// # Panics
/// When nothing does.
pub async fn shake_hands(stream: &mut TcpStream, token: &str) -> String {
    stream.write_all(handshake(token).as_bytes()).await.expect("a request");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(timeout(PATIENCE, stream.read_u8()).await.expect("an answer in time").expect("a byte"));
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A request for a WebSocket.
fn handshake(token: &str) -> String {
    format!(
        "GET /api/ws HTTP/1.1\r\nHost: chat\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer {token}\r\n\r\n"
    )
}

/// A frame under the mask 0, which leaves its bytes as they are.
///
/// # Panics
/// When the payload has 126 bytes or more.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("a short payload");
    assert!(length < 126);
    [&[first, 0x80 | length, 0, 0, 0, 0], payload].concat()
}

/// The code with which the server closes.
///
/// # Panics
/// When that does not come.
pub async fn close_code(stream: &mut TcpStream) -> u16 {
    loop {
        let first = timeout(PATIENCE, stream.read_u8()).await.expect("a frame in time").expect("a frame");
        let length = stream.read_u8().await.expect("its length");
        assert!(length < 126, "the server says short things here");
        let mut payload = vec![0; usize::from(length)];
        stream.read_exact(&mut payload).await.expect("its payload");
        if first == 0x88 {
            return u16::from_be_bytes([payload[0], payload[1]]);
        }
    }
}
