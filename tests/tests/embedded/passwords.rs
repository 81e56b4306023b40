//! Passwords: what hashing them shows to who has none, and what becomes of one that is changed while it is verified.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    time::Duration,
};

use chat_core::{
    BcryptHasher, Chat, GuessLimits, GuessRate, Secrets,
    api::{Admin, ChangePassword, EnsureUser, JoinKey, JoinRoom, Login, Rooms, Sessions, SignedIn, Users},
    error::{ChatError, Rejection},
    model::{
        operator::Operator,
        session::{Caller, DeviceId},
        text::Name,
        user::{Password, PasswordHash, UserId},
    },
    ports::{
        hasher::{HashError, Hasher},
        store::Store,
    },
};
use chat_sqlite::SqliteStore;
use secrecy::SecretString;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::{ROOM_PASSWORD, on, registration, room, secrets, store, user};

const PASSWORD: &str = "correct horse";
const COST: u32 = 6;

/// Those of every chat here: several are on one store.
fn ours() -> &'static Secrets {
    static SECRETS: OnceLock<Secrets> = OnceLock::new();
    SECRETS.get_or_init(secrets)
}

/// Counts what it hashes with, and stops before it answers where it is told to.
struct Watched {
    bcrypt: BcryptHasher,
    calls: Arc<Calls>,
}

#[derive(Default)]
struct Calls {
    hash: AtomicU64,
    verify: AtomicU64,
}

impl Calls {
    fn take(&self) -> (u64, u64) {
        (self.hash.swap(0, Ordering::SeqCst), self.verify.swap(0, Ordering::SeqCst))
    }
}

impl Hasher for Watched {
    fn hash(&self, prehash: &SecretString) -> Result<PasswordHash, HashError> {
        self.calls.hash.fetch_add(1, Ordering::SeqCst);
        self.bcrypt.hash(prehash)
    }

    fn verify(&self, prehash: &SecretString, stored: Option<&PasswordHash>) -> Result<bool, HashError> {
        self.calls.verify.fetch_add(1, Ordering::SeqCst);
        self.bcrypt.verify(prehash, stored)
    }

    fn is_outdated(&self, stored: &PasswordHash) -> bool {
        self.bcrypt.is_outdated(stored)
    }
}

async fn watched(store: Arc<dyn Store>) -> (Chat, Arc<Calls>) {
    let calls = Arc::new(Calls::default());
    let hasher = Watched { bcrypt: BcryptHasher::new(COST).expect("a cost"), calls: Arc::clone(&calls) };
    let chat = on(store, ours()).hasher(hasher).build().await.expect("a chat");
    (chat, calls)
}

/// Stops in the middle of its first verification, until it is told to go on.
struct Stopping {
    bcrypt: BcryptHasher,
    reached: mpsc::SyncSender<()>,
    go_on: std::sync::Mutex<mpsc::Receiver<()>>,
}

impl Hasher for Stopping {
    fn hash(&self, prehash: &SecretString) -> Result<PasswordHash, HashError> {
        self.bcrypt.hash(prehash)
    }

    fn verify(&self, prehash: &SecretString, stored: Option<&PasswordHash>) -> Result<bool, HashError> {
        let right = self.bcrypt.verify(prehash, stored);
        // Whoever waits for neither any more has seen what they wanted.
        if self.reached.send(()).is_ok() {
            let _ = self.go_on.lock().expect("one verification at a time").recv();
        }
        right
    }

    fn is_outdated(&self, stored: &PasswordHash) -> bool {
        self.bcrypt.is_outdated(stored)
    }
}

/// The two ends that a [`Stopping`] hasher is held by.
struct Stop {
    reached: mpsc::Receiver<()>,
    go_on: mpsc::SyncSender<()>,
}

impl Stop {
    /// Runs `meanwhile` while a password has been verified and nothing was made of it yet.
    async fn at_the_first(self, meanwhile: impl Future<Output = ()>) {
        let Self { reached, go_on } = self;
        tokio::task::spawn_blocking(move || reached.recv().expect("a verification")).await.expect("no panic");
        meanwhile.await;
        go_on.send(()).expect("it waits");
    }
}

async fn stopping(store: Arc<dyn Store>) -> (Chat, Stop) {
    let (reached, is_reached) = mpsc::sync_channel(0);
    let (go_on, goes_on) = mpsc::sync_channel(0);
    let bcrypt = BcryptHasher::new(4).expect("a cost");
    let hasher = Stopping { bcrypt, reached, go_on: goes_on.into() };
    let chat = on(store, ours()).hasher(hasher).build().await.expect("a chat");
    (chat, Stop { reached: is_reached, go_on })
}

fn login(user: &str, password: &str) -> Login {
    let device = DeviceId::parse("laptop").expect("a device");
    Login { user_id: user.to_owned(), device, password: password.into(), address: None }
}

fn rejection<T>(outcome: Result<T, ChatError>) -> Option<Rejection> {
    outcome.err().and_then(|error| error.rejection().cloned())
}

async fn stored(store: &Arc<dyn Store>, user: &str) -> PasswordHash {
    let user = UserId::parse(user).expect("an id");
    store.credentials(&user).await.expect("it answers").expect("a user").password.expect("a password")
}

#[tokio::test]
async fn who_may_not_sign_in_cannot_tell_why_and_each_costs_one_hash_of_today() {
    let store = store().await;
    let before = on(store.clone(), ours()).build().await.expect("a chat at cost 4");
    before.register(registration("older")).await.expect("a user of the older cost");
    let passwordless = EnsureUser {
        id: UserId::parse("passwordless").expect("an id"),
        name: Name::parse("Somebody").expect("a name"),
        phone: None,
        coins: None,
    };
    before.ensure_user(passwordless).await.expect("a user of the host's");

    let (chat, calls) = watched(store.clone()).await;
    chat.register(registration("alice")).await.expect("a user");
    let operator = Operator::host();
    for erased in ["erased", "suspended"] {
        chat.register(registration(erased)).await.expect("a user");
    }
    let (erased, suspended) = (UserId::parse("erased").expect("an id"), UserId::parse("suspended").expect("an id"));
    chat.erase_user(&operator, &erased).await.expect("erased");
    chat.suspend_user(&operator, &suspended, None).await.expect("suspended");
    calls.take();

    let mut answers = BTreeMap::new();
    let cases = ["alice", "older", "passwordless", "nobody", "erased", "suspended", "no id", ""];
    for case in cases {
        let answer = chat.login(login(case, "battery staple")).await.map(drop);
        answers.insert(case, format!("{answer:?}"));
        assert_eq!(calls.take(), (0, 1), "{case}");
    }
    // A password of impossible length is simply wrong.
    for password in ["", "x", &"x".repeat(10_000)] {
        let answer = chat.login(login("alice", password)).await.map(drop);
        answers.insert("alice, of impossible length", format!("{answer:?}"));
        assert_eq!(calls.take(), (0, 1), "{} characters", password.len());
    }
    let expected = format!("{:?}", Err::<(), _>(ChatError::from(Rejection::InvalidCredentials)));
    assert!(answers.values().all(|answer| *answer == expected), "{answers:?}");
}

#[tokio::test]
async fn whoever_signs_in_after_the_cost_was_raised_gets_a_hash_of_the_new_one() {
    let store = store().await;
    on(store.clone(), ours()).build().await.expect("a chat").register(registration("alice")).await.expect("a user");
    let (chat, calls) = watched(store.clone()).await;
    let old = stored(&store, "alice").await;
    assert!(old.expose().starts_with("$2b$04$"));

    let refused = rejection(chat.login(login("alice", "battery staple")).await);
    assert_eq!(refused, Some(Rejection::InvalidCredentials));
    assert_eq!(stored(&store, "alice").await, old, "who does not know it changes nothing");
    calls.take();

    chat.login(login("alice", PASSWORD)).await.expect("signed in");
    assert_eq!(calls.take(), (1, 1));
    let renewed = stored(&store, "alice").await;
    assert!(renewed.expose().starts_with("$2b$06$"));

    chat.login(login("alice", PASSWORD)).await.expect("and again");
    assert_eq!(calls.take(), (0, 1));
    assert_eq!(stored(&store, "alice").await, renewed);
}

#[tokio::test]
async fn many_who_sign_in_at_once_after_the_cost_was_raised_are_all_let_in() {
    let store = store().await;
    on(store.clone(), ours()).build().await.expect("a chat").register(registration("alice")).await.expect("a user");
    let (chat, _) = watched(store.clone()).await;
    let sign_in = |number: usize| {
        let device = DeviceId::parse(&format!("device-{number}")).expect("a device");
        chat.login(Login { device, ..login("alice", PASSWORD) })
    };
    let outcomes = futures_util::future::join_all((0..16).map(sign_in)).await;
    let sessions: Vec<SignedIn> = outcomes.into_iter().map(|outcome| outcome.expect("signed in")).collect();
    assert_eq!(sessions.len(), 16);
    assert!(stored(&store, "alice").await.expose().starts_with("$2b$06$"));
}

#[tokio::test]
async fn a_sign_in_that_was_verified_against_a_password_changed_meanwhile_makes_no_session() {
    let store = store().await;
    let there = on(store.clone(), ours()).build().await.expect("another node");
    there.register(registration("alice")).await.expect("a user");
    let alice = Caller::user(UserId::parse("alice").expect("an id"));
    let (here, stop) = stopping(store.clone()).await;

    let change = ChangePassword { old: PASSWORD.into(), new: Password::parse("battery staple").expect("a password") };
    let changed = async { there.change_password(&alice, change).await.expect("changed") };
    let (outcome, ()) = tokio::join!(here.login(login("alice", PASSWORD)), stop.at_the_first(changed));

    assert_eq!(rejection(outcome), Some(Rejection::InvalidCredentials));
    let sessions = there.sessions(&alice).await.expect("her sessions");
    assert!(sessions.iter().all(|session| session.device.as_str() != "laptop"), "{sessions:?}");
}

#[tokio::test]
async fn a_hash_that_was_renewed_meanwhile_lets_in_who_knows_the_password() {
    let store = store().await;
    let before = on(store.clone(), ours()).build().await.expect("a node at cost 4");
    before.register(registration("alice")).await.expect("a user");
    let (there, _) = watched(store.clone()).await;
    let (here, stop) = stopping(store.clone()).await;
    let renewed = async { drop(there.login(login("alice", PASSWORD)).await.expect("renewed")) };
    let (outcome, ()) = tokio::join!(here.login(login("alice", PASSWORD)), stop.at_the_first(renewed));
    outcome.expect("the password is the same");
}

#[tokio::test]
async fn a_join_that_was_verified_against_a_password_changed_meanwhile_makes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteConnectOptions::new().filename(folder.path().join("chat.db")).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.expect("a pool");
    let on_pool = SqliteStore::from_pool(pool.clone());
    on_pool.migrate().await.expect("its tables");
    let store: Arc<dyn Store> = Arc::new(on_pool);
    let there = on(store.clone(), ours()).build().await.expect("another node");
    let (owner, guest) = (user(&there, "owner").await, user(&there, "guest").await);
    let tea = room(&there, &owner).await;
    let (here, stop) = stopping(store.clone()).await;

    let before = store.room(tea).await.expect("it answers").expect("a room").room;
    let key = JoinKey::Password { room: tea, password: ROOM_PASSWORD.into() };
    let join = here.join_room(&guest, JoinRoom { key, dry_run: false, max_charge: None });
    let changed = async {
        // The room's password becomes that of the users.
        let change =
            "UPDATE chat_rooms SET password_hash = (SELECT password_hash FROM chat_users WHERE user_id = 'guest')";
        sqlx::query(change).execute(&pool).await.expect("changed");
    };
    let (outcome, ()) = tokio::join!(join, stop.at_the_first(changed));

    assert_eq!(rejection(outcome), Some(Rejection::WrongRoomPassword));
    assert_eq!(store.room(tea).await.expect("it answers").expect("a room").room, before);
    assert_eq!(store.membership(tea, &guest.user).await.expect("it answers"), None);
    let key = JoinKey::Password { room: tea, password: PASSWORD.into() };
    let joined = there.join_room(&guest, JoinRoom { key, dry_run: false, max_charge: None }).await;
    joined.expect("the new one is known by now");
}

#[tokio::test]
async fn guesses_at_one_user_do_not_lock_out_who_is_signed_in_there() {
    let limits =
        GuessLimits { user: GuessRate { burst: 5, every: Duration::from_secs(3_600) }, ..GuessLimits::default() };
    let chat = on(store().await, ours()).guess_limits(limits).build().await.expect("a chat");
    chat.register(registration("alice")).await.expect("a user, signed in on her phone");
    let from = |host: u8, device: &str, password: &str| Login {
        device: DeviceId::parse(device).expect("a device"),
        address: Some(IpAddr::from([192, 0, 2, host])),
        ..login("alice", password)
    };
    for host in 0..5 {
        let refused = rejection(chat.login(from(host, "phone", "guessed")).await);
        assert_eq!(refused, Some(Rejection::InvalidCredentials));
    }
    let unknown = rejection(chat.login(from(5, "tablet", PASSWORD)).await);
    assert!(matches!(unknown, Some(Rejection::RateLimited { .. })), "{unknown:?}");
    chat.login(from(6, "phone", PASSWORD)).await.expect("on the phone, wherever it is");
    chat.login(from(6, "tablet", PASSWORD)).await.expect_err("elsewhere it is as before");
}
