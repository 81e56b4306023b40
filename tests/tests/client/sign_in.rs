//! Signing in, staying signed in, and the end of it.

use std::sync::{Arc, Mutex};

use chat_client::{Api, Cause, Client, End, Error, NoticeCode, Options, Registration, Session, Tokens, Update};
use chat_tests::{Client as Rest, PASSWORD, PATIENCE, ROOM_PASSWORD};
use serde_json::json;
use tokio::time::{Instant, timeout};

use crate::ground::{Ground, Told, quick};

fn registration(user_id: &str) -> Registration {
    let owned = str::to_owned;
    Registration {
        user_id: owned(user_id),
        device_id: owned("bot"),
        name: owned("A bot"),
        phone: owned("+4915112345678"),
        avail_coins: 0,
        password: owned(PASSWORD),
    }
}

fn session(api: &Api) -> Session {
    api.session().expect("signed in by password").borrow().clone()
}

/// Waits until the server takes this token no more.
async fn expired(nobody: &Rest, token: &str) {
    let holder = nobody.with_token(token);
    let begun = Instant::now();
    loop {
        let answer = holder.get("/api/me").await;
        if answer.status == 401 {
            answer.refused(401, "token_expired");
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "the token does not expire");
    }
}

#[tokio::test]
async fn registering_signs_in_and_a_refusal_has_its_code_and_fields() {
    let ground = Ground::new(&[]).await;
    let (api, user) = Api::register(&ground.base(), &registration("bob")).await.expect("a registration");
    assert_eq!((user.user_id.as_str(), user.prime), ("bob", false));
    assert_eq!(api.me().await.expect("signed in"), user);
    let again = Api::register(&ground.base(), &registration("bob")).await.expect_err("taken");
    assert_eq!((again.code(), again.problem().map(|problem| problem.status)), (Some("user_id_taken"), Some(409)));
    let wrong = Registration { phone: "soon".to_owned(), ..registration("eve") };
    let wrong = Api::register(&ground.base(), &wrong).await.expect_err("no phone");
    let fields: Vec<&str> = wrong.problem().expect("refused").errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["phone"]);
    let guess = Api::login(&ground.base(), "bob", "bot", "not the password").await.expect_err("wrong");
    assert_eq!(guess.code(), Some("invalid_credentials"));
}

#[tokio::test]
async fn nobody_there_is_no_answer() {
    let ground = Ground::new(&[]).await;
    ground.proxy.lead_nowhere();
    let error = Api::login(&ground.base(), "bob", "bot", PASSWORD).await.expect_err("nobody listens");
    assert!(matches!(error, Error::Network(_)), "{error:?}");
}

#[tokio::test]
async fn a_call_refreshes_a_session_that_the_server_takes_no_more() {
    let ground = Ground::new(&["--access-ttl", "1s"]).await;
    ground.server.register("bob").await;
    let kept = session(&ground.api("bob").await);
    // A clock that is wrong: the end of the token is learned from the refusal.
    let kept = Session { expires_at: "9001-01-01T00:00:00.000Z".into(), ..kept };
    let api = Api::with_session(&ground.base(), kept.clone()).expect("a client");
    expired(&ground.server.nobody(), &kept.access_token).await;
    assert_eq!(api.me().await.expect("refreshed").user_id, "bob");
    let fresh = session(&api);
    assert_ne!(fresh.access_token, kept.access_token);
    assert_ne!(fresh.refresh_token, kept.refresh_token);
}

#[tokio::test]
async fn calls_at_once_refresh_once() {
    let ground = Ground::new(&["--access-ttl", "1s", "--refresh-grace", "0s"]).await;
    ground.server.register("bob").await;
    let api = ground.api("bob").await;
    expired(&ground.server.nobody(), &session(&api).access_token).await;
    // Without grace a second use of the refresh token would end the session as stolen.
    let answers = futures_util::future::join_all((0..8).map(|_| api.me())).await;
    for answer in answers {
        assert_eq!(answer.expect("signed in").user_id, "bob");
    }
}

#[tokio::test]
async fn a_living_connection_is_renewed_before_its_token_ends() {
    let ground = Ground::new(&["--access-ttl", "30s"]).await;
    ground.server.register("bob").await;
    let mut bob = ground.connect("bob", Options::default()).await;
    let first = session(bob.client.api()).refresh_token;
    // The server tells again once it knows of a token that ends as soon.
    for _ in 0..2 {
        bob.until("a notice", |update| *update == Update::Notice(NoticeCode::TokenExpiring)).await;
    }
    assert_ne!(session(bob.client.api()).refresh_token, first);
    assert_eq!(bob.connections(), 1);
}

#[tokio::test]
async fn a_connection_whose_token_ended_comes_back_with_another() {
    let ground = Ground::new(&["--access-ttl", "2s"]).await;
    ground.server.register("bob").await;
    let mut bob = ground.connect("bob", Options::default()).await;
    let ended = |update: &Update| matches!(update, Update::Reconnecting { cause: Cause::Closed(Some(4001)), .. });
    bob.until("the end of the token", ended).await;
    bob.until("another connection", |update| matches!(update, Update::Connected { .. })).await;
}

#[tokio::test]
async fn who_is_signed_out_elsewhere_or_suspended_is_told_so_and_does_not_come_back() {
    let ground = Ground::new(&[]).await;
    let phone = ground.server.register("bob").await;
    let mut bob = ground.connect("bob", Options::default()).await;
    phone.delete("/api/sessions/bot").await.is(204);
    bob.until("the end", |update| *update == Update::Ended(End::SessionEnded)).await;
    assert_eq!(bob.updates.next().await, None);
    let call = bob.client.mark_read("any", 1).await;
    assert!(matches!(call, Err(Error::Ended(End::SessionEnded))), "{call:?}");

    let mut again = ground.connect("bob", Options::default()).await;
    let suspended = json!({"suspended": true, "reason": "a test"});
    ground.server.admin().put("/admin/users/bob/suspended", suspended).await.is(200);
    again.until("the end", |update| *update == Update::Ended(End::Suspended)).await;
}

#[tokio::test]
async fn who_cannot_refresh_any_more_is_told_so() {
    let ground = Ground::new(&[]).await;
    ground.server.register("bob").await;
    let kept = session(&ground.api("bob").await);
    let spoilt = Session { access_token: "x".to_owned(), refresh_token: "y".to_owned(), ..kept };
    let api = Api::with_session(&ground.base(), spoilt).expect("a client");
    let (client, updates) = Client::connect(api, quick(Options::default()));
    let mut told = Told { client, updates, seen: Vec::new() };
    let end = told.until("the end", |update| matches!(update, Update::Ended(_))).await;
    let Update::Ended(End::SignInRefused(problem)) = end else { panic!("{end:?}") };
    assert_eq!(problem.code, "invalid_refresh_token");
}

/// Has one token to begin with, and another for whoever was refused.
struct Two {
    first: String,
    then: String,
    refused: Arc<Mutex<Vec<String>>>,
}

#[async_trait::async_trait]
impl Tokens for Two {
    async fn token(&self, refused: Option<&str>) -> Result<String, Box<dyn std::error::Error + Send + Sync>> {
        let mut known = self.refused.lock().expect("nobody panics with it");
        known.extend(refused.map(str::to_owned));
        Ok(if known.is_empty() { self.first.clone() } else { self.then.clone() })
    }
}

#[tokio::test]
async fn a_provider_is_asked_for_another_token_where_one_is_refused() {
    let ground = Ground::new(&[]).await;
    let alice = ground.server.prime("alice").await;
    let room = alice.create_room("Tea").await;
    let refused = Arc::default();
    let tokens = Two { first: "stale".to_owned(), then: alice.token().to_owned(), refused: Arc::clone(&refused) };
    let api = Api::with_tokens(&ground.base(), tokens).expect("a client");
    assert!(api.session().is_none());
    let (client, updates) = Client::connect(api, quick(Options::default()));
    let mut told = Told { client, updates, seen: Vec::new() };
    let connected = told.until("the welcome", |update| matches!(update, Update::Connected { .. })).await;
    assert!(matches!(connected, Update::Connected { user_id, .. } if user_id == "alice"));
    assert_eq!(*refused.lock().expect("nobody panics with it"), ["stale"]);
    let joined = told.client.api().join(&room, ROOM_PASSWORD).await.expect("a member already");
    assert!(joined.already_member);
}

#[tokio::test]
async fn who_closes_or_lets_go_is_disconnected() {
    let ground = Ground::new(&[]).await;
    let alice = ground.server.prime("alice").await;
    ground.server.register("bob").await;
    let mut bob = ground.connect("bob", Options::default()).await;
    bob.client.close();
    bob.until("the end", |update| *update == Update::Ended(End::Closed)).await;
    let late = bob.client.send("any", "too late").await;
    assert!(matches!(late, Err(Error::Ended(End::Closed))), "{late:?}");

    // Of two handles one is enough; and who only listens needs none.
    let mut bob = ground.connect("bob", Options::default()).await;
    let other = bob.client.clone();
    drop(std::mem::replace(&mut bob.client, other));
    let room = alice.create_room("Tea").await;
    let Told { client, mut updates, .. } = bob;
    client.api().join(&room, ROOM_PASSWORD).await.expect("a seat");
    drop(client);
    alice.write(&room, "are you there?").await;
    let heard = timeout(PATIENCE, async {
        while let Some(update) = updates.next().await {
            if matches!(&update, Update::Event(event) if event.sender_id == "alice") {
                return true;
            }
        }
        false
    });
    assert_eq!(heard.await, Ok(true));
}
