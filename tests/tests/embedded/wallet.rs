//! A wallet of the host's in the place of the chat's ledger: whatever it does, and whatever dies in between, nobody pays
//! without a seat, and nobody sits without paying in the end.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use async_trait::async_trait;
use chat_core::{
    Chat,
    api::{Admin, ChangeCoins, EnsureUser, JoinKey, JoinRoom, Joined, Rooms, Users},
    error::{ChatError, Rejection},
    model::{
        charge::{Charge, ChargeId},
        coin::{Amount, CoinKey, Coins, Reason},
        operator::Operator,
        room::RoomId,
        session::Caller,
        user::{User, UserId},
    },
    ports::{
        store::Source,
        wallet::{Reserved, Wallet, WalletPolicy},
    },
};
use chat_proofs::clock::HandClock;
use tokio::{sync::Notify, time::timeout};

use super::{ROOM_PASSWORD, on, paying, room, secrets, store, user};
use chat_tests::PATIENCE;

/// What a wallet does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// What it should.
    Well,
    /// Fails, and has done nothing.
    Fails,
    /// Does it, and fails all the same: its answer is lost.
    Lies,
    /// Does it, and never answers.
    Hangs,
    /// Panics, and has done nothing.
    Panics,
}

const MANNERS: [Manner; 5] = [Manner::Well, Manner::Fails, Manner::Lies, Manner::Hangs, Manner::Panics];

/// One step of a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    Reserve,
    Capture,
    Release,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Reserved(i64),
    Captured(i64),
    Released,
}

#[derive(Default)]
struct Books {
    coins: HashMap<String, i64>,
    held: HashMap<ChargeId, Held>,
    /// How it behaves at a step, and how many times.
    manners: HashMap<Step, (Manner, usize)>,
    /// How often each step was asked for.
    asked: HashMap<Step, usize>,
}

/// A wallet that keeps books as its contract says, and answers as it is told to.
#[derive(Clone, Default)]
struct Purse {
    books: Arc<Mutex<Books>>,
    moved: Arc<Notify>,
}

impl Purse {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("nobody panicked with the books")
    }

    fn with(coins: i64) -> Self {
        let purse = Self::default();
        purse.books().coins.insert("dave".to_owned(), coins);
        purse
    }

    fn behaves(&self, step: Step, manner: Manner, times: usize) {
        self.books().manners.insert(step, (manner, times));
    }

    fn coins(&self) -> i64 {
        self.books().coins["dave"]
    }

    fn held(&self) -> Vec<Held> {
        self.books().held.values().copied().collect()
    }

    fn asked(&self, step: Step) -> usize {
        self.books().asked.get(&step).copied().unwrap_or_default()
    }

    async fn step<V>(&self, step: Step, act: impl FnOnce(&mut Books) -> V) -> Result<V, Source> {
        let (manner, value) = {
            let mut books = self.books();
            *books.asked.entry(step).or_default() += 1;
            let manner = match books.manners.get_mut(&step) {
                Some((manner, times)) if *times != 0 => {
                    *times -= 1;
                    *manner
                }
                _ => Manner::Well,
            };
            let acts = !matches!(manner, Manner::Fails | Manner::Panics);
            (manner, acts.then(|| act(&mut books)))
        };
        self.moved.notify_waiters();
        match (manner, value) {
            (Manner::Well, Some(value)) => Ok(value),
            (Manner::Hangs, _) => std::future::pending().await,
            (Manner::Panics, _) => panic!("the wallet panics, as it shall"),
            _ => Err("the wallet fails, as it shall".into()),
        }
    }

    /// Waits until the books are so.
    async fn until(&self, what: &str, is_so: impl Fn(&Books) -> bool) {
        let waits = async {
            loop {
                let moved = self.moved.notified();
                if is_so(&self.books()) {
                    return;
                }
                moved.await;
            }
        };
        timeout(PATIENCE, waits).await.unwrap_or_else(|_| panic!("waited for {what}"));
    }
}

#[async_trait]
impl Wallet for Purse {
    async fn balance(&self, user: &UserId) -> Result<Coins, Source> {
        let coins = self.books().coins.get(user.as_str()).copied().unwrap_or_default();
        Ok(Coins::new(coins).expect("never below zero"))
    }

    async fn reserve(&self, charge: &Charge) -> Result<Reserved, Source> {
        let (id, user, price) = (charge.id, charge.user.as_str().to_owned(), charge.coins.get());
        self.step(Step::Reserve, |books| {
            let held = books.held.get(&id).copied();
            let coins = books.coins.entry(user).or_default();
            let coins_of = |coins| Coins::new(coins).expect("never below zero");
            match held {
                Some(Held::Released) => Reserved::No { available: coins_of(*coins) },
                None if *coins < price => Reserved::No { available: coins_of(*coins) },
                None => {
                    *coins -= price;
                    let left = coins_of(*coins);
                    books.held.insert(id, Held::Reserved(price));
                    Reserved::Yes { left }
                }
                Some(_) => Reserved::Yes { left: coins_of(*coins) },
            }
        })
        .await
    }

    async fn capture(&self, charge: &Charge) -> Result<(), Source> {
        let id = charge.id;
        self.step(Step::Capture, |books| match books.held[&id] {
            Held::Reserved(price) => drop(books.held.insert(id, Held::Captured(price))),
            Held::Captured(_) => {}
            Held::Released => panic!("what was released is captured"),
        })
        .await
    }

    async fn release(&self, charge: &Charge) -> Result<(), Source> {
        let (id, user) = (charge.id, charge.user.as_str().to_owned());
        self.step(Step::Release, |books| match books.held.insert(id, Held::Released) {
            Some(Held::Reserved(price)) => *books.coins.entry(user).or_default() += price,
            Some(Held::Captured(_)) => panic!("what was captured is released"),
            Some(Held::Released) | None => {}
        })
        .await
    }
}

const QUICK: WalletPolicy = WalletPolicy {
    time_limit: Duration::from_millis(200),
    abandoned_after: Duration::from_secs(60),
    retry_after: Duration::from_millis(1),
};

struct Scene {
    chat: Chat,
    purse: Purse,
    dave: Caller,
    tea: RoomId,
}

/// Dave has used up his free admission; tea costs him 150.
async fn scene(purse: Purse) -> Scene {
    let chat = on(store().await, &secrets()).wallet(purse.clone(), QUICK).build().await.expect("a chat");
    let alice = user(&chat, "alice").await;
    let (elsewhere, tea) = (room(&chat, &alice).await, room(&chat, &alice).await);
    let dave = paying(&chat, "dave", 0).await;
    let joined = join(&chat, &dave, elsewhere).await.expect("the first one is free");
    assert_eq!((joined.charged, joined.balance.get()), (Coins::ZERO, purse.coins()));
    Scene { chat, purse, dave, tea }
}

async fn join(chat: &Chat, user: &Caller, room: RoomId) -> Result<Joined, ChatError> {
    let key = JoinKey::Password { room, password: ROOM_PASSWORD.into() };
    chat.join_room(user, JoinRoom { key, dry_run: false, max_charge: None }).await
}

impl Scene {
    async fn is_in(&self) -> bool {
        self.chat.rooms(&self.dave).await.expect("a list").iter().any(|view| view.room.id == self.tea)
    }

    /// Waits until nothing is left to be done, and then nobody has paid without a seat or sits without having paid.
    async fn comes_right(&self, what: &str) {
        self.purse.until(what, |books| books.held.values().all(|held| !matches!(held, Held::Reserved(_)))).await;
        let captured = self.purse.held().iter().filter(|held| matches!(held, Held::Captured(150))).count();
        assert_eq!(captured, usize::from(self.is_in().await), "{what}: {:?}", self.purse.held());
        assert_eq!(self.purse.coins(), if captured == 1 { 50 } else { 200 }, "{what}");
    }
}

#[tokio::test]
async fn r_adm_07_a_seat_is_paid_from_the_wallet_of_the_host() {
    let scene = scene(Purse::with(200)).await;
    let joined = join(&scene.chat, &scene.dave, scene.tea).await.expect("a seat");
    assert_eq!((joined.charged.get(), joined.balance.get()), (150, 50));
    scene.comes_right("a seat that is paid for").await;
    assert_eq!(scene.chat.me(&scene.dave).await.expect("dave").coins.get(), 50);
    let again = join(&scene.chat, &scene.dave, scene.tea).await.expect("the same");
    assert_eq!((again.already_member, again.charged, again.balance.get()), (true, Coins::ZERO, 50));
    assert_eq!(scene.purse.asked(Step::Reserve), 1);
    let change = ChangeCoins {
        amount: Amount::new(5).expect("an amount"),
        reason: Reason::parse("a gift").expect("a reason"),
        key: CoinKey::parse("1").expect("a key"),
    };
    let refused = scene.chat.change_coins(&Operator::host(), &scene.dave.user, change).await;
    assert!(matches!(refused, Err(ChatError::Rejected(Rejection::RefusedByHost(_)))), "{refused:?}");
}

#[tokio::test]
async fn r_acc_04_no_coins_are_shown_or_given_beside_those_of_the_wallet() {
    let scene = scene(Purse::with(200)).await;
    let (chat, host, dave) = (&scene.chat, Operator::host(), &scene.dave.user);
    assert_eq!(chat.find_user(&host, dave).await.expect("dave").coins.map(Coins::get), Some(200));
    let listed = chat.find_users(&host, "dave", None, 10).await.expect("a list").users.remove(0);
    assert_eq!((listed.user.id.as_str(), listed.coins), ("dave", None), "the wallet is not asked for a list");
    for answered in [
        chat.suspend_user(&host, dave, None).await,
        chat.lift_user(&host, dave, None).await,
        chat.set_prime(&host, dave, true).await,
    ] {
        assert_eq!(answered.expect("done").coins, None, "what was done is answered without the wallet");
    }

    let frank = EnsureUser::new(UserId::parse("frank").expect("an id"));
    let given = |coins| EnsureUser { coins: Coins::new(coins), ..frank.clone() };
    let names_the_field = |refused: Result<User, ChatError>| match refused {
        Err(ChatError::Rejected(Rejection::Invalid(errors))) => assert_eq!(errors[0].field, "coins"),
        other => panic!("{other:?}"),
    };
    names_the_field(chat.ensure_user(given(7)).await);
    let mut tx = chat.begin().await.expect("a transaction");
    names_the_field(tx.ensure_user(given(7)).await);
    tx.rollback().await.expect("undone");
    assert!(matches!(chat.find_user(&host, &frank.id).await, Err(ChatError::Rejected(Rejection::UserNotFound))));
    scene.purse.books().coins.insert("frank".to_owned(), 30);
    for user in [given(0), frank.clone()] {
        assert_eq!(chat.ensure_user(user).await.expect("frank").coins.get(), 30, "the wallet's");
    }
    names_the_field(chat.ensure_user(given(7)).await);
}

#[tokio::test]
async fn r_adm_09_who_hangs_up_while_coins_are_reserved_has_them_back_without_waiting() {
    let scene = scene(Purse::with(200)).await;
    scene.purse.behaves(Step::Reserve, Manner::Hangs, 1);
    let (chat, dave, tea) = (scene.chat.clone(), scene.dave.clone(), scene.tea);
    let joining = tokio::spawn(async move { join(&chat, &dave, tea).await });
    scene.purse.until("the reservation", |books| books.asked.contains_key(&Step::Reserve)).await;
    joining.abort();
    assert!(joining.await.expect_err("nobody waits any more").is_cancelled());
    scene.purse.until("the release", |books| books.held.values().any(|held| *held == Held::Released)).await;
    scene.comes_right("a join that nobody waits for").await;
    join(&scene.chat, &scene.dave, scene.tea).await.expect("the coins are there again");
    scene.purse.until("the capture", |books| books.held.values().any(|held| *held == Held::Captured(150))).await;
    assert!(scene.is_in().await);
}

#[tokio::test]
async fn r_adm_07_who_cannot_pay_gets_no_seat_whoever_finds_out() {
    let poor = scene(Purse::with(100)).await;
    let refused = join(&poor.chat, &poor.dave, poor.tea).await;
    assert!(
        matches!(
            refused,
            Err(ChatError::Rejected(Rejection::InsufficientCoins { required, available }))
                if (required.get(), available.get()) == (150, 100)
        ),
        "{refused:?}"
    );
    assert!(!poor.is_in().await);
    assert_eq!(poor.purse.asked(Step::Reserve), 0);
}

#[tokio::test]
async fn r_adm_09_whatever_the_wallet_does_a_charge_and_a_seat_come_together_in_the_end() {
    for step in [Step::Reserve, Step::Capture, Step::Release] {
        for manner in MANNERS {
            let what = format!("{step:?} {manner:?}");
            let scene = scene(Purse::with(200)).await;
            scene.purse.behaves(step, manner, 2);
            if step == Step::Release {
                // A release is due where the reservation is in doubt.
                scene.purse.behaves(Step::Reserve, Manner::Lies, 1);
            }
            let joined = join(&scene.chat, &scene.dave, scene.tea).await;
            match (step, manner) {
                (Step::Capture, _) | (Step::Reserve, Manner::Well) => drop(joined.expect(&what)),
                _ => assert!(matches!(joined, Err(ChatError::WalletUnavailable(_))), "{what}: {joined:?}"),
            }
            if step == Step::Capture {
                // What is captured shows only after the answer to it.
                scene.purse.until(&what, |books| books.held.values().any(|held| *held == Held::Captured(150))).await;
            } else if manner != Manner::Well {
                scene.purse.until(&what, |books| books.asked.get(&Step::Release).is_some_and(|times| *times > 0)).await;
            }
            scene.comes_right(&what).await;
        }
    }
}

#[tokio::test]
async fn r_adm_09_a_charge_of_which_the_wallet_says_nothing_holds_up_no_other() {
    let purse = Purse::with(200);
    purse.books().coins.insert("erin".to_owned(), 200);
    // Far longer than anybody here waits.
    let policy = WalletPolicy { time_limit: 20 * PATIENCE, ..QUICK };
    let chat = on(store().await, &secrets()).wallet(purse.clone(), policy).build().await.expect("a chat");
    let alice = user(&chat, "alice").await;
    let (elsewhere, tea) = (room(&chat, &alice).await, room(&chat, &alice).await);
    purse.behaves(Step::Capture, Manner::Hangs, 1);
    for (number, name) in (1..).zip(["dave", "erin"]) {
        let caller = paying(&chat, name, 0).await;
        join(&chat, &caller, elsewhere).await.expect("the first one is free");
        join(&chat, &caller, tea).await.expect("a seat");
        purse.until(name, |books| books.asked.get(&Step::Capture) == Some(&number)).await;
    }
    assert_eq!(purse.held(), [Held::Captured(150); 2]);
}

#[tokio::test]
async fn r_adm_09_a_charge_that_a_dead_node_has_left_is_released_and_cannot_be_captured_any_more() {
    let (store, clock, purse) = (store().await, HandClock::default(), Purse::with(200));
    let secrets = secrets();
    let node = async || {
        let builder = on(Arc::clone(&store), &secrets).clock(clock.clone());
        builder.wallet(purse.clone(), QUICK).build().await.expect("a chat")
    };
    let chat = node().await;
    let alice = user(&chat, "alice").await;
    let (elsewhere, tea) = (room(&chat, &alice).await, room(&chat, &alice).await);
    let dave = paying(&chat, "dave", 0).await;
    join(&chat, &dave, elsewhere).await.expect("the first one is free");
    // Its wallet never answers, and then the caller is gone, and the node with it.
    purse.behaves(Step::Reserve, Manner::Hangs, 1);
    let asks = tokio::spawn({
        let dave = dave.clone();
        async move { join(&chat, &dave, tea).await }
    });
    purse.until("the reservation", |books| books.held.values().any(|held| *held == Held::Reserved(150))).await;
    asks.abort();
    drop(asks.await);
    assert_eq!(purse.coins(), 50);
    let other = node().await;
    clock.advance(Duration::from_secs(61));
    // The other one looks from time to time for what is left.
    purse.until("the release", |books| books.held.values().all(|held| *held == Held::Released)).await;
    assert_eq!(purse.coins(), 200);
    let joined = join(&other, &dave, tea).await.expect("a seat");
    assert_eq!((joined.charged.get(), joined.balance.get()), (150, 50));
    let charges = purse.held();
    assert_eq!(charges.len(), 2, "{charges:?}");
}
