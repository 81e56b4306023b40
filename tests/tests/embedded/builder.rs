//! How a chat is put together, and what two chats on one store know of each other.

use chat_core::{
    BuildError,
    api::{Sessions, Users},
    error::Rejection,
    policy::Policy,
    ports::authenticator::Credentials,
};
use secrecy::ExposeSecret;

use crate::{on, registration, secrets, store};

#[tokio::test]
async fn a_chat_says_by_which_numbers_it_goes() {
    let policy = Policy { moderators_invite: true, ..Policy::default() };
    let chat = on(store().await, &secrets()).policy(policy.clone()).build().await.expect("a chat");
    assert_eq!(chat.policy(), &policy);
    assert_ne!(chat.policy(), &Policy::default());
}

#[tokio::test]
async fn a_store_whose_passwords_have_another_pepper_is_refused() {
    let (store, secrets_of_store) = (store().await, secrets());
    on(store.clone(), &secrets_of_store).build().await.expect("a chat");
    on(store.clone(), &secrets_of_store).build().await.expect("the same again");
    let refused = on(store, &secrets()).build().await.err();
    assert!(matches!(refused, Some(BuildError::OtherPepper)), "{refused:?}");
}

#[tokio::test]
async fn a_session_that_was_ended_before_it_was_first_seen_is_refused() {
    let (store, secrets) = (store().await, secrets());
    let [here, there] = [on(store.clone(), &secrets), on(store, &secrets)];
    let (here, there) = (here.build().await.expect("a chat"), there.build().await.expect("another"));
    let session = here.register(registration("alice")).await.expect("a user").session;
    let token = session.access_token.expose_secret();
    let caller = here.authenticate(&Credentials::token(token)).await.expect("she is signed in");
    here.logout(&caller).await.expect("and out");
    let refused =
        there.authenticate(&Credentials::token(token)).await.expect_err("there it is seen for the first time");
    assert_eq!(refused.rejection(), Some(&Rejection::SessionRevoked));
}
