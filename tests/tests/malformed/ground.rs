//! The server that all cases are sent to, and what must hold after each of them.

use chat_tests::{Server, StoreKind};

use crate::chance::Outcome;
use crate::town::Town;
use crate::watch::Watch;

/// After so many cases a new town is founded: what some of them did has used the old one up.
const TOWN_SERVES: u32 = 100;

/// A server with a town in it, watched.
pub(crate) struct Ground<'a> {
    pub(crate) server: &'a Server,
    pub(crate) town: Town,
    watch: Watch,
    served: u32,
    towns: u32,
    /// How much of the log was there before the first case.
    log: usize,
}

/// A server on a file that can be watched.
pub(crate) async fn server() -> Server {
    Server::on(StoreKind::Sqlite).await.expect("SQLite is always there")
}

impl<'a> Ground<'a> {
    pub(crate) async fn on(server: &'a Server) -> Self {
        let town = Town::found(server, 1).await;
        let watch = Watch::over(server).await;
        Self { server, town, watch, served: 0, towns: 1, log: server.log().len() }
    }

    /// Makes ready for the next case.
    pub(crate) async fn begin(&mut self) {
        if self.served == TOWN_SERVES {
            self.towns += 1;
            self.town = Town::found(self.server, self.towns).await;
            self.watch.has_moved().await;
            self.served = 0;
        }
        self.served += 1;
    }

    /// What must hold after a case: the log tells of nothing that went wrong, and what was refused has changed nothing.
    ///
    /// # Errors
    /// What does not hold.
    pub(crate) async fn end(&mut self, may_change: bool) -> Result<Outcome, String> {
        let log = self.server.log();
        let more = log.get(self.log..).unwrap_or_default();
        if ["panicked", "ERROR", "internal error"].iter().any(|word| more.contains(word)) {
            self.log = log.len();
            return Err(format!("the log says: {more}"));
        }
        match (self.watch.has_moved().await, may_change) {
            (true, false) => Err("it was refused, and yet something was written".to_owned()),
            (_, true) => Ok(Outcome::Taken),
            (false, false) => Ok(Outcome::Refused),
        }
    }
}
