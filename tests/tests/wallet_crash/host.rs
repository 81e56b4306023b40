//! The host: a chat on a store, with its coins in the wallet. Here, and in the child that is killed.

use std::{sync::Arc, time::Duration};

use chat_core::{
    Chat, Secrets,
    api::{Admin, CreateRoom, EnsureUser, JoinKey, JoinRoom, Joined, Rooms},
    error::ChatError,
    model::{
        coin::Coins,
        operator::Operator,
        room::{Capacity, RoomId, RoomPassword},
        session::Caller,
        text::Name,
        time::Timestamp,
        user::UserId,
    },
    ports::{
        clock::{Clock, SystemClock},
        store::Store,
        wallet::WalletPolicy,
    },
    realtime::LocalBus,
};
use chat_mysql::MySqlStore;
use chat_sqlite::SqliteStore;
use chat_test_databases::{Database, Kind};
use chat_tests::PATIENCE;
use tempfile::TempDir;
use tokio::{task::yield_now, time::timeout};

use super::{
    books::Held,
    client::{Stop, StoppingBus, TcpWallet},
    server::Wallet,
};

/// The same in each process that this test starts.
const JWT_KEY: &str = "pUr8mJ2wq0nYt7cDzR4vKx6hLb9sEfGa";
const PEPPER: &str = "Qe5Tn1VdXk8Wc3Mz7Yb2Hp6Js9Rg4LuA";
const ROOM_PASSWORD: &str = "biscuits";
pub(crate) const PRICE: i64 = 150;

/// A database, gone with it.
pub(crate) enum Ground {
    File(TempDir),
    Database(Database),
}

impl Ground {
    pub(crate) async fn fresh(kind: Option<Kind>) -> Option<Self> {
        match kind {
            None => Some(Self::File(tempfile::tempdir().expect("a folder"))),
            Some(kind) => Database::fresh(kind).await.map(Self::Database),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::File(folder) => format!("sqlite:{}", folder.path().join("chat.db").display()),
            Self::Database(database) => database.url().to_owned(),
        }
    }
}

/// The machine's clock, and hours later: what waits for a dead process waits no longer.
struct Later(Duration);

impl Clock for Later {
    fn now(&self) -> Timestamp {
        SystemClock.now().after(self.0)
    }
}

/// How a host is set up.
#[derive(Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) stop: Option<Stop>,
    /// How many hours later it is.
    pub(crate) hours: u64,
    /// How long the wallet may take.
    pub(crate) time_limit: Duration,
}

impl Setup {
    /// One that stops nowhere, and is there so many hours later.
    pub(crate) const fn at_hour(hours: u64) -> Self {
        Self { stop: None, hours, time_limit: PATIENCE }
    }
}

pub(crate) struct Host {
    pub(crate) chat: Chat,
    store: Arc<dyn Store>,
}

impl Host {
    pub(crate) async fn on(url: &str, wallet: String, setup: Setup) -> Self {
        let store: Arc<dyn Store> = if url.starts_with("mysql:") {
            let store = MySqlStore::open(url).await.expect("a store");
            store.migrate().await.expect("its tables");
            Arc::new(store)
        } else {
            let store = SqliteStore::open(url).await.expect("a store");
            store.migrate().await.expect("its tables");
            Arc::new(store)
        };
        let Setup { stop, hours, time_limit } = setup;
        let secrets = Secrets::new(vec![JWT_KEY.into()], PEPPER.into()).expect("secrets");
        let policy = WalletPolicy { time_limit, retry_after: Duration::from_millis(2), ..WalletPolicy::default() };
        let chat = Chat::builder_on(Arc::clone(&store))
            .secrets(secrets)
            .password_cost(4)
            .clock(Later(Duration::from_hours(hours)))
            .bus(StoppingBus { inner: LocalBus::default(), stop })
            .wallet(TcpWallet { address: wallet, stop }, policy)
            .build()
            .await
            .expect("a chat");
        Self { chat, store }
    }

    /// A room of a prime user of its own, with five more seats.
    pub(crate) async fn room(&self) -> RoomId {
        let alice = self.user("alice").await;
        self.chat.set_prime(&Operator::host(), &alice.user, true).await.expect("prime");
        let create = CreateRoom {
            name: Name::parse("Tea").expect("a name"),
            password: RoomPassword::parse(ROOM_PASSWORD).expect("a password"),
            capacity: Capacity::MAX,
            client_id: None,
        };
        self.chat.create_room(&alice, create).await.expect("a room").room.room.id
    }

    pub(crate) async fn user(&self, name: &str) -> Caller {
        let id = UserId::parse(name).expect("an id");
        self.chat.ensure_user(EnsureUser::new(id.clone())).await.expect("a user");
        Caller::user(id)
    }

    /// Somebody whose free admission is used up in this room, where the seat is free again.
    pub(crate) async fn paying(&self, name: &str, elsewhere: RoomId) {
        let user = self.user(name).await;
        let joined = self.join(name, elsewhere).await.expect("the first one is free");
        assert_eq!(joined.charged, Coins::ZERO);
        self.chat.leave_room(&user, elsewhere).await.expect("left");
    }

    pub(crate) async fn join(&self, name: &str, room: RoomId) -> Result<Joined, ChatError> {
        let user = Caller::user(UserId::parse(name).expect("an id"));
        let key = JoinKey::Password { room, password: ROOM_PASSWORD.into() };
        self.chat.join_room(&user, JoinRoom { key, dry_run: false, max_charge: None }).await
    }

    pub(crate) async fn is_in(&self, name: &str, room: RoomId) -> bool {
        let user = Caller::user(UserId::parse(name).expect("an id"));
        self.chat.rooms(&user).await.expect("a list").iter().any(|view| view.room.id == room)
    }

    /// Waits until no charge is left open, neither with the chat nor with the wallet.
    pub(crate) async fn settles(&self, wallet: &Wallet) {
        let far = SystemClock.now().after(Duration::from_hours(10_000));
        let waits = async {
            while !self.store.due_charges(far, 1).await.expect("charges").is_empty()
                || wallet.look(|books| books.is_any_reserved())
            {
                yield_now().await;
            }
        };
        if timeout(PATIENCE, waits).await.is_err() {
            let open = self.store.due_charges(far, 100).await.expect("charges");
            panic!("left open: {open:?}\n{:?}", wallet.look(|books| format!("{:?}", books.entries)));
        }
    }

    /// Nobody has paid without a seat, and nobody sits without having paid, once.
    pub(crate) async fn comes_right(&self, wallet: &Wallet, name: &str, room: RoomId) -> bool {
        self.settles(wallet).await;
        let faults = wallet.look(|books| books.faults.clone());
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        let seated = self.is_in(name, room).await;
        let captured = wallet.look(|books| books.count(name, &room.to_string(), Held::Captured));
        assert_eq!(captured, usize::from(seated), "{name} in {room}");
        seated
    }
}
