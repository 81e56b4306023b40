//! A stream after its welcome: what the client asks, what the chat has for it, and the clock.

use std::{collections::HashMap, convert::Infallible, sync::Arc};

use chat_core::{
    api::{self, ChangedMessage, MessageId},
    error::{ChatError, Fault, FieldCode, Rejection},
    model::{event::Seq, message::MessageBody, session::Caller},
    ports::authenticator::Credentials,
    realtime::{
        connection::Connection,
        delivery::Delivery,
        expiry::{Due, Expiry},
    },
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};

use super::{Peer, client::Client, frame, over::Over, turns::Turns};
use crate::{
    limits::Kind,
    read,
    refusal::Refusal,
    service::Endpoint,
    v1::{self, client_frame::Command, notice::Code, ok, server_frame::Frame},
};

/// How many commands may wait for their answers; further ones wait with the client.
const MAX_IN_FLIGHT: usize = 32;
/// How many deliveries that are there at once are told before the client is listened to again.
const BURST: usize = 64;

/// A command that was answered.
struct Answer {
    serial: u64,
    result: Result<Option<ok::Result>, Refusal>,
}

pub(super) struct Talk<'a> {
    peer: &'a Peer,
    caller: Caller,
    client: &'a mut Client,
    connection: &'a mut Connection,
    /// The number to answer each command under, by our own number for it.
    in_flight: HashMap<u64, u64>,
    last_serial: u64,
    /// `None` comes of a command whose answer is a delivery.
    answers: FuturesUnordered<BoxFuture<'static, Option<Answer>>>,
    /// Changes of messages are done in the order in which they came.
    changes: Turns,
    expiry: Expiry,
    draining: bool,
    /// The client has said all.
    done: bool,
}

impl<'a> Talk<'a> {
    pub(super) fn new(peer: &'a Peer, client: &'a mut Client, connection: &'a mut Connection) -> Self {
        Self {
            expiry: Expiry::of(&peer.caller, &*peer.endpoint.chat),
            peer,
            caller: peer.caller.clone(),
            client,
            connection,
            in_flight: HashMap::new(),
            last_serial: 0,
            answers: FuturesUnordered::new(),
            changes: Turns::default(),
            draining: false,
            done: false,
        }
    }

    pub(super) async fn run(mut self) -> Over {
        let Err(over) = self.until_over().await;
        over
    }

    /// Waits for whatever comes first, and sees to it.
    async fn until_over(&mut self) -> Result<Infallible, Over> {
        loop {
            if self.in_flight.is_empty() {
                if self.done {
                    return Err(Over::Done);
                }
                if self.draining {
                    return Err(Over::draining());
                }
            }
            let listening = self.in_flight.len() < MAX_IN_FLIGHT && !self.draining && !self.done;
            tokio::select! {
                delivery = self.connection.next() => self.deliver_burst(delivery).await?,
                Some(answer) = self.answers.next() => if let Some(answer) = answer {
                    self.answer(answer).await?;
                },
                heard = self.client.hear_if(listening) => self.hear(heard?).await?,
                () = self.expiry.due() => self.expire().await?,
            }
        }
    }

    async fn deliver_burst(&mut self, first: Delivery) -> Result<(), Over> {
        self.deliver(first).await?;
        for _ in 1..BURST {
            let Some(delivery) = self.connection.next().now_or_never() else { break };
            self.deliver(delivery).await?;
        }
        Ok(())
    }

    async fn deliver(&mut self, delivery: Delivery) -> Result<(), Over> {
        if let Some(frame) = frame::told(&delivery) {
            self.draining |= matches!(delivery, Delivery::Draining);
            return self.client.tell(frame).await;
        }
        match delivery {
            Delivery::Sent { command, event } => match self.in_flight.remove(&command) {
                Some(id) => self.client.tell(frame::answer(id, Ok(Some(frame::logged(&event))))).await,
                None => self.client.tell(Frame::Event((&event.event).into())).await,
            },
            Delivery::Answered { command, result } => {
                let result = result.map_err(Refusal::from).map(|sent| Some(ok::Result::Event((&sent.event).into())));
                self.answer(Answer { serial: command, result }).await
            }
            Delivery::Marked { command } => self.answer(Answer { serial: command, result: Ok(None) }).await,
            Delivery::Ended(reason) => Err(Over::ended(reason)),
            _ => Ok(()),
        }
    }

    async fn answer(&mut self, Answer { serial, result }: Answer) -> Result<(), Over> {
        let Some(id) = self.in_flight.remove(&serial) else { return Ok(()) };
        self.client.tell(frame::answer(id, result)).await
    }

    async fn hear(&mut self, heard: Option<v1::ClientFrame>) -> Result<(), Over> {
        let Some(v1::ClientFrame { id, command }) = heard else {
            self.done = true;
            return Ok(());
        };
        still_signed_in(&self.peer.endpoint, &self.caller, self.connection)?;
        self.last_serial += 1;
        let serial = self.last_serial;
        self.in_flight.insert(serial, id);
        let begun = match (self.peer.count(kind_of(command.as_ref())), command) {
            (Err(refusal), _) => Err(refusal.into()),
            (Ok(()), Some(command)) => self.begin(serial, command).await,
            (Ok(()), None) => Err(unknown_command().into()),
        };
        match begun {
            Ok(()) => Ok(()),
            Err(Refused::Over(over)) => Err(over),
            Err(Refused::Command(refusal)) => self.answer(Answer { serial, result: Err(refusal) }).await,
        }
    }

    async fn begin(&mut self, serial: u64, command: Command) -> Result<(), Refused> {
        match command {
            Command::Hello(_) => return Err(Refused::Over(Over::protocol_error("hello comes once"))),
            // It has its place before the next command is looked at; its answer comes as a delivery.
            Command::Send(send) => self.connection.send(serial, read::send_message(send)?).await?,
            Command::Edit(edit) => {
                let (message, body) = read::edit(edit)?;
                self.change(serial, message, Change::Edit(body));
            }
            Command::Delete(delete) => self.change(serial, read::delete(&delete)?, Change::Delete),
            Command::AddReaction(add) => {
                let (message, react) = read::add_reaction(&add)?;
                self.change(serial, message, Change::React(react));
            }
            Command::RemoveReaction(remove) => {
                let (message, react) = read::remove_reaction(&remove)?;
                self.change(serial, message, Change::React(react));
            }
            Command::Read(read) => self.read(serial, &read)?,
            Command::Typing(typing) => self.type_in(serial, &typing)?,
            Command::Auth(auth) => return self.renew(serial, auth).await,
            Command::Ping(_) => self.connection.mark(serial),
        }
        Ok(())
    }

    /// Where something changes, the answer comes as a delivery.
    fn change(&mut self, serial: u64, message: MessageId, change: Change) {
        let (chat, caller) = (Arc::clone(&self.peer.endpoint.chat), self.caller.clone());
        let origin = Some(self.connection.origin(serial));
        let changed = self.changes.after_those_before(async move {
            match change {
                Change::Edit(body) => chat.edit_message(&caller, message, body, origin).await,
                Change::Delete => chat.delete_message(&caller, message, origin).await,
                Change::React(react) => chat.react(&caller, message, react, origin).await,
            }
        });
        self.answers.push(Box::pin(async move {
            let result = match changed.await {
                Ok(ChangedMessage { event: Some(_), .. }) => return None,
                Ok(unchanged) => Ok(Some(ok::Result::Changed(unchanged.into()))),
                Err(refused) => Err(refused.into()),
            };
            Some(Answer { serial, result })
        }));
    }

    fn read(&self, serial: u64, read: &v1::MarkReadRequest) -> Result<(), Refusal> {
        let (chat, caller) = (Arc::clone(&self.peer.endpoint.chat), self.caller.clone());
        let (room, seq) = (read::room_id(&read.room_id)?, Seq::new(read.seq));
        self.answers.push(Box::pin(async move {
            let read = chat.mark_read(&caller, room, seq).await;
            let result = read.map_err(Refusal::from).map(|position| Some(ok::Result::Read(position.into())));
            Some(Answer { serial, result })
        }));
        Ok(())
    }

    fn type_in(&self, serial: u64, typing: &v1::Typing) -> Result<(), Refusal> {
        let (chat, caller) = (Arc::clone(&self.peer.endpoint.chat), self.caller.clone());
        let room = read::room_id(&typing.room_id)?;
        self.answers.push(Box::pin(async move {
            let result = chat.type_in(&caller, room).await.map_err(Refusal::from).map(|()| None);
            Some(Answer { serial, result })
        }));
        Ok(())
    }

    /// Puts a fresh access token of the same session, or of the same user of the host's, in the place of the one that is
    /// about to end.
    async fn renew(&mut self, serial: u64, auth: v1::Auth) -> Result<(), Refused> {
        let session_of = |caller: &Caller| caller.session.as_ref().map(|session| session.id);
        let caller = self.peer.endpoint.chat.authenticate(&Credentials::token(&auth.access_token)).await?;
        if caller.user != self.caller.user || session_of(&caller) != session_of(&self.caller) {
            let message = "this is the access token of another session or user";
            return Err(Refusal::new(tonic::Code::Unauthenticated, "unauthenticated", message).into());
        }
        self.caller = caller;
        self.expiry = Expiry::of(&self.caller, &*self.peer.endpoint.chat);
        self.answer(Answer { serial, result: Ok(None) }).await.map_err(Refused::Over)
    }

    async fn expire(&mut self) -> Result<(), Over> {
        match self.expiry.take(self.peer.endpoint.chat.now()) {
            Due::Notice => self.client.tell(frame::notice(Code::TokenExpiring)).await,
            Due::End => Err(Over::expired()),
            Due::Wait => Ok(()),
        }
    }
}

/// What becomes of a message.
enum Change {
    Edit(MessageBody),
    Delete,
    React(api::React),
}

/// Why a command was not begun.
enum Refused {
    /// It is answered so, and the stream goes on.
    Command(Refusal),
    Over(Over),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Command(refusal)
    }
}

impl From<ChatError> for Refused {
    fn from(error: ChatError) -> Self {
        Self::Command(error.into())
    }
}

/// With what a command is counted.
const fn kind_of(command: Option<&Command>) -> Kind {
    match command {
        Some(
            Command::Send(_)
            | Command::Edit(_)
            | Command::Delete(_)
            | Command::AddReaction(_)
            | Command::RemoveReaction(_),
        ) => Kind::Send,
        Some(Command::Read(_)) => Kind::Write,
        // They write nothing; and who has read too much shall still be able to stay.
        Some(Command::Hello(_) | Command::Typing(_) | Command::Auth(_) | Command::Ping(_)) | None => Kind::Read,
    }
}

/// A command of a later version of the protocol, or none.
pub(super) fn unknown_command() -> Refusal {
    Rejection::invalid("command", Fault::new(FieldCode::Unknown, "there is no such command")).into()
}

/// Whether what the client says still counts. It may be read before the end that was told earlier, or the timer that ran
/// out earlier, is seen to.
pub(super) fn still_signed_in(endpoint: &Endpoint, caller: &Caller, connection: &Connection) -> Result<(), Over> {
    if let Some(reason) = connection.end_reason() {
        return Err(Over::ended(reason));
    }
    let has_expired = caller.expires_at.is_some_and(|end| end <= endpoint.chat.now());
    if has_expired { Err(Over::expired()) } else { Ok(()) }
}
