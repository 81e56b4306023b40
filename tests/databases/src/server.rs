//! A server that one test has for itself, to kill it.

use std::sync::{Arc, Mutex};

use chat_test_database_servers as servers;
use chat_test_database_servers::{Kind, hexadecimal};
use tokio::task::spawn_blocking;

use crate::absent;
use crate::keeper::Keeper;
use crate::urls::AdminUrl;

/// A private server with one empty database, both gone when this is dropped. It is never one that was named.
pub struct Server {
    server: Arc<Mutex<servers::Server>>,
    admin_url: String,
    url: String,
}

impl Server {
    /// A fresh server; `None` where none of that kind can be started. Takes a second for MariaDB, and several
    /// for MySQL.
    ///
    /// # Panics
    /// When the kind is required and cannot be started.
    pub async fn private(kind: Kind) -> Option<Self> {
        let started = spawn_blocking(move || servers::Server::start(kind)).await;
        let server = match started.expect("starting a server does not panic") {
            Ok(server) => server,
            Err(why) => return absent(&why),
        };
        let admin = AdminUrl::parse(&server.url()).expect("a server knows its URL");
        let keeper = Keeper::start(kind, &admin).await.unwrap_or_else(|error| panic!("{error}"));
        let password = hexadecimal();
        let created = keeper.create(password.clone()).await;
        let name = created.unwrap_or_else(|error| panic!("making a database on {kind}: {error}"));
        Some(Self {
            server: Arc::new(Mutex::new(server)),
            admin_url: admin.database(name.as_str()),
            url: admin.user(name.as_str(), name.as_str(), &password),
        })
    }

    /// The URL of the database's user, the same over restarts.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The URL of an administrator in the same database.
    pub fn admin_url(&self) -> &str {
        &self.admin_url
    }

    /// SIGKILL: the server is gone when this returns, as after a crash of its process.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub async fn kill(&self) {
        self.on_a_thread(servers::Server::kill).await;
    }

    /// Starts it again on its data and port, and waits until it answers; kills before what still runs.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart(&self) {
        self.on_a_thread(servers::Server::restart).await;
    }

    /// SIGSTOP: it hangs, with its connections open, and new ones are taken by the kernel and not answered.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn pause(&self) {
        self.on_a_thread(|server| server.pause()).await;
    }

    /// SIGCONT: it goes on.
    ///
    /// # Panics
    /// When it does not run.
    pub async fn resume(&self) {
        self.on_a_thread(|server| server.resume()).await;
    }

    async fn on_a_thread(&self, order: impl FnOnce(&mut servers::Server) -> Result<(), String> + Send + 'static) {
        let server = Arc::clone(&self.server);
        let done = spawn_blocking(move || order(&mut server.lock().expect("nobody panics with it"))).await;
        done.expect("an order to a server does not panic").unwrap_or_else(|error| panic!("{error}"));
    }
}
