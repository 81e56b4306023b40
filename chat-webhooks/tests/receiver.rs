//! A chat that tells a receiver, whatever that answers.

#![expect(clippy::unwrap_used, reason = "a test may stop where what it needs is not there")]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, response::Response, routing::post};
use base64::{Engine, prelude::BASE64_STANDARD};
use chat_core::{
    model::{
        event::Seq,
        outbox::{ConsumerName, OutboxEntry, Subject},
        room::RoomId,
        time::Timestamp,
        user::{Standing, UserId},
    },
    ports::outbox::{Consumer, ConsumerError},
};
use chat_webhooks::{Webhook, WebhookSecret};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEW: &str = "whsec_cm90YXRlZC1pbi1hZnRlci10aGUtb2xkLW9uZQ==";

type Request = (HeaderMap, Bytes);

/// Passes on what it gets, and answers as it was told.
#[derive(Clone)]
struct Receiver {
    got: mpsc::UnboundedSender<Request>,
    answer: Arc<dyn Fn() -> Response + Send + Sync>,
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    receiver.got.send((headers, body)).unwrap();
    (receiver.answer)()
}

async fn receiver(
    answer: impl Fn() -> Response + Send + Sync + 'static,
) -> (SocketAddr, mpsc::UnboundedReceiver<Request>) {
    let (got, gets) = mpsc::unbounded_channel();
    let router = Router::new().route("/hooks", post(receive)).with_state(Receiver { got, answer: Arc::new(answer) });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, gets)
}

fn answer(status: u16) -> Response {
    Response::builder().status(status).body("thanks".into()).unwrap()
}

fn webhook(address: SocketAddr, secrets: &[&str]) -> Webhook {
    let secrets = secrets.iter().map(|secret| WebhookSecret::parse(secret).unwrap()).collect();
    Webhook::to_private(&format!("http://{address}/hooks"), secrets).unwrap()
}

fn entry(subject: Subject) -> OutboxEntry {
    OutboxEntry::new(ConsumerName::parse("app").unwrap(), subject, Timestamp::from_millis(1_795_435_205_120))
}

fn event() -> OutboxEntry {
    entry(Subject::Logged { room: RoomId::from_bytes([7; 16]), seq: Seq::new(9) })
}

/// As a receiver does it that knows one secret.
fn verifies(request: &Request, secret: &str) -> bool {
    let (headers, body) = request;
    let header = |name| headers.get(name).unwrap().to_str().unwrap();
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    header("webhook-signature").split(' ').any(|signature| {
        let signature = BASE64_STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        for part in [header("webhook-id").as_bytes(), b".", header("webhook-timestamp").as_bytes(), b".", body] {
            mac.update(part);
        }
        mac.verify_slice(&signature).is_ok()
    })
}

#[tokio::test]
async fn a_request_says_what_happened_under_an_id_that_stays_and_is_signed() {
    let (address, mut gets) = receiver(|| answer(204)).await;
    let (webhook, entry) = (webhook(address, &[OLD]), event());
    webhook.after_event(&entry).await.unwrap();
    webhook.after_event(&entry).await.unwrap();
    let (first, again) = (gets.recv().await.unwrap(), gets.recv().await.unwrap());
    assert_eq!(first.0["webhook-id"], entry.id.to_string().as_str());
    assert_eq!(first.0["webhook-id"], again.0["webhook-id"]);
    assert_eq!(first.0["content-type"], "application/json");
    assert_eq!(first.0["host"], address.to_string().as_str());
    let expected = r#"{"data":{"roomId":"07070707-0707-0707-0707-070707070707","seq":9},"timestamp":"2026-11-23T12:00:05.120Z","type":"room.event"}"#;
    assert_eq!(first.1, expected);
    assert!(verifies(&first, OLD) && !verifies(&first, NEW));
    webhook.after_event(&OutboxEntry { event_kind: Some("message"), ..entry }).await.unwrap();
    let body = gets.recv().await.unwrap().1;
    assert!(body.starts_with(br#"{"data":{"kind":"message","roomId":"#), "{body:?}");
    assert!(Consumer::delivery(&webhook).event_kinds, "that is what it asks for");
}

#[tokio::test]
async fn while_a_secret_is_replaced_the_old_and_the_new_one_both_verify() {
    let (address, mut gets) = receiver(|| answer(200)).await;
    webhook(address, &[NEW, OLD]).after_event(&event()).await.unwrap();
    let request = gets.recv().await.unwrap();
    assert!(verifies(&request, OLD) && verifies(&request, NEW));
}

#[tokio::test]
async fn every_subject_has_a_type_and_says_whom_it_is_about() {
    let (address, mut gets) = receiver(|| answer(200)).await;
    let webhook = webhook(address, &[OLD]);
    let (user, other) = (UserId::parse("alice").unwrap(), UserId::parse("bob").unwrap());
    let standing = |standing| Subject::StandingChanged { user: user.clone(), standing };
    let (both, one) = (r#""data":{"userIds":["alice","bob"]}"#, r#""data":{"userId":"alice"}"#);
    for (subject, kind, data) in [
        (Subject::FriendshipMade { user: user.clone(), other: other.clone() }, "friendship.made", both),
        (Subject::FriendshipEnded { user: user.clone(), other }, "friendship.ended", both),
        (standing(Standing::Suspended), "user.suspended", one),
        (standing(Standing::Active), "user.restored", one),
        (standing(Standing::Erased), "user.erased", one),
        (Subject::CoinsChanged { user: user.clone(), number: 3 }, "coins.changed", r#""number":3"#),
    ] {
        webhook.after_event(&entry(subject)).await.unwrap();
        let body = String::from_utf8(gets.recv().await.unwrap().1.to_vec()).unwrap();
        assert!(body.contains(&format!(r#""type":"{kind}""#)) && body.contains(data), "{body}");
    }
}

#[tokio::test]
async fn what_is_no_success_is_tried_again_and_gone_is_final() {
    for (status, expected) in
        [(200, "ok"), (299, "ok"), (302, "failed"), (404, "failed"), (410, "refused"), (500, "failed")]
    {
        let answer = move || {
            let mut answer = answer(status);
            answer.headers_mut().insert("location", "/elsewhere".parse().unwrap());
            answer
        };
        let (address, mut gets) = receiver(answer).await;
        let told = match webhook(address, &[OLD]).after_event(&event()).await {
            Ok(()) => "ok",
            Err(ConsumerError::Failed(_)) => "failed",
            Err(ConsumerError::Refused(_)) => "refused",
        };
        assert_eq!(told, expected, "{status}");
        gets.recv().await.unwrap();
        assert!(gets.try_recv().is_err(), "{status} was followed");
    }
}

/// A listener that does with each connection what it is told.
async fn rude<F>(treat: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            treat(stream).await;
        }
    });
    address
}

#[tokio::test]
async fn a_receiver_that_closes_or_answers_nonsense_fails() {
    let closes = rude(|stream| async { drop(stream) }).await;
    let babbles = rude(|mut stream| async move {
        stream.read_exact(&mut [0; 16]).await.unwrap();
        stream.write_all(b"what?\r\n\r\n").await.unwrap();
    })
    .await;
    for address in [closes, babbles] {
        let failed = webhook(address, &[OLD]).after_event(&event()).await;
        assert!(matches!(failed, Err(ConsumerError::Failed(_))), "{failed:?}");
    }
}

#[tokio::test]
async fn of_an_answer_without_end_no_more_is_read_than_need_be() {
    let endless = rude(|mut stream| async move {
        stream.read_exact(&mut [0; 16]).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n").await.unwrap();
        while stream.write_all(&[b'x'; 4096]).await.is_ok() {}
    })
    .await;
    let sent = tokio::time::timeout(Duration::from_secs(60), async {
        webhook(endless, &[OLD]).after_event(&event()).await.unwrap();
    });
    sent.await.unwrap();
}

#[tokio::test]
async fn no_request_goes_to_an_address_that_is_not_public() {
    let (address, mut gets) = receiver(|| answer(200)).await;
    let secret = || vec![WebhookSecret::parse(OLD).unwrap()];
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"] {
        let webhook = Webhook::new(&format!("https://{host}:{}/hooks", address.port()), secret()).unwrap();
        let refused = webhook.after_event(&event()).await;
        let Err(ConsumerError::Failed(why)) = refused else { panic!("{host}: {refused:?}") };
        assert!(why.contains("public internet"), "{host}: {why}");
    }
    assert!(gets.try_recv().is_err());
}
