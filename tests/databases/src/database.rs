//! A database for one test.

use std::sync::atomic::{AtomicU8, Ordering};

use chat_test_database_servers::{Kind, Provided, Unavailable, hexadecimal, provide};
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;

use crate::absent;
use crate::keeper::Keeper;
use crate::name::Name;
use crate::urls::AdminUrl;

/// The server that the tests of this process share.
struct Shared {
    url: AdminUrl,
    keeper: Keeper,
    /// A private server ends with this process.
    _server: Provided,
}

static SHARED: [OnceCell<Result<Shared, Unavailable>>; 2] = [const { OnceCell::const_new() }; 2];

async fn shared(kind: Kind) -> Result<&'static Shared, Unavailable> {
    SHARED[kind as usize].get_or_init(|| start(kind)).await.as_ref().map_err(Clone::clone)
}

async fn start(kind: Kind) -> Result<Shared, Unavailable> {
    let server = spawn_blocking(move || provide(kind)).await.expect("providing a server does not panic")?;
    let url = AdminUrl::parse(&server.url()).unwrap_or_else(|error| panic!("{}: {error}", kind.variable()));
    // Whoever names a server means it: one that does not answer is never passed over.
    let keeper = Keeper::start(kind, &url).await.unwrap_or_else(|error| panic!("the tests' server: {error}"));
    Ok(Shared { url, keeper, _server: server })
}

/// An empty database on the shared server, and a user who may do everything in it and nothing elsewhere. Both
/// go when this is dropped, with every connection to them.
#[derive(Debug)]
pub struct Database {
    kind: Kind,
    name: Name,
    url: String,
    admin: AdminUrl,
    keeper: Keeper,
    users: AtomicU8,
}

impl Database {
    /// A fresh database; `None` where there is no server of that kind.
    ///
    /// # Panics
    /// When the kind is required and not there, or a server was named that does not serve.
    pub async fn fresh(kind: Kind) -> Option<Self> {
        match shared(kind).await {
            Ok(shared) => Some(Self::on(kind, &shared.url, &shared.keeper).await),
            Err(why) => absent(&why),
        }
    }

    pub(crate) async fn on(kind: Kind, admin: &AdminUrl, keeper: &Keeper) -> Self {
        let password = hexadecimal();
        let created = keeper.create(password.clone()).await;
        let name = created.unwrap_or_else(|error| panic!("making a database on {kind}: {error}"));
        let url = admin.user(name.as_str(), name.as_str(), &password);
        Self { kind, name, url, admin: admin.clone(), keeper: keeper.clone(), users: AtomicU8::new(0) }
    }

    /// Which kind it is on.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its name: `chat_test_` and sixteen hexadecimal digits.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The URL of its user, who may do everything in it: `mysql://user:password@host:port/name`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL of an administrator of the server, in this database.
    pub fn admin_url(&self) -> String {
        self.admin.database(self.name.as_str())
    }

    /// The URL of a new user with only these rights on the database, for instance `"SELECT, INSERT"`; `USAGE` is
    /// none at all. At most ten a database.
    ///
    /// # Panics
    /// When the server refuses them.
    pub async fn user_with(&self, privileges: &str) -> String {
        let number = self.users.fetch_add(1, Ordering::Relaxed);
        assert!(number < 10, "ten users are enough");
        let (user, password) = (format!("{}_{number}", self.name), hexadecimal());
        let added = self.keeper.add_user(&self.name, user.clone(), password.clone(), privileges.to_owned()).await;
        added.unwrap_or_else(|error| panic!("a user with {privileges}: {error}"));
        self.admin.user(self.name.as_str(), &user, &password)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A panic here could end the process in the middle of another one. The next sweep tries again.
        if let Err(error) = self.keeper.drop_database(self.name.clone()) {
            eprintln!("{} on {} stays for now: {error}", self.name, self.kind);
        }
    }
}
