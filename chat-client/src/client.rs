//! The calls of a connected client.

use std::sync::{Arc, OnceLock};

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    api::Api,
    driver::{Call, Driver},
    error::{End, Error},
    options::Options,
    update::Updates,
    wire::{Changed, Command, Event, ReadPosition},
};

/// How many calls may wait for their turn before further ones wait outside.
const WAITING_CALLS: usize = 64;
/// The largest frame that the server reads.
const MAX_FRAME: usize = 64 * 1024;

/// A connection that comes back by itself. Clones are handles of the same one.
///
/// # What a call promises
/// A call takes its place when it is first polled, behind those before it, and is then asked until it is answered, over
/// any number of connections. Dropping its future afterwards changes nothing about that. Calls of one client are asked in
/// the order in which they were made, and messages logged in that order.
///
/// - **A message** has a key, a UUID unless you give one, and is logged once.
/// - **An edit, a deletion, a reaction, a read position** is asked again where the answer was lost. That is harmless but
///   in one case: what another device of the user changed in between is overwritten. A deletion that finds the message
///   gone when it is asked again is done.
/// - **Typing** is not asked again.
/// - **A refusal** is [`Error::Problem`], and nothing was changed; it is [`Error::InDoubt`] where the command had been on
///   its way over a connection that broke: then nobody knows.
///
/// The application must read its [`Updates`] meanwhile, or drop them.
///
/// # Example
/// ```no_run
/// use chat_client::{Api, Client, EventKind, Options, Update};
///
/// # async fn bot() -> Result<(), chat_client::Error> {
/// let (api, _) = Api::login("http://127.0.0.1:8080", "echo", "bot-1", "kestrel-ladder-92").await?;
/// let (client, mut updates) = Client::connect(api, Options::default());
/// while let Some(update) = updates.next().await {
///     let Update::Event(event) = update else { continue };
///     if let EventKind::Message(message) = event.kind
///         && event.sender_id != "echo"
///         && let Some(body) = message.body
///     {
///         // In a task of its own, since the answer comes behind updates that nobody would read here.
///         let client = client.clone();
///         tokio::spawn(async move { client.send(&event.room_id, &body).await });
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct Client {
    api: Api,
    calls: mpsc::Sender<Call>,
    closing: CancellationToken,
    end: Arc<OnceLock<End>>,
}

/// A message that is to be sent.
///
/// ```
/// use chat_client::Draft;
///
/// # let room_id = "019ad8c6-5d0e-7b52-8a43-3f3f3a1e6c11";
/// let answer = Draft::new(room_id, "Yes, at four.").reply_to(41).client_id("8d0c5e0a");
/// ```
#[derive(Clone, Debug)]
pub struct Draft {
    room_id: String,
    body: String,
    client_id: String,
    reply_to: Option<u64>,
}

impl Draft {
    /// A message to a room, under a fresh key.
    #[must_use]
    pub fn new(room_id: &str, body: &str) -> Self {
        let client_id = Uuid::new_v4().to_string();
        Self { room_id: room_id.to_owned(), body: body.to_owned(), client_id, reply_to: None }
    }

    /// In answer to the message with this number.
    #[must_use]
    pub fn reply_to(mut self, seq: u64) -> Self {
        self.reply_to = Some(seq);
        self
    }

    /// Under a key that the application keeps, so that it can send the same again after it was started anew.
    #[must_use]
    pub fn client_id(mut self, client_id: &str) -> Self {
        client_id.clone_into(&mut self.client_id);
        self
    }
}

impl Client {
    /// Begins to connect, and answers at once: the first [`Update`](crate::Update) tells how it went. It goes on until
    /// [`close`](Self::close), until both the clients and the updates are dropped, or until the server ends it for good.
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    #[must_use]
    pub fn connect(api: Api, options: Options) -> (Self, Updates) {
        let (calls, asked) = mpsc::channel(WAITING_CALLS);
        let (tell, told) = mpsc::channel(options.updates + 1);
        #[expect(clippy::expect_used, reason = "an open channel that holds one at least is empty")]
        let last = tell.clone().try_reserve_owned().expect("a place for the end");
        let client = Self { api: api.clone(), calls, closing: CancellationToken::new(), end: Arc::default() };
        let driver = Driver::new(api, options, asked, tell, client.closing.clone(), Arc::clone(&client.end));
        tokio::spawn(driver.run(last));
        (client, Updates(told))
    }

    /// The same user's calls by REST.
    #[must_use]
    pub const fn api(&self) -> &Api {
        &self.api
    }

    /// Sends a message, and answers it as it was logged.
    ///
    /// # Errors
    /// `not_a_member`, `room_closed` …; the end of the connection.
    pub async fn send(&self, room_id: &str, body: &str) -> Result<Event, Error> {
        self.send_draft(Draft::new(room_id, body)).await
    }

    /// Sends a message that answers another, or has a key of the application's. With a key that was seen before, the first
    /// message is answered, as it is now.
    ///
    /// # Errors
    /// Those of [`send`](Self::send); `message_not_found`, `idempotency_conflict`.
    pub async fn send_draft(&self, draft: Draft) -> Result<Event, Error> {
        let Draft { room_id, body, client_id, reply_to } = draft;
        self.ask(Command::Send { room_id, body, client_id, reply_to }).await
    }

    /// Lets a message say something else.
    ///
    /// # Errors
    /// `not_allowed`, `message_not_found` …; the end of the connection.
    pub async fn edit(&self, room_id: &str, seq: u64, body: &str) -> Result<Changed, Error> {
        self.ask(Command::Edit { room_id: room_id.to_owned(), seq, body: body.to_owned() }).await
    }

    /// Deletes a message.
    ///
    /// # Errors
    /// `not_allowed`, `message_not_found` …; the end of the connection.
    pub async fn delete(&self, room_id: &str, seq: u64) -> Result<(), Error> {
        self.ask_value(Command::Delete { room_id: room_id.to_owned(), seq }).await.map(drop)
    }

    /// Puts an emoji under a message.
    ///
    /// # Errors
    /// `message_not_found`, `too_many_reactions` …; the end of the connection.
    pub async fn react(&self, room_id: &str, seq: u64, emoji: &str) -> Result<Changed, Error> {
        let emoji = emoji.to_owned();
        self.ask(Command::React { room_id: room_id.to_owned(), seq, emoji, remove: false }).await
    }

    /// Takes an emoji of one's own back.
    ///
    /// # Errors
    /// `message_not_found` …; the end of the connection.
    pub async fn unreact(&self, room_id: &str, seq: u64, emoji: &str) -> Result<Changed, Error> {
        let emoji = emoji.to_owned();
        self.ask(Command::React { room_id: room_id.to_owned(), seq, emoji, remove: true }).await
    }

    /// Marks a room as read up to this number.
    ///
    /// # Errors
    /// `not_a_member` …; the end of the connection.
    pub async fn mark_read(&self, room_id: &str, seq: u64) -> Result<ReadPosition, Error> {
        self.ask(Command::Read { room_id: room_id.to_owned(), seq }).await
    }

    /// Tells the others in a room that one is writing, if there is a connection. That it succeeds says nothing of whether
    /// anybody saw it.
    ///
    /// # Errors
    /// `not_a_member` …; the end of the connection.
    pub async fn typing(&self, room_id: &str) -> Result<(), Error> {
        self.ask_value(Command::Typing { room_id: room_id.to_owned() }).await.map(drop)
    }

    /// Ends the connection, for all handles. What was not answered by now may have been done, or not.
    pub fn close(&self) {
        self.closing.cancel();
    }

    async fn ask<T: DeserializeOwned>(&self, command: Command) -> Result<T, Error> {
        let result = self.ask_value(command).await?;
        serde_json::from_value(result).map_err(|error| Error::Answer(error.to_string()))
    }

    async fn ask_value(&self, command: Command) -> Result<Value, Error> {
        if MAX_FRAME < command.text(u64::MAX).len() {
            return Err(Error::TooLarge);
        }
        let (reply, answer) = oneshot::channel();
        let call = Call { command, reply };
        self.calls.send(call).await.map_err(|_| self.ended())?;
        answer.await.unwrap_or_else(|_| Err(self.ended()))
    }

    fn ended(&self) -> Error {
        Error::Ended(self.end.get().cloned().unwrap_or(End::Closed))
    }
}
