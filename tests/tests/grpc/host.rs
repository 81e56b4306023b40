//! An application whose own sign-in says who calls.

use chat_core::ports::authenticator::{Authenticator, Credentials, Identity, NotSignedIn};
use chat_core::{Chat, Secrets, model::user::UserId};
use chat_grpc::GrpcConfig;
use chat_grpc::v1::{self, sessions_client::SessionsClient, users_client::UsersClient};
use chat_sqlite::SqliteStore;
use chat_tests::Client;
use http::Method;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::ground::{channel_to, listen, reason, registration, serve};

/// Believes what a header says, as behind a proxy that signs users in.
struct ByHeader;

#[async_trait::async_trait]
impl Authenticator for ByHeader {
    async fn authenticate(&self, credentials: &Credentials<'_>) -> Result<Identity, NotSignedIn> {
        let user = credentials.header("x-user").and_then(|user| UserId::parse(user).ok());
        user.map(Identity::new).ok_or(NotSignedIn::Unauthenticated)
    }
}

async fn open() -> Channel {
    let store = SqliteStore::open("sqlite::memory:").await.expect("a store");
    store.migrate().await.expect("its tables");
    let builder = Chat::builder(store).secrets(Secrets::random().expect("randomness")).authenticator(ByHeader);
    channel_to(&serve(builder.build().await.expect("a chat")).await)
}

#[tokio::test]
async fn the_hosts_sign_in_sees_the_metadata() {
    let channel = open().await;
    let as_ann = |mut request: Request<()>| {
        request.metadata_mut().insert("x-user", "ann".parse().expect("a value"));
        Ok::<_, Status>(request)
    };
    let mut users = UsersClient::new(InterceptedService::new(channel.clone(), as_ann));
    assert_eq!(users.get_me(v1::GetMeRequest {}).await.expect("ann").into_inner().user_id, "ann");
    let refused = UsersClient::new(channel).get_me(v1::GetMeRequest {}).await.expect_err("nobody");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unauthenticated, "unauthenticated"));
}

#[tokio::test]
async fn there_are_no_accounts_of_the_chats_own_then() {
    let channel = open().await;
    let registered = UsersClient::new(channel.clone()).register(registration("ben", 0)).await;
    assert_eq!(registered.expect_err("the host registers").code(), Code::Unimplemented);
    let login = SessionsClient::new(channel.clone()).login(v1::LoginRequest::default()).await;
    assert_eq!(login.expect_err("the host signs in").code(), Code::Unimplemented);
    let service = "chat.v1.Sessions".to_owned();
    let health = HealthClient::new(channel).check(HealthCheckRequest { service }).await;
    assert_eq!(health.expect_err("not there").code(), Code::NotFound);
}

#[tokio::test]
async fn a_router_of_the_hosts_has_the_calls_beside_rest_and_keeps_its_own_pages() {
    let store = SqliteStore::open("sqlite::memory:").await.expect("a store");
    store.migrate().await.expect("its tables");
    let chat = Chat::builder(store).secrets(Secrets::random().expect("randomness")).build().await.expect("a chat");
    let rest = chat_http::router(chat.clone(), chat_http::HttpConfig::default());
    let app = rest.merge(chat_grpc::router(chat, &GrpcConfig::default()));
    let (listener, address) = listen().await;
    tokio::spawn(async move { axum::serve(listener, app).await });
    let nobody = Client::nobody(&format!("http://{address}"));
    nobody.get("/nowhere").await.refused(404, "route_not_found");
    nobody.get("/api/me").await.refused(401, "unauthenticated");
    let ask = nobody.request(Method::POST, "/chat.v1.Users/GetMe").header("content-type", "application/grpc");
    let answer = ask.send().await.expect("an answer");
    assert_eq!(answer.headers()["grpc-status"], "16", "{answer:?}");
}
