//! What goes over the wire below HTTP libraries: clients that break the protocols, close early or write before they read.

use chat_tests::raw::{close_code, connect, masked, read_to_end, websocket};
use chat_tests::{PATIENCE, Server};
use tokio::{io::AsyncWriteExt, time::timeout};

#[tokio::test]
async fn a_path_with_something_more_in_it_is_another_one() {
    let server = Server::start().await;
    let alice = server.register("alice").await;
    // Who guards a path before the chat, or puts a route in its place, is not walked around.
    for path in ["//api/me", "/api//me", "/api/me//", "/api/./me", "/api/profile/../me"] {
        let mut stream = connect(&server).await;
        let head = format!("GET {path} HTTP/1.1\r\nHost: chat\r\nConnection: close\r\n");
        let request = format!("{head}Authorization: Bearer {}\r\n\r\n", alice.token());
        stream.write_all(request.as_bytes()).await.expect("written");
        let answer = read_to_end(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("route_not_found"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn what_is_no_websocket_frame_is_a_protocol_error_and_not_too_big() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let broken: [(&str, Vec<u8>); 5] = [
        ("text that is no UTF-8", masked(0x81, &[0xff, 0xfe])),
        ("an unknown opcode", masked(0x83, b"x")),
        ("a reserved bit", masked(0xC1, b"{}")),
        ("the rest of nothing", masked(0x80, b"x")),
        ("no mask", vec![0x81, 0x02, b'{', b'}']),
    ];
    for (what, frame) in broken {
        let mut stream = websocket(&server, dora.token()).await;
        stream.write_all(&frame).await.expect("a frame");
        assert_eq!(close_code(&mut stream).await, 4004, "{what}");
    }
}

#[tokio::test]
async fn a_client_that_has_said_all_and_closes_its_half_is_answered() {
    let server = Server::start().await;
    let dora = server.register("dora").await;
    let mut stream = connect(&server).await;
    let request = format!("GET /api/me HTTP/1.1\r\nHost: chat\r\nAuthorization: Bearer {}\r\n\r\n", dora.token());
    stream.write_all(request.as_bytes()).await.expect("a request");
    stream.shutdown().await.expect("half a close");
    let answer = read_to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(r#""userId":"dora""#), "{answer}");
}

#[tokio::test]
async fn who_writes_5_mb_before_reading_sees_why_it_was_refused() {
    let server = Server::start().await;
    let body = vec![b'x'; 5_000_000];
    for (target, status) in [
        ("POST /api/messages", "401"),
        ("POST /api/nowhere", "404"),
        ("PUT /api/register", "405"),
        ("POST /api/register", "413"),
        ("POST /admin/users/dora/coins", "401"),
    ] {
        let mut stream = connect(&server).await;
        let head = format!(
            "{target} HTTP/1.1\r\nHost: chat\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let sending = async {
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&body).await
        };
        timeout(PATIENCE, sending).await.expect("sent in time").unwrap_or_else(|error| panic!("{target}: {error}"));
        let answer = read_to_end(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{target}: {answer}");
        assert!(answer.contains("application/problem+json"), "{target}: {answer}");
    }
}
