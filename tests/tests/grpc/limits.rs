//! Who asks too much, sends nonsense, or takes nothing.

use std::time::{Duration, Instant};

use chat_grpc::v1::{self, client_frame::Command};
use chat_tests::PATIENCE;
use futures_util::stream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::client::{Grpc, GrpcService};
use tonic::transport::Channel;
use tonic::{Code, Request, Status, body::Body};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt;

use crate::ground::{Person, message, reason, server, server_with};
use crate::live::two;

#[track_caller]
fn assert_is(status: &Status, code: Code, why: &str) {
    assert_eq!((status.code(), reason(status).as_str()), (code, why), "{status:?}");
}

#[tokio::test]
async fn a_message_of_the_protocol_has_at_most_64_kib() {
    let server = server().await;
    let (alice, _, room) = two(&server).await;
    let too_large = message(&room, &"x".repeat(65_536));
    let refused = alice.messages().send_message(too_large.clone()).await.expect_err("too large");
    assert_is(&refused, Code::ResourceExhausted, "too_large");
    let mut talk = alice.open().await;
    talk.begin(Command::Send(too_large)).await;
    assert_is(&talk.end().await.expect("an end"), Code::ResourceExhausted, "too_large");
    // Whatever fits is looked at by the rules.
    let too_long = alice.messages().send_message(message(&room, &"x".repeat(65_000))).await.expect_err("too long");
    assert_is(&too_long, Code::InvalidArgument, "invalid_request");
}

/// A message whose first field is bytes: as a text they are no UTF-8, and as a number they are none.
const NONSENSE: [u8; 2] = [0xff, 0xfe];

#[tokio::test]
async fn what_is_no_message_of_the_protocol_is_the_clients_fault() {
    let server = server().await;
    let alice = Person::register(&server, "alice", 0).await;
    let mut grpc = Grpc::new(alice.signed());
    grpc.ready().await.expect("the server listens");
    let codec = ProstCodec::<Vec<u8>, ()>::default();
    let path = "/chat.v1.Rooms/GetRoom".parse().expect("a path");
    let refused = grpc.unary(Request::new(NONSENSE.to_vec()), path, codec).await.expect_err("nonsense");
    assert_is(&refused, Code::InvalidArgument, "invalid_request");

    grpc.ready().await.expect("the server listens on");
    let codec = ProstCodec::<Vec<u8>, v1::ServerFrame>::default();
    let path = "/chat.v1.Live/Connect".parse().expect("a path");
    let frames = grpc.streaming(Request::new(stream::iter([NONSENSE.to_vec()])), path, codec).await.expect("a stream");
    let ended = timeout(PATIENCE, frames.into_inner().message()).await.expect("an end in time").expect_err("nonsense");
    assert_is(&ended, Code::InvalidArgument, "invalid_request");
}

#[tokio::test]
async fn there_is_no_other_service_and_no_other_call() {
    let server = server().await;
    let alice = Person::register(&server, "alice", 0).await;
    for path in ["/chat.v1.Rooms/Demolish", "/chat.v9.Rooms/GetRoom"] {
        let mut grpc = Grpc::new(alice.signed());
        grpc.ready().await.expect("the server listens");
        let asked = grpc.unary(Request::new(()), path.parse().expect("a path"), ProstCodec::<(), ()>::default()).await;
        assert_eq!(asked.expect_err(path).code(), Code::Unimplemented, "{path}");
    }
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back_by_call_and_by_stream() {
    let limits = ["--rate-limits", "on", "--rate-limit", "send=3/1h,connections=1"];
    let server = server_with(&limits).await;
    let (alice, bob, room) = two(&server).await;
    let mut talk = alice.open().await;
    for text in ["one", "two"] {
        alice.write(&room, text).await;
    }
    talk.write(&room, "three").await;
    let refused = alice.messages().send_message(message(&room, "four")).await.expect_err("too often");
    assert_is(&refused, Code::ResourceExhausted, "rate_limited");
    let wait = refused.get_details_retry_info().and_then(|info| info.retry_delay).expect("when to come back");
    assert!(Duration::from_secs(60) < wait && wait <= Duration::from_secs(20 * 60), "{wait:?}");
    let problem = talk.ask(Command::Send(message(&room, "four"))).await.expect_err("too often");
    assert_eq!((problem.status, problem.code.as_str()), (Code::ResourceExhausted as i32, "rate_limited"));
    assert!(problem.retry_after.is_some_and(|wait| 60 < wait.seconds));
    bob.write(&room, "others are not held back").await;

    let second = alice.connect().await.map(drop).expect_err("one stream is open");
    assert_is(&second, Code::ResourceExhausted, "rate_limited");
    talk.finish();
    assert!(talk.end().await.is_none());
    // Its place is free once its last byte is on its way.
    let begun = Instant::now();
    while let Err(refused) = alice.connect().await {
        assert_is(&refused, Code::ResourceExhausted, "rate_limited");
        assert!(begun.elapsed() < PATIENCE, "the place is not given back");
    }
}

#[tokio::test]
async fn what_pages_of_other_sites_may_send_unasked_is_no_grpc() {
    let server = server().await;
    let mut channel = crate::ground::channel(&server);
    for media_type in ["text/plain", "application/x-www-form-urlencoded", "application/grpcish", ""] {
        let request = http::Request::post("/chat.v1.Users/Register").header("content-type", media_type);
        std::future::poll_fn(|context| GrpcService::<Body>::poll_ready(&mut channel, context)).await.expect("ready");
        let answer = GrpcService::call(&mut channel, request.body(Body::empty()).expect("a request"));
        assert_eq!(answer.await.expect("an answer").status(), 415, "{media_type:?}");
    }
}

/// What a client of HTTP/2 says first, and an empty frame of settings (RFC 9113, 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";

#[tokio::test]
async fn who_says_nothing_or_gives_no_sign_of_life_is_given_up() {
    let server = server_with(&["--head-timeout", "1s", "--heartbeat", "1s"]).await;
    for words in [&b""[..], b"P", &PREFACE[..24], PREFACE] {
        let mut stream = TcpStream::connect(server.grpc()).await.expect("a connection");
        stream.write_all(words).await.expect("somebody listens");
        // Pings come, and are not answered.
        let mut heard = Vec::new();
        let ended = timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
        // A connection that was cut off may end in an error.
        drop(ended.unwrap_or_else(|_| panic!("it is still there after {words:?} and {heard:?}")));
    }
}

#[tokio::test]
async fn who_takes_nothing_is_told_so_once_they_do() {
    let server = server().await;
    let (alice, bob, room) = two(&server).await;
    // What the client's own side would take for it.
    let narrow = Channel::from_shared(format!("http://{}", server.grpc())).expect("an address");
    let narrow = narrow.initial_stream_window_size(65_535).initial_connection_window_size(65_535).connect_lazy();
    let mut bobs = Person::new(narrow, bob.session.clone()).open().await;
    let large = "\u{1F642}".repeat(4_000);
    for _ in 0..120 {
        alice.write(&room, &large).await;
    }
    let end = bobs.end().await.expect("an end");
    assert_is(&end, Code::Unavailable, "too_slow");
    assert!(bobs.seqs(&room).len() < 120, "not all was kept for them");
    assert_eq!(bobs.seqs(&room), (3..3 + bobs.seqs(&room).len() as u64).collect::<Vec<_>>(), "without hole so far");
}
