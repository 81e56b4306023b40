//! The server stops.

use chat_grpc::v1::{self, client_frame::Command, server_frame::Frame};
use futures_util::stream;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::v1::{ServerReflectionRequest, server_reflection_client::ServerReflectionClient};

use crate::ground::{channel, message, reason, server};
use crate::live::two;

#[tokio::test]
async fn a_server_that_stops_says_so_answers_what_is_due_and_ends() {
    let mut server = server().await;
    let (alice, bob, room) = two(&server).await;
    let (mut alices, mut wordless) = (alice.open().await, bob.connect().await.expect("a stream"));
    let service = String::new();
    let mut health = HealthClient::new(channel(&server)).watch(HealthCheckRequest { service }).await.expect("a watch");
    let first = health.get_mut().message().await.expect("a stream").expect("what is so");
    assert_eq!(first.status(), ServingStatus::Serving);
    let sent: Vec<u64> = alices.write_many(&room, 20).await;
    server.terminate();
    let end = alices.end().await.expect("an end");
    assert_eq!((end.code(), reason(&end).as_str()), (Code::Unavailable, "draining"));
    let is_notice =
        |frame: &Frame| matches!(frame, Frame::Notice(notice) if notice.code() == v1::notice::Code::Draining);
    assert!(alices.has_seen(is_notice));
    let end = wordless.end().await.expect("an end");
    assert_eq!((end.code(), reason(&end).as_str()), (Code::Unavailable, "draining"));
    let then = health.get_mut().message().await.expect("a stream").expect("what is so");
    assert_eq!(then.status(), ServingStatus::NotServing);
    assert_eq!(health.get_mut().message().await.expect_err("an end").code(), Code::Unavailable);
    assert!(server.ended().await.success());

    let answered: Vec<u64> = sent.into_iter().filter(|number| alices.has_answered(*number)).collect();
    server.restart().await;
    let bob = server.login("bob", "phone").await;
    let log = bob.log(&room).await;
    assert_eq!(log.len(), 2 + answered.len(), "what was heard was answered, and what was not, was not done");
}

#[tokio::test]
async fn who_only_looks_on_or_has_hardly_begun_holds_up_no_stop() {
    let mut server = server().await;
    let asked = stream::pending::<ServerReflectionRequest>();
    let looking = ServerReflectionClient::new(channel(&server)).server_reflection_info(asked).await.expect("a stream");
    let mut begun = TcpStream::connect(server.grpc()).await.expect("a connection");
    begun.write_all(b"PRI").await.expect("somebody listens");
    server.terminate();
    assert!(server.ended().await.success());
    assert!(!server.log().contains("were not done"), "{}", server.log());
    drop((looking, begun));
}

impl crate::ground::Talk {
    async fn write_many(&mut self, room: &str, count: usize) -> Vec<u64> {
        let mut numbers = Vec::new();
        for number in 0..count {
            numbers.push(self.begin(Command::Send(message(room, &number.to_string()))).await);
        }
        numbers
    }

    fn has_answered(&self, number: u64) -> bool {
        self.has_seen(|frame| matches!(frame, Frame::Ok(ok) if ok.id == number))
    }
}
