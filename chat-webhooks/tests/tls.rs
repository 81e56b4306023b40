//! What is told over TLS is told to whom the certificate names, and to nobody else.

#![expect(clippy::unwrap_used, reason = "a test may stop where what it needs is not there")]

use chat_core::{
    model::{
        outbox::{ConsumerName, OutboxEntry, Subject},
        time::Timestamp,
        user::UserId,
    },
    ports::outbox::{Consumer, ConsumerError},
};
use chat_tests::tls::{Authority, Validity};
use chat_webhooks::{BadAuthority, Webhook, WebhookSecret};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn webhook(url: &str) -> Webhook {
    Webhook::to_private(url, vec![WebhookSecret::parse(SECRET).unwrap()]).unwrap()
}

fn entry() -> OutboxEntry {
    let subject = Subject::CoinsChanged { user: UserId::parse("alice").unwrap(), number: 3 };
    OutboxEntry::new(ConsumerName::parse("app").unwrap(), subject, Timestamp::from_millis(1_795_435_205_120))
}

/// Tells this port of an entry under this name, and trusts these authorities.
async fn tell(name: &str, port: u16, trusted: Option<&str>) -> Result<(), ConsumerError> {
    let webhook = webhook(&format!("https://{name}:{port}/hooks"));
    let webhook = match trusted {
        Some(pem) => webhook.trusting(pem.as_bytes()).unwrap(),
        None => webhook,
    };
    webhook.after_event(&entry()).await
}

#[tokio::test]
async fn who_has_a_certificate_of_a_trusted_authority_is_told() {
    let (ours, other) = (Authority::new(), Authority::new());
    let several = [other.pem(), ours.pem()].concat();
    for name in ["localhost", "127.0.0.1"] {
        for trusted in [ours.pem(), &several] {
            let (port, mut takes) = ours.receiver(name, Validity::Good).await;
            tell(name, port, Some(trusted)).await.unwrap();
            let told = takes.recv().await.unwrap();
            assert!(told.contains(r#""type":"coins.changed""#), "{told}");
        }
    }
}

#[tokio::test]
async fn who_has_a_wrong_certificate_is_told_nothing() {
    let (ours, other) = (Authority::new(), Authority::new());
    for (what, issuer, name, validity, trusted) in [
        ("of an authority that nobody knows", &ours, "localhost", Validity::Good, None),
        ("of another authority", &other, "localhost", Validity::Good, Some(ours.pem())),
        ("of another name", &ours, "app.example", Validity::Good, Some(ours.pem())),
        ("that has expired", &ours, "localhost", Validity::Expired, Some(ours.pem())),
    ] {
        let (port, mut takes) = issuer.receiver(name, validity).await;
        let refused = tell("localhost", port, trusted).await;
        let Err(ConsumerError::Failed(why)) = refused else { panic!("{what}: {refused:?}") };
        assert!(why.starts_with("no TLS: invalid peer certificate"), "{what}: {why}");
        assert!(takes.try_recv().is_err(), "{what}");
    }
}

#[test]
fn what_is_no_certificate_is_trusted_by_nobody() {
    let trusting = |pem: &str| webhook("https://localhost/hooks").trusting(pem.as_bytes()).err();
    assert_eq!(trusting(""), Some(BadAuthority::None));
    assert_eq!(trusting("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), Some(BadAuthority::None));
    assert_eq!(
        trusting("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        Some(BadAuthority::Malformed)
    );
    let plain = webhook("http://localhost/hooks").trusting(Authority::new().pem().as_bytes());
    assert_eq!(plain.err(), Some(BadAuthority::NoTls));
}
