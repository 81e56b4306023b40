//! What these tests begin with: a server behind a proxy, users who are connected through it, and what they are told.

use std::time::Duration;

use chat_client::{Api, Client, Event, EventKind, Options, Update, Updates};
use chat_tests::proxy::{Passage, Proxy};
use chat_tests::{PASSWORD, PATIENCE, Server};
use tokio::time::{Instant, timeout_at};

/// A server, and a proxy before it.
pub(crate) struct Ground {
    pub(crate) server: Server,
    pub(crate) proxy: Proxy,
}

impl Ground {
    pub(crate) async fn new(flags: &[&str]) -> Self {
        let server = Server::with(flags).await;
        let proxy = Proxy::before(host(&server), Passage::relay).await;
        Self { server, proxy }
    }

    /// Where clients connect.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.proxy.address())
    }

    /// Signs in on a device of this crate's, through the proxy.
    pub(crate) async fn api(&self, user_id: &str) -> Api {
        let (api, user) = Api::login(&self.base(), user_id, "bot", PASSWORD).await.expect("a sign-in");
        assert_eq!(user.user_id, user_id);
        api
    }

    /// Connects, and waits until that is done.
    pub(crate) async fn connect(&self, user_id: &str, options: Options) -> Told {
        let (client, updates) = Client::connect(self.api(user_id).await, quick(options));
        let mut told = Told { client, updates, seen: Vec::new() };
        told.until("the welcome", |update| matches!(update, Update::Connected { .. })).await;
        told
    }

    /// The server again, wherever it listens now.
    pub(crate) async fn restart(&mut self) {
        self.server.restart().await;
        self.proxy.lead_to(host(&self.server));
    }
}

pub(crate) fn host(server: &Server) -> &str {
    server.base().strip_prefix("http://").expect("the scheme that the server names")
}

/// With waits that a test can afford.
pub(crate) fn quick(options: Options) -> Options {
    options.backoff(Duration::from_millis(20), Duration::from_millis(200))
}

/// A client, and all that it was told.
pub(crate) struct Told {
    pub(crate) client: Client,
    pub(crate) updates: Updates,
    pub(crate) seen: Vec<Update>,
}

impl Told {
    /// Reads until an update for which `wanted` holds has come, from the next one on.
    pub(crate) async fn until(&mut self, what: &str, wanted: impl Fn(&Update) -> bool) -> Update {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let next = timeout_at(deadline, self.updates.next()).await;
            let update = match next {
                Ok(Some(update)) => update,
                other => panic!("waits for {what}, and {other:?}; {:#?}", self.seen),
            };
            self.seen.push(update.clone());
            if wanted(&update) {
                return update;
            }
        }
    }

    /// Reads until this room was heard up to this number.
    pub(crate) async fn heard(&mut self, room: &str, seq: u64) {
        let is_last =
            |update: &Update| matches!(update, Update::Event(event) if event.room_id == room && event.seq == seq);
        if !self.seen.iter().any(is_last) {
            self.until(&format!("event {seq}"), is_last).await;
        }
    }

    /// The events of a room that the application was told.
    pub(crate) fn events(&self, room: &str) -> Vec<&Event> {
        let events = self.seen.iter().filter_map(|update| match update {
            Update::Event(event) if event.room_id == room => Some(event),
            _ => None,
        });
        events.collect()
    }

    /// The numbers of these.
    pub(crate) fn numbers(&self, room: &str) -> Vec<u64> {
        self.events(room).iter().map(|event| event.seq).collect()
    }

    /// How often it has connected.
    pub(crate) fn connections(&self) -> usize {
        self.seen.iter().filter(|update| matches!(update, Update::Connected { .. })).count()
    }
}

pub(crate) fn body(event: &Event) -> Option<&str> {
    match &event.kind {
        EventKind::Message(message) => message.body.as_deref(),
        _ => None,
    }
}
