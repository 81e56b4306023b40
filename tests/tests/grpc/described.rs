//! What the server tells of itself: reflection and health.

use std::collections::BTreeSet;

use chat_grpc::v1;
use futures_util::stream;
use prost_reflect::DescriptorPool;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};

use crate::ground::{channel, server};

/// The services of the protocol, by their full names.
fn services() -> BTreeSet<String> {
    let protocol = DescriptorPool::decode(v1::FILE_DESCRIPTOR_SET).expect("the protocol");
    protocol.services().map(|service| service.full_name().to_owned()).collect()
}

#[tokio::test]
async fn reflection_names_every_service_and_describes_it() {
    let server = server().await;
    let mut expected = services();
    assert!(expected.len() > 10, "{expected:?}");
    let symbols: Vec<String> = expected.iter().cloned().collect();
    expected.extend(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"].map(str::to_owned));
    let ask = |request| ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let asked = [MessageRequest::ListServices(String::new())].into_iter();
    let asked = asked.chain(symbols.iter().cloned().map(MessageRequest::FileContainingSymbol)).map(ask);
    let mut client = ServerReflectionClient::new(channel(&server));
    let asked: Vec<_> = asked.collect();
    let mut answers = client.server_reflection_info(stream::iter(asked)).await.expect("reflection").into_inner();
    let mut next = async || {
        let answer = answers.message().await.expect("a stream").expect("an answer");
        answer.message_response.expect("what was asked for")
    };
    let MessageResponse::ListServicesResponse(list) = next().await else { panic!("a list first") };
    assert_eq!(list.service.into_iter().map(|service| service.name).collect::<BTreeSet<_>>(), expected);
    for symbol in symbols {
        let MessageResponse::FileDescriptorResponse(file) = next().await else { panic!("{symbol} is not described") };
        assert_eq!(file.file_descriptor_proto.len(), 1, "{symbol}");
    }
}

#[tokio::test]
async fn what_anybody_may_ask_is_short() {
    let server = server().await;
    let host = "x".repeat(5_000);
    let request = MessageRequest::ListServices(String::new());
    let asked = stream::iter([ServerReflectionRequest { host, message_request: Some(request) }]);
    let mut client = ServerReflectionClient::new(channel(&server));
    let mut answers = client.server_reflection_info(asked).await.expect("a stream").into_inner();
    assert_eq!(answers.message().await.expect("an end"), None, "too long to be repeated");
    let service = "x".repeat(5_000);
    let refused = HealthClient::new(channel(&server)).check(HealthCheckRequest { service }).await;
    assert_eq!(refused.expect_err("too long to be a name").code(), Code::ResourceExhausted);
}

#[tokio::test]
async fn each_service_serves_and_others_are_not_known() {
    let server = server().await;
    let mut health = HealthClient::new(channel(&server));
    for service in services().into_iter().chain([String::new()]) {
        let answer = health.check(HealthCheckRequest { service }).await.expect("known").into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving);
    }
    let other = || HealthCheckRequest { service: "chat.v9.Rooms".to_owned() };
    assert_eq!(health.check(other()).await.expect_err("unknown").code(), Code::NotFound);
    let mut watch = health.watch(other()).await.expect("may come").into_inner();
    assert_eq!(watch.message().await.expect("a stream").expect("what is so").status(), ServingStatus::ServiceUnknown);
}

#[test]
fn the_protocol_says_of_each_thing_what_it_is() {
    let folder = chat_tests::tree::root().join("chat-grpc/proto");
    let mut bare = Vec::new();
    for (path, text) in chat_tests::tree::files(&folder, ".proto") {
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let [before, line] = pair else { continue };
            let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
            let is_thing = starts(&["message ", "service ", "enum ", "rpc ", "oneof "]) || line.contains(" = ");
            if is_thing && !starts(&["//", "syntax"]) && !before.starts_with("//") {
                bare.push(format!("{path:?}: {line}"));
            }
        }
    }
    assert!(bare.is_empty(), "{}", bare.join("\n"));
}
