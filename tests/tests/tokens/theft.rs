//! A thief beside the owner, at any time: on the chat as a library, whose clock goes when it is told to.

use std::{collections::BTreeSet, time::Duration};

use chat_core::{
    Chat, Secrets,
    api::{Register, Sessions, Users},
    error::Rejection,
    model::{
        coin::Coins,
        session::{Caller, DeviceId},
        text::Name,
        user::{Password, Phone, UserId},
    },
    ports::authenticator::Credentials,
};
use chat_proofs::{clock::HandClock, scale::scaled};
use chat_sqlite::SqliteStore;
use chat_tests::chance::Chance;
use futures_util::future::join_all;
use secrecy::ExposeSecret;

/// The grace within which a refresh token is answered again.
const GRACE: Duration = Duration::from_mins(1);

struct House {
    chat: Chat,
    clock: HandClock,
}

impl House {
    async fn open() -> Self {
        let store = SqliteStore::open("sqlite::memory:").await.expect("a store");
        store.migrate().await.expect("its tables");
        let (clock, secrets) = (HandClock::default(), Secrets::random().expect("the system has randomness"));
        let builder = Chat::builder(store).secrets(secrets).clock(clock.clone()).password_cost(4);
        Self { chat: builder.build().await.expect("a chat"), clock }
    }

    /// A user who signs in, and the first refresh token.
    async fn user(&self, id: &str) -> (Caller, String) {
        let register = Register {
            user_id: UserId::parse(id).expect("an id"),
            device: DeviceId::parse("phone").expect("a device"),
            name: Name::parse("Somebody").expect("a name"),
            phone: Phone::parse("+15550100").expect("a phone"),
            coins: Coins::ZERO,
            password: Password::parse("correct horse").expect("a password"),
        };
        let session = self.chat.register(register).await.expect("a user").session;
        let access = Credentials::token(session.access_token.expose_secret());
        let caller = self.chat.authenticate(&access).await.expect("signed in");
        (caller, session.refresh_token.expose_secret().to_owned())
    }

    /// The successor of a refresh token; `None` where it is refused.
    async fn refresh(&self, token: &str) -> Option<String> {
        match self.chat.refresh(token).await {
            Ok(session) => Some(session.refresh_token.expose_secret().to_owned()),
            Err(error) => {
                assert_eq!(error.rejection(), Some(&Rejection::InvalidRefreshToken));
                None
            }
        }
    }

    async fn refresh_at_once(&self, token: &str, times: u32) -> Vec<Option<String>> {
        let tries = (0..times).map(|_| {
            let (house, token) = (Self { chat: self.chat.clone(), clock: self.clock.clone() }, token.to_owned());
            tokio::spawn(async move { house.refresh(&token).await })
        });
        join_all(tries).await.into_iter().map(|tried| tried.expect("no panic")).collect()
    }

    async fn has_a_session(&self, caller: &Caller) -> bool {
        !self.chat.sessions(caller).await.expect("a list").is_empty()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_at_once_are_answered_alike_to_the_last_moment_of_the_grace() {
    let house = House::open().await;
    let (dora, token) = house.user("dora").await;
    let first: BTreeSet<_> = house.refresh_at_once(&token, 16).await.into_iter().collect();
    let [Some(successor)] = first.iter().collect::<Vec<_>>()[..] else { panic!("one successor: {first:?}") };
    house.clock.advance(GRACE);
    let again: BTreeSet<_> = house.refresh_at_once(&token, 16).await.into_iter().collect();
    assert_eq!(again, first, "a clean repeat");
    assert!(house.refresh(successor).await.is_some());
    assert!(house.has_a_session(&dora).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_a_moment_after_the_grace_ends_the_session_for_both() {
    for thief_first in [true, false] {
        let house = House::open().await;
        let (dora, stolen) = house.user("dora").await;
        let successor = house.refresh(&stolen).await.expect("the first to come is answered");
        house.clock.advance(GRACE + Duration::from_millis(1));
        let late = house.refresh_at_once(&stolen, 16).await;
        assert!(late.iter().all(Option::is_none), "thief first: {thief_first}: {late:?}");
        assert_eq!(house.refresh(&successor).await, None, "and who was first is out, too");
        assert!(!house.has_a_session(&dora).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_theft_ends_one_session_and_no_other() {
    let house = House::open().await;
    let (dora, stolen) = house.user("dora").await;
    let (eve, eves) = house.user("eve").await;
    let next = house.refresh(&stolen).await.expect("answered");
    house.refresh(&next).await.expect("answered");
    assert_eq!(house.refresh(&stolen).await, None);
    assert!(!house.has_a_session(&dora).await);
    assert!(house.has_a_session(&eve).await);
    assert!(house.refresh(&eves).await.is_some());
}

/// What owner and thief do, drawn at random: each comes with the token it kept, once or many times at once, at any distance.
#[tokio::test(flavor = "multi_thread")]
async fn however_owner_and_thief_come_they_never_hold_two_lines() {
    let house = House::open().await;
    let (mut ended, mut shared) = (0, 0);
    let mut chance = Chance::seeded();
    for game in 0..scaled(120) {
        let (dora, token) = house.user(&format!("dora{game}")).await;
        let mut held = [token.clone(), token.clone()];
        let mut given = BTreeSet::from([token]);
        for _ in 0..8 {
            let who = chance.within(0..2) as usize;
            let answers = house.refresh_at_once(&held[who], chance.within(1..5)).await;
            let successors: BTreeSet<_> = answers.iter().collect();
            assert_eq!(successors.len(), 1, "game {game}: who comes at once is answered alike: {answers:?}");
            match &answers[0] {
                Some(successor) => {
                    given.insert(successor.clone());
                    held[who].clone_from(successor);
                }
                None => break,
            }
            let pauses = [Duration::ZERO, GRACE / 2, GRACE, GRACE + Duration::from_millis(1)];
            house.clock.advance(chance.one_of(&pauses).expect("there are some"));
        }
        if house.has_a_session(&dora).await {
            shared += 1;
            // Out of the grace whatever is not the newest is stolen, so that at most one of all that was given goes on.
            house.clock.advance(GRACE + Duration::from_millis(1));
            let mut alive = 0;
            for token in &given {
                alive += usize::from(house.refresh(token).await.is_some());
            }
            assert!(alive <= 1, "game {game}: {alive} lines are alive");
        } else {
            ended += 1;
            for token in &given {
                assert_eq!(house.refresh(token).await, None, "game {game}: what has ended stays so");
            }
        }
    }
    assert!(ended > 0 && shared > 0, "both are shown: {ended} sessions ended, {shared} went on");
}
